import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// The change feed: what it tells, where it resumes, what it forgets.
@Suite struct FeedTests {
    @Test func itTellsOfCreationMergerSplitAndConsentInOrder() throws {
        let graph = try TestGraph(purposes: "limits: {feed_days: 30}\n")
        try graph.see(("email", 1))
        try graph.see(("login", 1), source: "shop")
        let (email, login) = (try graph.id("email", 1), try graph.id("login", 1))
        try graph.see(("email", 1), ("login", 1), source: "partner", hours: 1)
        try graph.decide(("login", 1), "ads", .granted, .profile, hours: 1)
        try graph.retract(source: "partner", hours: 2)
        let entries = try graph.wholeFeed()
        #expect(entries.map(\.kind) == [.created, .created, .merged, .consent, .split, .split])
        #expect(entries.map(\.profile) == [email, login, email, email, email, login])
        #expect(entries[2].others == [login].compactMap { $0 })
        #expect(Set(entries[4...].flatMap(\.others)) == Set([email].compactMap { $0 }))
        #expect(entries[3].purposes == ["ads"])
        #expect(entries.map(\.sequence) == Array(1...6))
        try checkIntegrity(graph.engine)
    }

    @Test func aPurposeReadsOnlyOfItsOwnViews() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("device", 1))
        try graph.see(("email", 2))
        try graph.decide(("email", 1), "ads", .granted)
        try graph.decide(("email", 2), "news", .granted)
        let ads = try graph.feed("ads")
        #expect(ads.map(\.kind) == [.created, .consent])
        #expect(ads.map(\.profile) == [try graph.id("email", 1), try graph.id("email", 1)].compactMap { $0 })
        #expect(try graph.feed("news").map(\.purposes) == [[], ["news"]])
        try graph.decide(("email", 1), "ads", .withdrawn, hours: 1)
        #expect(try graph.feed("ads").isEmpty)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1_000])
    func aReaderWhoRemembersItsPlaceReadsEachEntryOnce(limit: Int) throws {
        let graph = try TestGraph(purposes: "")
        // Rows of one entry, and rows of many.
        for number in 1...5 { try graph.see(("email", number)) }
        let many = (6...150).map { graph.builder.event([("email", $0)]) }
        try graph.engine.apply(.record(many))
        for number in 1...4 { try graph.decide(("email", number), "service", .denied) }
        for purpose in [nil, "service"] {
            let whole = try graph.feed(purpose, limit: 100_000)
            var read: [FeedEntry] = []
            var next: UInt64 = 1
            var isAtEnd = false
            while !isAtEnd {
                let piece = try graph.piece(purpose, from: next, limit: limit)
                #expect(piece.entries.count <= limit)
                #expect(piece.next >= next)
                read += piece.entries
                (next, isAtEnd) = (piece.next, piece.isAtEnd)
            }
            #expect(read == whole)
            #expect(read.map(\.sequence) == read.map(\.sequence).sorted())
            #expect(Set(read.map(\.sequence)).count == read.count)
            #expect(try graph.piece(purpose, from: next, limit: limit).entries.isEmpty)
        }
        #expect(try graph.feed(nil).count == 154)
        #expect(try graph.feed("service").count == 146)
        try graph.see(("email", 151))
        #expect(try graph.piece(nil, from: 155, limit: limit).entries.map(\.kind) == [.created])
        #expect(throws: EngineError.self) { try graph.piece(nil, from: 157, limit: 1) }
    }

    @Test func whatIsTooOldIsForgottenAndSaidSo() throws {
        let graph = try TestGraph(purposes: "limits: {feed_days: 1}\n")
        try graph.see(("email", 1))
        try graph.see(("email", 2), hours: 20)
        try graph.sweep(hours: 25)
        #expect(try graph.firstKept() == 2)
        #expect(try graph.piece(nil, from: 2, limit: 10).entries.map(\.sequence) == [2])
        try graph.sweep(hours: 24 * 10)
        #expect(try graph.firstKept() == 3)
        #expect(try graph.piece(nil, from: 3, limit: 10).isAtEnd)
        try graph.see(("email", 3), hours: 24 * 10)
        #expect(try graph.piece(nil, from: 3, limit: 10).entries.map(\.sequence) == [3])
        try checkIntegrity(graph.engine)
    }

    @Test func whatIsTooMuchIsForgottenOldestFirst() throws {
        let graph = try TestGraph(purposes: "limits: {feed_entries: 1000}\n")
        for batch in 0..<24 {
            let events = (1...50).map { graph.builder.event([("email", batch * 50 + $0)]) }
            try graph.engine.apply(.record(events))
        }
        let first = try graph.firstKept()
        #expect(first == 201)
        let kept = try graph.piece(nil, from: first, limit: 10_000).entries
        #expect(kept.map(\.sequence) == Array(201...1_200))
        try checkIntegrity(graph.engine)
    }

    /// Two views of one cluster that share no path of their purpose: no id, no key, no entry says that they are one.
    @Test func viewsWithoutAUsablePathShareNoByte() throws {
        let graph = try TestGraph(
            purposes: """
                sources:
                  shop: {party: first, purposes: [ads, service]}
                  partner: {party: third, purposes: [service]}

                """)
        try graph.see(("email", 1), ("device", 1), source: "shop")
        try graph.see(("email", 2), ("device", 2), source: "shop")
        for number in 1...2 { try graph.decide(("email", number), "ads", .granted, .profile) }
        try graph.see(("device", 1), ("email", 2), source: "partner", hours: 1)
        try graph.decide(("device", 2), "ads", .granted, hours: 1)
        #expect(try graph.shown("email", 1, "service", hours: 1).count == 4)
        let views = try [1, 2].map { try graph.view("email", $0, "ads", hours: 1).profile }
        #expect(views.map { $0?.members.count } == [2, 2])
        let parts = try views.map { view in
            let profile = try #require(view)
            return Set(profile.members.flatMap { ["\($0.key)", "\($0.node.rawValue)"] })
                .union(["\(graph.engine.profileID(profile.anchor))"])
        }
        #expect(parts[0].isDisjoint(with: parts[1]))
        let ids = try views.map { graph.engine.profileID(try #require($0).anchor) }
        let entries = try graph.feed("ads", hours: 1)
        for entry in entries {
            let named = Set([entry.profile] + entry.others)
            #expect(named.isSubset(of: [ids[0]]) || named.isSubset(of: [ids[1]]))
            #expect(entry.kind != .merged)
        }
        #expect(Set(entries.map(\.profile)) == Set(ids))
        #expect(try graph.feed("service", hours: 1).contains { $0.kind == .merged })
        try checkIntegrity(graph.engine)
    }
}

extension TestGraph {
    fileprivate func access() throws -> AuditedAccess {
        try engine.access(
            by: "tests", role: .privacy, action: "watch", reason: "a test", subjects: [],
            at: EvidenceBuilder.time(hours: 0))
    }

    fileprivate func wholeFeed() throws -> [FeedEntry] { try feed(nil) }

    /// The feed as a purpose sees it; nil: the whole of it.
    fileprivate func feed(_ purpose: String?, limit: Int = 10_000, hours: Int = 0) throws -> [FeedEntry] {
        try piece(purpose, from: 1, limit: limit, hours: hours).entries
    }

    fileprivate func piece(_ purpose: String?, from: UInt64, limit: Int, hours: Int = 0) throws -> FeedPiece {
        guard let purpose else { return try engine.watch(from: from, limit: limit, under: try access()) }
        let request = ViewRequest(
            purpose: try engine.purpose(named: purpose), now: EvidenceBuilder.time(hours: hours).milliseconds,
            context: engine.viewContext)
        return try engine.watch(from: from, limit: limit, request)
    }

    /// The first entry that is kept, as the refusal of an earlier one says.
    fileprivate func firstKept() throws -> UInt64 {
        do {
            _ = try piece(nil, from: 1, limit: 1)
            return 1
        } catch EngineError.feedTrimmed(let first) { return first }
    }
}
