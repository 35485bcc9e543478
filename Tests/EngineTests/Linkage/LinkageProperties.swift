import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// Links are a function of the records held and of the model: whatever came in between, one by one or all at once.
@Suite("Linkage properties") struct LinkageProperties {
    @Test func recordingOneByOneEqualsLinkingAtOnceAndTheNaiveSearch() async {
        let failures = await SeedPlan(upTo: UInt64(300 * TestScale.factor)).run { try LinkageRun($0).check() }
        #expect(failures.isEmpty, "\(failures.prefix(5).map { "seed \($0.seed): \($0.problem)" })")
    }
}

/// One run: a store that is told piece by piece under a model, and one that is told the outcome and then linked.
private struct LinkageRun {
    struct Difference: Error { var what: String }

    private let seed: UInt64
    private var generator: SeededGenerator
    private let model: LinkageModel
    private let configuration: Configuration
    private var world: LikePeople
    private var held: [IdentityKey: KeyedObservation] = [:]

    init(_ seed: UInt64) throws {
        self.seed = seed
        generator = SeededGenerator(seed: seed ^ 0x11)
        model = seed.isMultiple(of: 3) ? LikePeople.model : try LikePeople.model(blockLimit: 2 + Int(seed % 4))
        configuration = try Configuration(yaml: TestGraph.plain, file: "test")
        world = try LikePeople(seed: seed)
    }

    func check() throws {
        var run = self
        try run.compare()
    }

    private mutating func compare() throws {
        let online = try TemporaryStore(configuration)
        try online.engine.apply(.keepModel(model.bytes, time: EvidenceBuilder.time(hours: 0)))
        if generator.chance(70) { try online.engine.link() }
        try tell(online.engine)
        try online.engine.link()
        let before = try digests(online.engine)
        try tell(online.engine)
        let bulk = try TemporaryStore(configuration)
        try bulk.engine.apply(.record((Array(held.values)).shuffled(using: &generator)))
        try bulk.engine.apply(.sweep(EvidenceBuilder.time(hours: 100)))
        try online.engine.apply(.sweep(EvidenceBuilder.time(hours: 100)))
        try bulk.engine.apply(.keepModel(model.bytes, time: EvidenceBuilder.time(hours: 5)))
        try bulk.engine.link()
        try demand(try digests(online.engine) == (try digests(bulk.engine)), "the digests differ")
        var encodings: [IdentityKey: RecordEncoding] = [:]
        for observation in held.values {
            guard let record = observation.record, let bytes = record.attributes else { continue }
            encodings[record.key] = try RecordEncoding(bytes: bytes.span, schema: .standard)
        }
        let naive = NaiveMatches(encodings, model).pairs
        try demand(
            try NaiveMatches(bulk.engine).pairs == naive, "in bulk other pairs were found than by looking at all")
        try demand(try NaiveMatches(online.engine).pairs == naive, "one by one other pairs were found")
        try checkIntegrity(online.engine)
        try checkIntegrity(bulk.engine)
        try changeModel(online.engine)
        _ = before
    }

    private func digests(_ engine: Engine) throws -> [Digest] {
        [try engine.digest(.partition), try engine.digest(.content)]
    }

    /// Another model, none, and the first again.
    private mutating func changeModel(_ engine: Engine) throws {
        let before = try digests(engine)
        var other = model
        other.version = 2
        other.linkThreshold = LinkWeight(bits: 12)
        try engine.apply(.keepModel(other.bytes, time: EvidenceBuilder.time(hours: 1)))
        try engine.link(version: 2)
        try checkIntegrity(engine)
        try engine.unlink()
        try checkIntegrity(engine)
        try engine.link(version: 1)
        try demand(try digests(engine) == before, "the digest under the first model is another after a second one")
    }

    /// Records come, are replaced and go again.
    private mutating func tell(_ engine: Engine) throws {
        let made = try world.observations(people: generator.int(5...40), EvidenceBuilder(configuration))
        var waiting: [KeyedObservation] = []
        for observation in (made).shuffled(using: &generator) {
            waiting.append(observation)
            note(observation)
            guard generator.chance(30) else { continue }
            try engine.apply(.record(waiting))
            waiting = []
            guard generator.chance(40), let gone = (held.keys.sorted()).shuffled(using: &generator).first,
                let observation = held.removeValue(forKey: gone)
            else { continue }
            try engine.apply(
                .retractRecord(source: observation.source, record: gone, time: EvidenceBuilder.time(hours: 20)))
            retracted.insert(gone)
        }
        if !waiting.isEmpty { try engine.apply(.record(waiting)) }
    }

    private var retracted: Set<IdentityKey> = []

    /// What a store holds after an observation: the later version, at equal times the greater hash, and none after its retraction.
    private mutating func note(_ observation: KeyedObservation) {
        guard let record = observation.record, !retracted.contains(record.key) else { return }
        guard let before = held[record.key], let old = before.record else {
            held[record.key] = observation
            return
        }
        let isLater =
            before.time != observation.time
            ? before.time < observation.time
            : old.contentHash.bytes.lexicographicallyPrecedes(record.contentHash.bytes)
        if isLater { held[record.key] = observation }
    }

    private func demand(_ isSo: Bool, _ what: String) throws {
        guard isSo else { throw Difference(what: what) }
    }
}
