import Identity
import Testing

@Suite struct IdentityNestingTests {
    /// A ring whose bundle has identity keys of versions 1 to `version`.
    private static func ring(_ version: UInt16, from bundle: KeyBundle) throws -> KeyRing {
        var bundle = bundle
        for each in 2...max(version, 2) where each <= version {
            bundle = try bundle.adding(KeyName(.identity, version: each), random: SystemRandom())
        }
        return try KeyRing(bundle: bundle)
    }

    @Test func nestingStoredKeysIsHashingTheValuesAnew() throws {
        for bundle in [
            try KeyBundle(random: SystemRandom()), try KeyBundle(derivedFrom: RootKey(random: CountingRandom())),
        ] {
            let ring = try Self.ring(4, from: bundle)
            #expect(ring.identityVersion == 4)
            var generator = SeededGenerator(seed: 3)
            for namespace in ["email", "phone", "record"] {
                let hashers = try (1...4).map { try ring.identityHasher(namespace: namespace, version: UInt16($0)) }
                for _ in 0..<200 {
                    let word = generator.next()
                    let value = (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
                    let digest = Digest(sha256: value.span)
                    let keys = hashers.map { $0.key(sha256: digest) }
                    #expect(Set(keys).count == 4)
                    #expect(hashers[3].keys(sha256: digest) == keys)
                    for first in 1...4 {
                        for last in first...4 {
                            var key = keys[first - 1]
                            for nesting in try ring.nestings(from: UInt16(first), to: UInt16(last)) {
                                key = nesting.nested(key)
                            }
                            #expect(key == keys[last - 1])
                        }
                    }
                }
            }
        }
    }

    @Test func whatDiffersIsNestedToWhatDiffers() throws {
        let ring = try Self.ring(3, from: KeyBundle(random: SystemRandom()))
        let key = IdentityKey(high: 1, low: 2)
        let steps = try ring.nestings(from: 1, to: 3)
        #expect(steps.map(\.version) == [2, 3])
        #expect(steps[0].nested(key) == steps[0].nested(key))
        #expect(steps[0].nested(key) != steps[1].nested(key))
        #expect(steps[0].nested(key) != steps[0].nested(IdentityKey(high: 2, low: 1)))
    }

    @Test func theGoldenNestingIsThatOfAnotherImplementation() throws {
        // Python's hmac: master 00 01 02 ... 1f for both versions; HKDF-Expand(master, "selvedge identity 1/email"), then
        // with "selvedge identity nesting 1".
        let bundle = try KeyBundle(random: CountingRandom())
            .adding(KeyName(.identity, version: 2), random: CountingRandom())
        let ring = try KeyRing(bundle: bundle)
        let digest = Digest(sha256: Array("user@example.com".utf8).span)
        let keys = try ring.identityHasher(namespace: "email").keys(sha256: digest)
        #expect(keys.map(\.description) == ["2256b4250198e5ef97be4d0812ce0894", "900075db40149f06382564f8b2e18634"])
    }

    @Test func aVersionThatTheBundleLacksIsRefused() throws {
        let ring = try Self.ring(2, from: KeyBundle(random: SystemRandom()))
        for version: UInt16 in [0, 3, .max] {
            #expect(throws: KeyError.missingKey(KeyName(.identity, version: version == .max ? 3 : version))) {
                try ring.identityHasher(namespace: "email", version: version)
            }
        }
        #expect(try ring.nestings(from: 2, to: 2).isEmpty)
    }
}
