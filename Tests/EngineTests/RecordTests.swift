import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

@Suite struct RecordTests {
    @Test func twoEventsThatShareAnIdentifierAreOneProfile() throws {
        let graph = try TestGraph(.builtIn)
        let report = try graph.engine.apply(
            .record([
                graph.builder.event([("email", 1), ("cookie", 1)]),
                graph.builder.event([("email", 1), ("phone", 1)], hours: 1),
            ]))
        #expect(report.outcomes.map(\.kind) == [.created, .joined])
        #expect(try graph.isProfile(("email", 1), ("cookie", 1), ("phone", 1)))
        var digest = PartitionDigest()
        digest.add(cluster: [("email", 1), ("cookie", 1), ("phone", 1)].map { EvidenceBuilder.key($0.0, $0.1) })
        #expect(try graph.engine.digest(.partition) == digest.digest)
        let id = try #require(report.outcomes[0].profile)
        #expect(try graph.engine.resolve(id) == graph.engine.resolve(EvidenceBuilder.key("phone", 1)))
        try checkIntegrity(graph.engine)
    }

    @Test(arguments: [1, 2, 100])
    func outcomesSayWhatEachItemDidWhateverTheBatches(size: Int) throws {
        let graph = try TestGraph()
        let items = [
            graph.builder.event([("email", 1), ("device", 1)]),
            graph.builder.event([("email", 2)]),
            graph.builder.event([("email", 1), ("device", 1)]),
            graph.builder.event([("email", 1), ("login", 1)]),
            graph.builder.event([("email", 1), ("email", 2)]),
            graph.builder.record(1, [("email", 2)]),
            graph.builder.record(1, [("email", 2)]),
            graph.builder.record(2, []),
        ]
        var outcomes: [ItemOutcome] = []
        for start in stride(from: 0, to: items.count, by: size) {
            let batch = Array(items[start..<min(start + size, items.count)])
            outcomes += try graph.engine.apply(.record(batch)).outcomes
        }
        #expect(
            outcomes.map(\.kind) == [.created, .created, .unchanged, .joined, .merged, .joined, .unchanged, .created])
        #expect(outcomes.allSatisfy { $0.profile != nil })
    }

    @Test func aProfileIdIsNotForged() throws {
        let graph = try TestGraph()
        let id = try #require(try graph.see(("email", 1)).profile)
        #expect(try graph.engine.resolve(id) != nil)
        for bit in 0..<128 {
            var forged = id
            if bit < 64 { forged.high ^= 1 << UInt64(bit) } else { forged.low ^= 1 << UInt64(bit - 64) }
            #expect(try graph.engine.resolve(forged) == nil)
        }
    }

    @Test func aStoreOpenedAgainGoesOnWhereItStood() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let builder = try EvidenceBuilder(yaml: TestGraph.plain)
        try Store.create(
            directory: path, configuration: builder.configuration, keyFile: nil, random: SystemRandom(),
            options: TemporaryStore.options)
        for hours in 0..<5 {
            let engine = try Engine(directory: path, mode: .write(program: "tests"), options: TemporaryStore.options)
            try engine.apply(
                .record([builder.event([("email", hours), ("email", hours + 1)], source: "s\(hours)", hours: hours)]))
            #expect(try engine.resolve(EvidenceBuilder.key("email", 0))?.members.count == hours + 2)
            #expect(try engine.state().clock == EvidenceBuilder.time(hours: hours))
            try checkIntegrity(engine)
        }
    }
}
