import Identity
import Stitching
import Testing

/// Devices that two people claim, and what a session says of itself.
@Suite struct ContestTests {
    private static let names = ["record", "login", "email", "phone", "device", "session"]

    private static let policies = Policies(
        namespaces: [
            policy("record", 1_000, .none, .record), policy("login", 900, .always, .person),
            policy("email", 700, .weakLinks, .person), policy("phone", 600, .weakLinks, .person),
            policy("device", 300, .none, .device), policy("session", 100, .none, .session),
        ],
        sources: [], profileIdentifiers: 50, componentMembers: 100)

    private static func policy(
        _ name: String, _ strength: Int, _ unique: Uniqueness, _ kind: NamespaceClass
    ) -> NamespacePolicy {
        NamespacePolicy(
            name: name, strength: strength, kind: kind, uniquePerProfile: unique, hubLimit: 9, fanLimit: 9,
            recordLimit: 9, normaliser: .opaque, timeToLiveHours: nil)
    }

    /// The clusters of named identifiers, such as `email a`, and the verdicts of the links as given.
    private static func cluster(
        _ links: [(String, String, UInt16)], mustLinks: [(String, String)] = []
    ) -> (together: (String, String) -> Bool, verdicts: [Verdict]) {
        var places: [String: Int32] = [:]
        var nodes: [ClusterNode] = []
        func place(_ name: String) -> Int32 {
            if let place = places[name] { return place }
            let namespace = names.firstIndex(of: String(name.prefix { $0 != " " })) ?? 0
            places[name] = Int32(nodes.count)
            nodes.append(
                ClusterNode(
                    key: IdentityKey(high: FixedHash.fnv1a(name.utf8), low: 0),
                    namespace: NamespaceID(UInt16(namespace))))
            return Int32(nodes.count - 1)
        }
        let seen = links.map {
            ClusterLink(left: place($0.0), right: place($0.1), kind: .deterministic, partyRank: 0, weight: $0.2)
        }
        let asserted = mustLinks.map {
            ClusterLink(left: place($0.0), right: place($0.1), kind: .mustLink, partyRank: 0, weight: 0)
        }
        let result = Clusterer.cluster(nodes: nodes, links: seen + asserted, cannotLinks: [], policies: policies)
        let together = { (first: String, second: String) in
            guard let left = places[first], let right = places[second] else { return false }
            return result.clusters[Int(left)] == result.clusters[Int(right)]
        }
        return (together, result.verdicts)
    }

    private static let people: [(String, String, UInt16)] = [
        ("login a", "email a", 1), ("login a", "phone a", 1), ("login b", "email b", 1), ("login b", "phone b", 1),
    ]

    @Test(arguments: [(UInt16(8), UInt16(1)), (1, 1), (3, 2)])
    func aDeviceThatTwoPeopleClaimJoinsNobody(first: UInt16, second: UInt16) {
        let links = [("login a", "device", first), ("login b", "device", second), ("session", "device", 1)]
        let found = Self.cluster(Self.people + links)
        #expect(found.verdicts.suffix(3) == [.contested, .contested, .contested])
        #expect(found.together("login a", "email a") && found.together("login b", "email b"))
    }

    @Test func aVisitorTakesNoDeviceFromItsOwner() {
        let found = Self.cluster(
            Self.people + [("login a", "device", 9), ("login b", "device", 1), ("session", "device", 1)])
        #expect(found.verdicts.suffix(3) == [.joined, .uniquePerProfile, .joined])
        #expect(found.together("session", "login a"))
    }

    @Test func anAddressKnownFromOneDeviceAloneClaimsNothing() {
        let found = Self.cluster([
            ("login a", "email a", 1), ("login a", "device", 2), ("email x", "device", 2), ("session", "email x", 1),
        ])
        #expect(found.together("device", "login a") && !found.together("device", "email x"))
    }

    @Test func aMustLinkHoldsAContestedDevice() {
        let found = Self.cluster(
            Self.people + [("login a", "device", 1), ("login b", "device", 1), ("session", "device", 1)],
            mustLinks: [("login b", "device")])
        #expect(found.together("device", "login b") && !found.together("device", "login a"))
    }

    @Test func aSessionGoesToWhomItNamesAndNotToWhomItsDeviceKnows() {
        let found = Self.cluster(
            Self.people + [("login a", "device", 9), ("session", "device", 4), ("session", "login b", 1)])
        #expect(found.together("session", "login b") && !found.together("session", "device"))
    }

    @Test func twoAddressesOfOneVisitAreOnePersons() {
        #expect(Self.cluster([("email a", "session", 1), ("email x", "session", 1)]).together("email a", "email x"))
        #expect(!Self.cluster([("email a", "device", 1), ("email x", "device", 1)]).together("email a", "email x"))
        #expect(!Self.cluster([("login a", "session", 1), ("login b", "session", 1)]).together("login a", "login b"))
    }
}
