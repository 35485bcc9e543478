import Identity
import Stitching
import Testing

/// Limits are inclusive, and count within one namespace.
@Suite struct HubRuleTests {
    private static func policy(
        _ name: String, _ strength: Int, hub: Int, fan: Int, records: Int, kind: NamespaceClass = .device
    ) -> NamespacePolicy {
        NamespacePolicy(
            name: name, strength: strength, kind: kind, uniquePerProfile: .none, hubLimit: hub, fanLimit: fan,
            recordLimit: records, normaliser: .opaque, timeToLiveHours: nil)
    }

    private static let policies = Policies(
        namespaces: [
            policy("record", 1_000, hub: 1, fan: 1, records: 1),
            policy("email", 700, hub: 3, fan: 5, records: 2, kind: .person),
            policy("device", 300, hub: 4, fan: 6, records: 2), policy("cookie", 300, hub: 4, fan: 6, records: 2), nil,
            policy("token", 500, hub: 4, fan: 6, records: 2, kind: .person),
        ],
        sources: [], profileIdentifiers: 9, componentMembers: 9)

    private static func reason(_ namespace: UInt16, _ counts: [UInt16: Int], records: UInt32 = 0) -> SuspensionReason? {
        var degree = Degree()
        for (other, count) in counts { degree.add(NamespaceID(other), count) }
        return policies.hubStatus(of: NamespaceID(namespace), degree: degree, records: records)?.reason
    }

    @Test func anIdentifierIsAHubBeyondItsLimitAndNotAtIt() {
        #expect(Self.reason(1, [1: 3]) == nil)
        #expect(Self.reason(1, [1: 4]) == .hub)
        #expect(Self.reason(1, [2: 5]) == nil)
        #expect(Self.reason(1, [2: 6]) == .fan)
        #expect(Self.reason(1, [:], records: 2) == nil)
        #expect(Self.reason(1, [:], records: 3) == .records)
        #expect(Self.reason(2, [3: 5]) == .hub, "equal strength counts as stronger")
    }

    @Test func whatPointsAtAPersonIsHeldToTheHubLimitHoweverWeak() {
        #expect(Self.reason(1, [5: 3]) == nil)
        #expect(Self.reason(1, [5: 4]) == .hub)
        #expect(Self.reason(5, [2: 6]) == nil)
        #expect(Self.reason(5, [2: 7]) == .fan)
    }

    @Test func namespacesAreCountedApart() {
        #expect(Self.reason(1, [2: 5, 3: 5]) == nil)
        #expect(Self.reason(2, [1: 4, 2: 4, 3: 4]) == nil)
        #expect(Self.reason(1, [1: 4, 2: 6], records: 3) == .records)
        #expect(Self.reason(1, [1: 4, 2: 6]) == .hub)
    }

    @Test func recordsAndNamesThatAreGoneAreNeverHubs() {
        #expect(Self.reason(0, [1: 99], records: 99) == nil)
        #expect(Self.reason(4, [1: 99], records: 99) == nil)
    }

    @Test func aDegreeForgetsWhatFallsToNothing() {
        var degree = Degree()
        degree.add(NamespaceID(2), 2)
        degree.add(NamespaceID(1))
        degree.add(NamespaceID(2), -2)
        var other = Degree()
        other.add(NamespaceID(1), 1)
        #expect(degree == other)
        #expect(degree.hashValue == other.hashValue)
        other.add(NamespaceID(1), -1)
        #expect(other.isEmpty)
    }
}
