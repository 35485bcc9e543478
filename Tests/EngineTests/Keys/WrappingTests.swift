import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// A store's root key can be changed, and nothing else changes with it.
@Suite(.serialized) struct WrappingTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/store" }

    private struct Killed: Error {}

    init() throws { directory = try TemporaryDirectory() }

    private func create(_ keyFile: String? = nil) throws {
        try Store.create(
            directory: path, configuration: try Configuration(yaml: TestGraph.plain, file: "test"), keyFile: keyFile,
            random: SystemRandom(), options: TemporaryStore.options)
    }

    private func engine() throws -> Engine {
        try Engine(directory: path, mode: .write(program: "tests"), options: TemporaryStore.options)
    }

    private static func see(_ number: Int, _ engine: Engine) throws {
        let builder = try EvidenceBuilder(yaml: TestGraph.plain)
        try engine.apply(.record([builder.record(number, [("email", number)], hours: number)]))
    }

    private func check() throws -> [UInt8] {
        try Store.open(directory: path, options: .init(readOnly: true)).keyRing.keyCheckValue
    }

    @Test func anotherRootKeyOpensTheSameStore() throws {
        try create()
        try Self.see(1, try engine())
        let (value, digest) = (try check(), try engine().digest(.content))
        try StoreKeys.rewrap(path, to: .file(path: directory.path + "/second"), random: SystemRandom())
        try FileManager.default.removeItem(atPath: path + "/root.key")
        #expect(try check() == value)
        #expect(try engine().digest(.content) == digest)
        #expect(try StoreKeys(directory: path).placeText == directory.path + "/second")
        #expect(try !Store.keyLiesInside(path))
    }

    /// Killed after any of its steps, the store opens with keys that were there before, under one of the two root keys.
    @Test(arguments: 1...3) func aKilledChangeIsBroughtToItsEnd(steps: Int) throws {
        try create()
        try Self.see(1, try engine())
        let value = try check()
        let second = RootKeyPlace.file(path: directory.path + "/second")
        var left = steps
        #expect(throws: Killed.self) {
            try StoreKeys.rewrap(path, to: second, random: SystemRandom()) {
                left -= 1
                if left == 0 { throw Killed() }
            }
        }
        // A reader changes nothing of it.
        #expect(try check() == value)
        #expect(FileManager.default.fileExists(atPath: path + "/keys.bundle.next") == (steps < 3))
        let isThere = steps > 1
        #expect(
            try StoreKeys(directory: path).placeText == (isThere ? directory.path : path)
                + (isThere ? "/second" : "/root.key"))
        // The next writer cleans up, and the old or the new root key is of no use any more.
        try Self.see(2, try engine())
        #expect(!FileManager.default.fileExists(atPath: path + "/keys.bundle.next"))
        try StoreKeys.rewrap(path, to: second, random: SystemRandom())
        try FileManager.default.removeItem(atPath: path + "/root.key")
        #expect(try check() == value)
        try Self.see(3, try engine())
        try checkIntegrity(try engine())
    }

    @Test func whoHasTheStoreOpenGoesOn() throws {
        try create()
        let engine = try engine()
        try Self.see(1, engine)
        try StoreKeys.rewrap(path, to: .file(path: directory.path + "/second"), random: SystemRandom())
        try Self.see(2, engine)
        #expect(try engine.resolve(EvidenceBuilder.key("email", 2)) != nil)
    }

    @Test func theOldBundleIsOverwritten() throws {
        try create()
        let old = try #require(FileManager.default.contents(atPath: path + "/keys.bundle"))
        try FileManager.default.linkItem(atPath: path + "/keys.bundle", toPath: directory.path + "/kept")
        try StoreKeys.rewrap(path, to: .file(path: directory.path + "/second"), random: SystemRandom())
        let kept = try #require(FileManager.default.contents(atPath: directory.path + "/kept"))
        #expect(kept.count == old.count)
        #expect(kept.allSatisfy { $0 == 0 })
    }

    @Test func aTokenKeepsTheKeyOfAStore() throws {
        let token = try TestToken.shared.get()
        try create(token.place("first"))
        #expect(!FileManager.default.fileExists(atPath: path + "/root.key"))
        try Self.see(1, try engine())
        let value = try check()
        // To another key of the token, to a file, and back to the first.
        for place in [token.place("second"), directory.path + "/file", token.place("first")] {
            try StoreKeys.rewrap(path, to: RootKeyPlace(place), random: SystemRandom())
            #expect(try StoreKeys(directory: path).placeText == place)
            #expect(try check() == value)
            try Self.see(2, try engine())
        }
        try checkIntegrity(try engine())
    }

    @Test func aStoreOfBeforeGetsABundle() throws {
        try create()
        let root = try RootKey.load(from: path + "/root.key")
        let keys = try StoreKeys(directory: path)
        try keys.file.write(KeyBundle(derivedFrom: root), by: root, random: SystemRandom())
        let derived = try KeyRing(root: root).keyCheckValue
        let store = try String(contentsOfFile: path + "/STORE", encoding: .utf8)
        let label = store.split(separator: "\n").map {
            $0.hasPrefix("key-check") ? "key-check " + hexadecimal(derived) : String($0)
        }
        try (label.joined(separator: "\n") + "\n").write(toFile: path + "/STORE", atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: path + "/keys.bundle")
        try StoreKeys.rewrap(path, to: .file(path: directory.path + "/second"), random: SystemRandom())
        #expect(try KeyRing(bundle: StoreKeys(directory: path).load()).keyCheckValue == derived)
    }
}
