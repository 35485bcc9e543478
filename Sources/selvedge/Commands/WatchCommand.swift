internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import Stitching

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Print what became of profiles: the change feed, from a sequence number on.",
        discussion: """
            Profiles created, merged, split, erased, and changes of consent, in order, each once. At the end the number \
            to go on from is told: to resume, give it as --from. Numbers may be missing between entries.

            With --purpose the entries are of views that the purpose may see now, by the views' own ids. The whole feed \
            takes --role, --by and --reason, and the audit keeps it. The feed is trimmed by age and size; where --from \
            is no longer kept, the exit code is 1 and the message says where it begins.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var purpose: PurposeOption
    @OptionGroup var access: AccessOptions

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp("The first sequence number; the first that is kept, if not given.", valueName: "n"))
    var first: UInt64?

    @Option(name: .long, help: ArgumentHelp("Stop after so many entries.", valueName: "n"))
    var limit: Int?

    @Flag(name: .long, help: "Go on when the end is reached, until SIGINT or SIGTERM.")
    var follow = false

    /// Entries read in one snapshot.
    private static let piece = 1_000
    /// How often the store is looked at when there is nothing new.
    private static let pauseMicroseconds: UInt32 = 200_000

    private struct Place: Encodable { var next: UInt64 }

    func validate() throws {
        try access.check(target, .mayLook)
        if target.isServer { try access.check(target, .looksUnless(purpose: purpose.purpose)) }
        guard purpose.purpose == nil || access.role == nil else {
            throw ValidationError("give --purpose or --role: what a purpose may see, or everything")
        }
        guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit takes 1 or more") }
        guard first.map({ $0 > 0 }) ?? true else { throw ValidationError("--from takes 1 or more") }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let audited = try access.looker().map { looker in
            // With the writer's lock, which is given back before the feed is followed.
            try looker.access("watch", [], try store.openForWriting("watch"))
        }
        let engine = try store.openForReading()
        let number = audited == nil ? try purpose.demandedNumber(engine) : 0
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        var next = try first ?? engine.state().feedFirst
        var left = limit ?? .max
        while left > 0, Interruption.signal == nil {
            let count = min(left, Self.piece)
            let piece =
                try audited.map { try engine.watch(from: next, limit: count, under: $0) }
                ?? engine.watch(from: next, limit: count, engine.request(number, at: Clock.now))
            for entry in piece.entries { try say(WatchedEntry(entry)) }
            next = piece.next
            left -= piece.entries.count
            guard piece.isAtEnd else { continue }
            try Console.flush()
            guard follow, left > 0 else { break }
            usleep(Self.pauseMicroseconds)
        }
        try say(Place(next: next))
        if let signal = Interruption.signal { throw Stop(signal: signal) }
    }

    private func run(_ server: ServerStore) throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let limit = UInt64(limit ?? 0)
        let feed = FeedReader(
            server.client.watch(from: first ?? 0, as: question(purpose, access), follow: follow, limit: limit))
        var count: UInt64 = 0
        do {
            while Interruption.signal == nil, limit == 0 || count < limit {
                guard let entry = try Bridge.wait(isInterruptible: true, { try await feed.next() }) else { break }
                try say(WatchedEntry(entry))
                if follow { try Console.flush() }
                count += 1
            }
        } catch let error as SelvedgeError {
            guard error.status == .cancelled, Interruption.signal != nil else { throw error }
        }
        try say(Place(next: Bridge.wait { await feed.position }))
        if let signal = Interruption.signal { throw Stop(signal: signal) }
    }

    private func say(_ place: Place) throws {
        if target.json { try JSONLine.print(place) } else { try Console.line("next \(place.next)") }
    }

    private func say(_ entry: WatchedEntry) throws {
        if target.json { return try JSONLine.print(entry) }
        var line = "\(entry.sequence)  \(entry.time)  \(entry.kind)  \(entry.profile)"
        if !entry.others.isEmpty {
            let others = entry.others.joined(separator: ", ")
            line += entry.kind == "merged" ? "  took in \(others)" : "  from \(others)"
        }
        if !entry.purposes.isEmpty { line += "  \(entry.purposes.joined(separator: ", "))" }
        try Console.line(line)
    }
}

/// An entry of the feed in JSON.
private struct WatchedEntry: Encodable {
    var sequence: UInt64
    var kind: String
    var time: String
    var profile: String
    var others: [String]
    var purposes: [String]

    init(_ entry: FeedEntry) {
        sequence = entry.sequence
        kind = entry.kind.description
        time = entry.time.description
        profile = entry.profile.description
        others = entry.others.map(\.description)
        purposes = entry.purposes
    }

    init(_ entry: SelvedgeWatchResponse.Entry) {
        sequence = entry.sequence
        kind = entry.kind
        time = Timestamp(milliseconds: entry.timeMs).description
        profile = entry.profileID
        others = entry.others
        purposes = entry.purposes
    }
}

/// A feed, for one who asks for its entries one by one.
private actor FeedReader {
    private var iterator: Watch.Iterator

    init(_ watch: Watch) { iterator = watch.makeAsyncIterator() }

    /// Where to go on.
    var position: UInt64 { iterator.position }

    func next() async throws -> SelvedgeWatchResponse.Entry? {
        // Out of the actor while it waits, as nobody else asks.
        var taken = iterator
        defer { iterator = taken }
        return try await taken.next(isolation: self)
    }
}
