import Foundation
import Glibc
import Identity
import Testing

/// SoftHSM 2 stands in for a token: it keeps its objects in files, and is a PKCS#11 module like any other.
@Suite(.serialized) struct PKCS11KeyTests {
    /// One token for all tests: the module reads its configuration once in a process.
    private static let place = Result { try Place() }

    private final class Place: Sendable {
        let directory: String
        let module: String

        init() throws {
            let candidates = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"]
            module = try #require(
                candidates.first { FileManager.default.fileExists(atPath: $0) },
                "SoftHSM 2 is not installed: run tools/bootstrap")
            directory = NSTemporaryDirectory() + "/selvedge-token-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory + "/tokens", withIntermediateDirectories: true)
            let configuration = directory + "/softhsm2.conf"
            try Data("directories.tokendir = \(directory)/tokens\nlog.level = ERROR\n".utf8)
                .write(to: URL(filePath: configuration))
            unsafe _ = setenv("SOFTHSM2_CONF", configuration, 1)
            for label in ["one", "two"] {
                try Self.run([
                    "softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin",
                    "8642",
                ])
            }
            try write("pin", "8642\n")
            try write("wrong", "1111")
            _ = atexit { if case .success(let place) = PKCS11KeyTests.place { place.remove() } }
        }

        private func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: directory + "/" + name))
            try #require(unsafe chmod(directory + "/" + name, 0o400) == 0)
        }

        private static func run(_ command: [String]) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = command
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "\(command[0]) failed")
        }

        func remove() { try? FileManager.default.removeItem(atPath: directory) }

        func uri(_ object: String, token: String = "one", pin: String = "pin") throws -> PKCS11URI {
            try PKCS11URI(
                "pkcs11:token=\(token);object=\(object)?module-path=\(module)&pin-source=file:\(directory)/\(pin)")
        }
    }

    @Test func aTokenWrapsABundleAndItsKeyStaysInIt() throws {
        let place = try Self.place.get()
        let token = try PKCS11Key.create(place.uri("wrap"))
        let bundle = try KeyBundle(random: SystemRandom())
        let wrapped = try bundle.wrapped(by: token, random: SystemRandom())
        #expect(try KeyBundle.keeper(of: wrapped) == .token)
        let expected = try KeyRing(bundle: bundle).keyCheckValue
        for keeper in [token, try PKCS11Key.open(place.uri("wrap"))] {
            #expect(try KeyRing(bundle: KeyBundle(unwrapping: wrapped, by: keeper)).keyCheckValue == expected)
        }
        // A file's root key cannot take the token's place, nor the other way around.
        let root = try RootKey(random: SystemRandom())
        #expect(throws: KeyError.otherKeeper(.token)) { try KeyBundle(unwrapping: wrapped, by: root) }
        let byFile = try bundle.wrapped(by: root, random: SystemRandom())
        #expect(throws: KeyError.otherKeeper(.rootKey)) { try KeyBundle(unwrapping: byFile, by: token) }
    }

    @Test func fromAFileToATokenAndBackNoKeyChanges() throws {
        let place = try Self.place.get()
        try withTemporaryDirectory { directory in
            let file = KeyBundleFile(path: directory + "/keys.bundle")
            let root = try RootKey(random: SystemRandom())
            try file.write(KeyBundle(derivedFrom: root), by: root, random: SystemRandom())
            let token = try PKCS11Key.create(place.uri("moved"))
            try file.write(file.read(with: root), by: token, random: SystemRandom())
            #expect(try KeyRing(bundle: file.read(with: token)).keyCheckValue == KeyRing(root: root).keyCheckValue)
            try file.write(file.read(with: token), by: root, random: SystemRandom())
            #expect(try KeyRing(bundle: file.read(with: root)).keyCheckValue == KeyRing(root: root).keyCheckValue)
        }
    }

    @Test func anotherKeyOrTokenDoesNotOpenIt() throws {
        let place = try Self.place.get()
        let bundle = try KeyBundle(random: SystemRandom())
        let wrapped = try bundle.wrapped(by: PKCS11Key.create(place.uri("first")), random: SystemRandom())
        let second = try PKCS11Key.create(place.uri("second"))
        let elsewhere = try PKCS11Key.create(place.uri("first", token: "two"))
        for other in [second, elsewhere] {
            #expect(throws: KeyError.cannotUnwrap) { try KeyBundle(unwrapping: wrapped, by: other) }
        }
    }

    @Test func everyFlippedByteOfAWrappedBundleIsRefused() throws {
        let place = try Self.place.get()
        let token = try PKCS11Key.create(place.uri("flips"))
        let wrapped = try KeyBundle(random: SystemRandom()).wrapped(by: token, random: SystemRandom())
        for index in wrapped.indices {
            var altered = wrapped
            altered[index] ^= 0x40
            #expect(throws: KeyError.self) { try KeyBundle(unwrapping: altered, by: token) }
        }
    }

    @Test func whatIsNotThereSaysSo() throws {
        let place = try Self.place.get()
        func problem(_ uri: PKCS11URI) throws -> String {
            let error = #expect(throws: KeyError.self) { try PKCS11Key.open(uri) }
            return error?.description ?? ""
        }
        #expect(try problem(place.uri("none")).contains("no AES key of that name"))
        #expect(try problem(place.uri("none", token: "three")).contains("no token of that name"))
        #expect(try problem(place.uri("none", pin: "nofile")).contains("there is no key file"))
        var uri = try place.uri("none")
        uri.modulePath = place.directory + "/pin"
        #expect(try problem(uri).contains("no PKCS#11 module"))
        _ = try PKCS11Key.create(place.uri("once"))
        let again = #expect(throws: KeyError.self) { try PKCS11Key.create(place.uri("once")) }
        #expect(again?.description.contains("already") == true)
    }
}
