import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// Linking by likeness in few words: what it joins, for whom, for how long, and who may say otherwise.
@Suite("Linkage") struct LinkageTests {
    private static let purposes = """
        jurisdiction: GDPR
        purposes:
          service: {legal_basis: contract, max_age: never}
          security: {legal_basis: legitimate_interest, probabilistic: true}
        sources:
          partner: {party: third, purposes: [service]}

        """

    /// A graph that links by the model of the tests' people, of which records can say something.
    private struct World {
        let graph: TestGraph
        var people: LikePeople
        var number = 0

        init(adding yaml: String = "", isLinked: Bool = true) throws {
            graph = try TestGraph(adding: yaml)
            people = try LikePeople(seed: 7)
            try graph.engine.apply(.keepModel(LikePeople.model.bytes, time: EvidenceBuilder.time(hours: 0)))
            if isLinked { try graph.engine.link() }
        }

        /// - Returns: the record's number.
        @discardableResult
        mutating func record(
            _ person: LikePeople.Person, _ identifiers: (String, Int)..., source: String = "crm", hours: Int = 0
        ) throws -> Int {
            number += 1
            var one = graph.builder.record(number, identifiers, source: source, hours: hours)
            one.record?.attributes = try people.exact(person).bytes
            try graph.engine.apply(.record([one]))
            return number
        }

        func areOne(_ first: Int, _ second: Int, source: String = "crm") throws -> Bool {
            let profiles = try [(first, "crm"), (second, source)].map { number, source in
                try graph.engine.resolve(EvidenceBuilder.recordKey(number, source: source))?.anchor
            }
            return profiles[0] != nil && profiles[0] == profiles[1]
        }

        func identifier(_ record: Int) throws -> KeyedIdentifier {
            KeyedIdentifier(
                namespace: try #require(
                    graph.engine.store.configuration.namespaceIndex(named: Configuration.recordNamespace)),
                key: EvidenceBuilder.recordKey(record, source: "crm"))
        }
    }

    @Test func recordsOfOnePersonJoinWhenTheyComeAndPartWhenOneGoes() throws {
        var world = try World()
        let (ann, ben) = (world.people.person(), world.people.person())
        let first = try world.record(ann, ("email", 1))
        let second = try world.record(ann, ("email", 2))
        let third = try world.record(ben, ("email", 3))
        #expect(try world.areOne(first, second))
        #expect(try !world.areOne(first, third))
        #expect(try world.graph.size("email", 1) == 4)
        try world.graph.retract(record: second, hours: 1)
        #expect(try world.graph.size("email", 1) == 2)
        try checkIntegrity(world.graph.engine)
    }

    @Test func nothingIsLinkedBeforeAModelIs() throws {
        var world = try World(isLinked: false)
        let ann = world.people.person()
        let records = [try world.record(ann), try world.record(ann)]
        #expect(try !world.areOne(records[0], records[1]))
        try world.graph.engine.link()
        #expect(try world.areOne(records[0], records[1]))
        try world.graph.engine.unlink()
        #expect(try !world.areOne(records[0], records[1]))
        try checkIntegrity(world.graph.engine)
    }

    @Test func aLikenessServesThePurposesThatTakeItAlone() throws {
        var world = try World(adding: Self.purposes)
        let ann = world.people.person()
        try world.record(ann, ("email", 1))
        try world.record(ann, ("email", 2))
        #expect(try world.graph.shown("email", 1, "security").contains("email2"))
        #expect(try !world.graph.shown("email", 1, "service").contains("email2"))
    }

    @Test func aLikenessServesWhatTheSourcesOfBothRecordsMay() throws {
        var world = try World(adding: Self.purposes)
        let ann = world.people.person()
        try world.record(ann, ("email", 1))
        try world.record(ann, ("email", 2), source: "partner")
        #expect(try !world.graph.shown("email", 1, "security").contains("email2"))
    }

    @Test func aLikenessExpires() throws {
        var world = try World(adding: "limits: {likeness_days: 2}\n")
        let ann = world.people.person()
        let records = [try world.record(ann, ("email", 1)), try world.record(ann, ("email", 2), hours: 24)]
        #expect(try world.areOne(records[0], records[1]))
        try world.graph.sweep(hours: 48)
        #expect(try world.areOne(records[0], records[1]))
        try world.graph.sweep(hours: 49)
        #expect(try !world.areOne(records[0], records[1]))
        try checkIntegrity(world.graph.engine)
    }

    @Test func whatAPersonSaysOutranksTheModel() throws {
        var world = try World()
        let ann = world.people.person()
        let records = [try world.record(ann), try world.record(ann)]
        let ends = try records.map { try world.identifier($0) }
        try world.graph.engine.review(
            ends[0], ends[1], isAccepted: false, by: "carol", reason: "twins", at: EvidenceBuilder.time(hours: 1))
        #expect(try !world.areOne(records[0], records[1]))
        #expect(throws: EngineError.self) {
            try world.graph.engine.review(
                ends[0], ends[0], isAccepted: true, by: "carol", reason: "", at: EvidenceBuilder.time(hours: 1))
        }
        try checkIntegrity(world.graph.engine)
    }

    @Test func anErasedRecordLeavesNoTraceInMatching() throws {
        var world = try World()
        let ann = world.people.person()
        try world.record(ann, ("email", 1))
        try world.record(ann, ("email", 1))
        let subject = PrivacySubject.key(world.graph.builder.identifier("email", 1))
        let act = { (name: String) in PrivacyAct(by: name, reason: "a test", at: EvidenceBuilder.time(hours: 0)) }
        let request = try world.graph.engine.requestErasure(of: subject, isOnly: false, act("alice"))
        try world.graph.engine.approveErasure(request.number, hash: request.row.requestHash, act("bob"))
        _ = try world.graph.engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 1))
        #expect(try NaiveMatches(world.graph.engine).pairs.isEmpty)
        let rows = try world.graph.engine.nodeRows(ofErasure: request.number)
        #expect(rows["blocks"] == nil && rows["filings"] == nil && rows["matches"] == nil)
        try checkIntegrity(world.graph.engine)
    }

    @Test func aWaterfallAddsUpToTheWeight() throws {
        var world = try World()
        let ann = world.people.person()
        try world.record(ann)
        try world.record(ann)
        let state = try world.graph.engine.state()
        let source = try #require(state.source(named: "crm"))
        let keys = (1...2).map { RecordKey(source: source, key: EvidenceBuilder.recordKey($0, source: "crm")) }
        let waterfall = try world.graph.engine.waterfall(keys[0], keys[1])
        #expect(try NaiveMatches(world.graph.engine).pairs.map(\.weight) == [waterfall.total])
    }

    @Test func aRepartitionKeepsWhatIsLinked() throws {
        var world = try World()
        for _ in 0..<20 {
            let person = world.people.person()
            try world.record(person, ("email", world.number))
            try world.record(person)
        }
        let before = try world.graph.engine.digest(.content)
        let yaml = TestGraph.plain.replacing(
            "hub_limit: 1000, fan_limit: 1000}", with: "hub_limit: 900, fan_limit: 900}")
        let report = try world.graph.engine.repartition(
            to: try Configuration(yaml: yaml, file: "test"), isDryRun: false
        ) { _ in }
        #expect(report.isApplied)
        #expect(report.after.content == "\(before)")
    }

    @Test func trainingRefusesWhatIsTooLittle() throws {
        var world = try World()
        try world.record(world.people.person())
        #expect(throws: EngineError.self) { try world.graph.engine.train(now: EvidenceBuilder.time(hours: 0)) }
    }

    @Test func aSearchFindsTheRecordsThatAreLike() throws {
        var world = try World()
        let people = (0..<20).map { _ in world.people.person() }
        for person in people { try world.record(person) }
        let access = try world.graph.engine.access(
            by: "tests", role: .admin, action: "resolve", reason: "a test", subjects: [],
            at: EvidenceBuilder.time(hours: 0))
        let found = try world.graph.engine.search(try world.people.exact(people[3]), limit: 5, under: access)
        #expect(found.first?.record.recordID == "4")
        #expect(found.first.map { $0.probability > 0.5 } == true)
    }
}
