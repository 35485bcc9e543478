import Foundation
import Glibc
import Identity
import Testing

@Suite struct KeyBundleTests {
    /// What tells one ring from another: a value by each of its keys.
    private static func fingerprint(_ ring: KeyRing) throws -> [String] {
        let message = Array("a message".utf8)
        let (high, low) = ring.profileCipher.encrypt(9)
        let codes = [ring.suppression, ring.block, ring.feature, ring.audit, ring.content].map {
            $0.code(for: message).description
        }
        let seals = try [ring.sealer, ring.slotSealer, ring.feedSealer].map {
            hexadecimal(try $0.seal(message, associated: [1]))
        }
        let keys = try ["email", "phone"].map {
            try ring.identityHasher(namespace: $0).key(normalised: message.span).description
        }
        return codes + seals + keys + [hexadecimal(ring.keyCheckValue), "\(high) \(low)"]
    }

    @Test func anOlderStoresKeysStayWhenTheyBecomeABundle() throws {
        let root = try RootKey(random: CountingRandom())
        let derived = try KeyBundle(derivedFrom: root)
        let other = try RootKey(random: SystemRandom())
        let moved = try KeyBundle(unwrapping: derived.wrapped(by: other, random: SystemRandom()), by: other)
        let expected = try Self.fingerprint(KeyRing(root: root))
        #expect(try Self.fingerprint(KeyRing(bundle: derived)) == expected)
        #expect(try Self.fingerprint(KeyRing(bundle: moved)) == expected)
        // Python's hmac, from the root key 00 01 02 ... 1f.
        let email = try KeyRing(bundle: moved).identityHasher(namespace: "email")
        #expect(
            email.key(normalised: Array("user@example.com".utf8).span).description
                == "282698baefa5b5dc8c4d2c8ddea734e9")
    }

    @Test func everyKeyOfABundleIsItsOwn() throws {
        let prints = try Self.fingerprint(KeyRing(bundle: KeyBundle(random: SystemRandom())))
        #expect(Set(prints).count == prints.count)
        let others = try Self.fingerprint(KeyRing(bundle: KeyBundle(random: SystemRandom())))
        #expect(Set(prints).isDisjoint(with: others))
    }

    @Test func changingTheRootKeyChangesNoKey() throws {
        let bundle = try KeyBundle(random: SystemRandom())
        let expected = try Self.fingerprint(KeyRing(bundle: bundle))
        var wrapped: [[UInt8]] = []
        for _ in 0..<3 {
            let root = try RootKey(random: SystemRandom())
            let bytes = try bundle.wrapped(by: root, random: SystemRandom())
            let opened = try KeyBundle(unwrapping: bytes, by: root)
            #expect(try Self.fingerprint(KeyRing(bundle: opened)) == expected)
            for earlier in wrapped {
                #expect(throws: KeyError.cannotUnwrap) { try KeyBundle(unwrapping: earlier, by: root) }
            }
            wrapped.append(bytes)
        }
    }

    @Test func wrappingTwiceSharesNoNonceAndNoSalt() throws {
        let bundle = try KeyBundle(random: SystemRandom())
        let root = try RootKey(random: SystemRandom())
        let heads = try (0..<50).map { _ in
            Array(try bundle.wrapped(by: root, random: SystemRandom())[14..<58])
        }
        #expect(Set(heads.map { Array($0[..<32]) }).count == 50)
        #expect(Set(heads.map { Array($0[32...]) }).count == 50)
    }

    @Test func everyFlippedBitOfABundleIsRefused() throws {
        let root = try RootKey(random: CountingRandom())
        let bytes = try KeyBundle(random: SystemRandom()).wrapped(by: root, random: SystemRandom())
        for bit in 0..<bytes.count * 8 {
            var altered = bytes
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: KeyError.self) { try KeyBundle(unwrapping: altered, by: root) }
        }
    }

    @Test func everyOtherLengthIsRefused() throws {
        let root = try RootKey(random: CountingRandom())
        let bytes = try KeyBundle(random: SystemRandom()).wrapped(by: root, random: SystemRandom())
        for count in 0..<bytes.count {
            #expect(throws: KeyError.self) { try KeyBundle(unwrapping: Array(bytes[..<count]), by: root) }
        }
        #expect(throws: KeyError.self) { try KeyBundle(unwrapping: bytes + [0], by: root) }
    }

    @Test func aBundleShowsNoKey() throws {
        // Keys of 0, 1, 2 ... each: none of them lies in the file, nor any eight bytes of one.
        let root = try RootKey(random: SystemRandom())
        let bytes = try KeyBundle(random: CountingRandom()).wrapped(by: root, random: SystemRandom())
        let piece = (8..<16).map { UInt8($0) }
        #expect(!(0...bytes.count - 8).contains { Array(bytes[$0..<$0 + 8]) == piece })
        #expect("\(try KeyBundle(random: CountingRandom()))" == "<redacted>")
    }

    @Test func aKeyIsAddedOnceAndCanBeRemoved() throws {
        let bundle = try KeyBundle(random: SystemRandom())
        let second = KeyName(.identity, version: 2)
        let added = try bundle.adding(second, random: SystemRandom())
        #expect(added.identityVersion == 2)
        #expect(try added.adding(second, random: BrokenRandom()).names == added.names)
        #expect(try added.removing(second).names == bundle.names)
        #expect(
            try Self.fingerprint(KeyRing(bundle: added.removing(second))) == Self.fingerprint(KeyRing(bundle: bundle)))
        #expect(throws: KeyError.missingKey(KeyName(.seal))) {
            try KeyRing(bundle: bundle.removing(KeyName(.seal)))
        }
    }

    @Test func theFileIsReplacedInOneStepAndTheOldBytesAreGone() throws {
        try withTemporaryDirectory { directory in
            let file = KeyBundleFile(path: directory + "/keys.bundle")
            #expect(!file.exists)
            let bundle = try KeyBundle(random: SystemRandom())
            let first = try RootKey(random: SystemRandom())
            let second = try RootKey(random: SystemRandom())
            try file.write(bundle, by: first, random: SystemRandom())
            // A descriptor of the old file still reads it after it has lost its name.
            let old = try #require(FileHandle(forReadingAtPath: file.path))
            try file.write(bundle, by: second, random: SystemRandom())
            let left = try #require(try old.readToEnd())
            #expect(!left.isEmpty && left.allSatisfy { $0 == 0 })
            #expect(throws: KeyError.cannotUnwrap) { try file.read(with: first) }
            #expect(
                try Self.fingerprint(KeyRing(bundle: file.read(with: second)))
                    == Self.fingerprint(KeyRing(bundle: bundle)))
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["keys.bundle"])
        }
    }

    @Test func aFileThatIsNoBundleSaysSo() throws {
        try withTemporaryDirectory { directory in
            let file = KeyBundleFile(path: directory + "/keys.bundle")
            let root = try RootKey(random: CountingRandom())
            #expect(throws: KeyError.notFound(path: file.path)) { try file.read(with: root) }
            try Data("SELVKEYSnothing".utf8).write(to: URL(filePath: file.path))
            #expect(throws: KeyError.invalidBundle("a later version wrote it")) { try file.read(with: root) }
        }
    }

    // MARK: Places

    @Test(arguments: [
        ("root.key", RootKeyPlace.file(path: "root.key")), ("/etc/root.key", .file(path: "/etc/root.key")),
        ("credential:root", .credential(name: "root")), ("pkcs11:token=one", .token(uri: "pkcs11:token=one")),
    ])
    func aPlaceIsReadAsItIsWritten(text: String, place: RootKeyPlace) {
        #expect(RootKeyPlace(text) == place)
        #expect(RootKeyPlace(text).text == text)
    }

    @Test(arguments: ["", ".", "..", "a/b", "../root.key"]) func noCredentialLeadsOutOfItsFolder(name: String) {
        #expect(throws: KeyError.invalidPlace("a credential's name is one file name")) {
            try RootKeyPlace("credential:" + name).load(in: "/")
        }
    }
}
