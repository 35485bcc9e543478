import Engine
import Identity
import Stitching
import TestSupport
import Testing

/// Links of devices are a function of the events held and of the model: whatever came first, one by one or all at once.
@Suite("Device properties") struct DeviceProperties {
    @Test func anyOrderAndLinkingAtOnceGiveTheSameStore() async {
        let failures = await SeedPlan(upTo: UInt64(300 * TestScale.factor)).run { try DeviceRun($0).check() }
        #expect(failures.isEmpty, "\(failures.prefix(5).map { "seed \($0.seed): \($0.problem)" })")
    }
}

/// One run: some households with devices whose cookies are cleared, told in two orders.
private struct DeviceRun {
    struct Difference: Error { var what: String }

    private var generator: SeededGenerator
    private let keys: SharedKeys

    init(_ seed: UInt64) throws {
        generator = SeededGenerator(seed: seed ^ 0xDE)
        keys = try SharedKeys(TestGraph.plain)
    }

    func check() throws {
        var run = self
        try run.compare()
    }

    private mutating func compare() throws {
        let events = events()
        let online = try keys.open(keys.makeStore())
        try online.apply(.keepModel(DeviceModel.model.bytes, time: EvidenceBuilder.time(hours: 0)))
        try online.link()
        let noise = self.events().map { event in
            var event = event
            event.source = "noise"
            return event
        }
        try tell(online, (events + noise).shuffled(using: &generator))
        try checkIntegrity(online)
        try online.apply(.retractSource("noise", time: EvidenceBuilder.time(hours: 500)))
        let bulk = try keys.open(keys.makeStore())
        // The source is known there too.
        try bulk.apply(.record(noise))
        try bulk.apply(.retractSource("noise", time: EvidenceBuilder.time(hours: 500)))
        try tell(bulk, events.shuffled(using: &generator))
        try tell(bulk, [events[0]])
        for engine in [online, bulk] { try engine.apply(.sweep(EvidenceBuilder.time(hours: 500))) }
        try bulk.apply(.keepModel(DeviceModel.model.bytes, time: EvidenceBuilder.time(hours: 5)))
        try bulk.link()
        try demand(try digests(online) == (try digests(bulk)), "the digests differ")
        try checkIntegrity(online)
        try checkIntegrity(bulk)
        let before = try digests(online)
        var other = DeviceModel.model.with(DeviceModel.made(linkBits: 12))
        other.version = 2
        try online.apply(.keepModel(other.bytes, time: EvidenceBuilder.time(hours: 1)))
        try online.link(version: 2)
        try checkIntegrity(online)
        try online.unlink()
        try checkIntegrity(online)
        try online.link(version: 1)
        let after = try digests(online)
        try demand(after == before, "the digest under the first model is another after a second one")
    }

    private func digests(_ engine: Engine) throws -> [Digest] {
        [try engine.digest(.partition), try engine.digest(.content)]
    }

    private mutating func tell(_ engine: Engine, _ events: [KeyedObservation]) throws {
        var waiting: [KeyedObservation] = []
        for event in events {
            waiting.append(event)
            guard generator.chance(30) else { continue }
            try engine.apply(.record(waiting))
            waiting = []
        }
        if !waiting.isEmpty { try engine.apply(.record(waiting)) }
    }

    private mutating func events() -> [KeyedObservation] {
        let builder = EvidenceBuilder(keys.configuration)
        var events: [KeyedObservation] = []
        for _ in 0..<generator.int(5...30) {
            let device = generator.int(0...9)
            let hour = generator.int(0...300)
            let cookie = 10 * device + hour / 100
            var identifiers = [("cookie", cookie)]
            if generator.chance(25) { identifiers.append(("email", device / 2)) }
            if generator.chance(15) { identifiers.append(("device", device)) }
            var event = builder.event(identifiers, source: generator.chance(80) ? "web" : "email", hours: hour)
            if generator.chance(90) {
                event.sighting = DeviceModel.sighting(network: device / 3 + generator.int(0...1), look: device % 4)
            }
            events.append(event)
        }
        return events
    }

    private func demand(_ isTrue: Bool, _ what: String) throws {
        if !isTrue { throw Difference(what: what) }
    }
}
