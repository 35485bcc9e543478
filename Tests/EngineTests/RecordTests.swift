import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

@Suite struct RecordTests {
    @Test func twoEventsThatShareAnIdentifierAreOneProfile() throws {
        let builder = EvidenceBuilder(.builtIn)
        let store = try TemporaryStore(.builtIn)
        let report = try store.engine.apply(
            .record([
                builder.event([("email", 1), ("cookie", 1)]), builder.event([("email", 1), ("phone", 1)], hours: 1),
            ]))
        #expect(report.outcomes.map(\.kind) == [.created, .joined])
        let profile = try #require(try store.engine.resolve(EvidenceBuilder.key("cookie", 1)))
        #expect(Set(profile.members.map(\.key)) == [
            EvidenceBuilder.key("email", 1), EvidenceBuilder.key("cookie", 1), EvidenceBuilder.key("phone", 1),
        ])
        var digest = PartitionDigest()
        digest.add(cluster: profile.members.map(\.key))
        #expect(try store.engine.digest(.partition) == digest.digest)
        _ = try store.engine.digest(.content)
        let id = try #require(report.outcomes[0].profile)
        #expect(try store.engine.resolve(id) == profile)
        try checkIntegrity(store.engine)
    }
}
