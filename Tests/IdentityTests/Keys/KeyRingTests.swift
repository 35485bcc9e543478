import Identity
import Testing

@Suite struct KeyRingTests {
    // Computed by another implementation (Python's hashlib and hmac, OpenSSL's enc) from the root key 00 01 02 ... 1f.
    @Test func keysAreThoseOfAnotherImplementation() throws {
        let ring = try testKeyRing()
        let email = try ring.identityHasher(namespace: "email")
        #expect(email.key(normalised: bytes("user@example.com").span).description == "282698baefa5b5dc8c4d2c8ddea734e9")
        #expect(hexadecimal(ring.keyCheckValue) == "371d93301121bd9d91f399e856e6cd13")
        #expect(
            ring.audit.code(for: bytes(String(repeating: "abc", count: 50))).description
                == "804e7df3c83731eef5c3e7b9d961b46d4e16bbf4a3cbc9f5f10b4a46c8884831")
        let (high, low) = ring.profileCipher.encrypt(7)
        #expect(IdentityKey(high: high, low: low).description == "70bc744d78345dc6fd63c29cdb18a2c7")
    }

    @Test func anIdentityKeyIsTheStartOfTheCodeOverTheDigest() throws {
        // The same key twice: the short path over one block, and the general one of a message code.
        let ring = try testKeyRing()
        let hasher = try ring.identityHasher(namespace: "phone")
        for length in [0, 1, 31, 32, 55, 56, 63, 64, 65, 1_000] {
            let value = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let digest = Digest(sha256: value.span)
            #expect(hasher.key(sha256: digest) == hasher.key(normalised: value.span))
        }
    }

    @Test func sha256IsTheStandards() {
        // FIPS 180-2, B.1, and the empty message.
        #expect(
            Digest(sha256: bytes("abc").span).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Digest(sha256: bytes("").span).description
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func namespacesShareNoKeys() throws {
        let ring = try testKeyRing()
        let value = bytes("same")
        let keys = try Configuration.builtIn.namespaces.map {
            try ring.identityHasher(namespace: $0.name).key(normalised: value.span)
        }
        #expect(Set(keys).count == keys.count)
        let codes = [ring.suppression, ring.block, ring.feature, ring.audit, ring.content].map { $0.code(for: value) }
        #expect(Set(codes).count == codes.count)
    }

    @Test func threadsShareOneHasher() async throws {
        let ring = try testKeyRing()
        let hasher = try ring.identityHasher(namespace: "email")
        let expected = (0..<1_000).map { hasher.key(normalised: bytes("\($0)@example.com").span) }
        await withTaskGroup(of: [IdentityKey].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<1_000).map { hasher.key(normalised: Array("\($0)@example.com".utf8).span) } }
            }
            for await keys in group { #expect(keys == expected) }
        }
    }

    @Test func profileIdsComeBackAndForgedOnesDoNot() throws {
        let cipher = try testKeyRing().profileCipher
        var generator = SeededGenerator(seed: 11)
        var seen: Set<IdentityKey> = []
        for node in [0, 1, 2, UInt64.max] + (0..<2_000).map({ _ in generator.next() }) {
            let (high, low) = cipher.encrypt(node)
            #expect(cipher.decrypt(high, low) == node)
            #expect(cipher.decrypt(high ^ 1, low) == nil)
            #expect(cipher.decrypt(high, low ^ 1 << 63) == nil)
            #expect(cipher.decrypt(generator.next(), generator.next()) == nil)
            seen.insert(IdentityKey(high: high, low: low))
        }
        #expect(seen.count == 2_004)
    }

    @Test func anotherRootMakesOtherProfileIds() throws {
        let mine = try testKeyRing().profileCipher.encrypt(5)
        let other = try KeyRing(root: RootKey(random: SystemRandom())).profileCipher
        #expect(other.decrypt(mine.0, mine.1) == nil)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
