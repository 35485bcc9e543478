import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// A store owns its keys: what it seals for a node, it opens, and nobody else.
@Suite struct SealingTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/store" }

    init() throws { directory = try TemporaryDirectory() }

    private func create(keyFile: String? = nil, keysOf other: String? = nil, at path: String? = nil) throws {
        try Store.create(
            directory: path ?? self.path, configuration: try Configuration(yaml: TestGraph.plain, file: "test"),
            keyFile: keyFile, keysOf: other, random: SystemRandom(), options: TemporaryStore.options)
    }

    private func engine() throws -> Engine {
        try Engine(directory: path, mode: .write(program: "tests"), options: TemporaryStore.options)
    }

    private static func seal(_ plain: [UInt8], _ node: UInt64, in store: Store) throws -> [UInt8] {
        try store.environment.write {
            try store.sealing.seal(plain, table: 9, schema: 1, subject: NodeID(node), key: [1, 2], &$0)
        }
    }

    private static func open(_ sealed: [UInt8], _ node: UInt64, in store: Store) throws -> Unsealed {
        try store.sealing.open(sealed, table: 9, schema: 1, subject: NodeID(node), key: [1, 2])
    }

    private static func key(of sealed: [UInt8]) throws -> DataKeyID { try SealedValue.key(of: sealed.rawBytes) }

    @Test func twoStoresUnderOneRootKeyHaveKeysOfTheirOwn() throws {
        let key = directory.path + "/key"
        try create(keyFile: key)
        try create(keyFile: key, at: directory.path + "/other")
        let first = try Store.open(directory: path)
        let second = try Store.open(directory: directory.path + "/other")
        #expect(first.keyRing.keyCheckValue != second.keyRing.keyCheckValue)
    }

    @Test func aStoreMayHaveTheKeysOfAnother() throws {
        try create()
        try create(keyFile: directory.path + "/key", keysOf: path, at: directory.path + "/other")
        let first = try Store.open(directory: path)
        let second = try Store.open(directory: directory.path + "/other")
        #expect(first.keyRing.keyCheckValue == second.keyRing.keyCheckValue)
    }

    @Test func anotherRootKeyIsRefused() throws {
        try create()
        try FileManager.default.removeItem(atPath: path + "/root.key")
        _ = try RootKey.create(at: path + "/root.key", random: SystemRandom())
        #expect(throws: StoreError.wrongKey(path: path + "/root.key")) { try Store.open(directory: path) }
    }

    /// A store of before: its keys come of its root key, and it had no slots.
    @Test func aStoreWithoutBundleAndSlotsOpensAndSeals() throws {
        try create()
        let root = try RootKey.load(from: path + "/root.key")
        let derived = try KeyRing(root: root)
        try Self.makeOld(path, keyCheck: derived.keyCheckValue)
        let reader = Environment.Options(readOnly: true)
        #expect(try Store.open(directory: path, options: reader).keyRing.keyCheckValue == derived.keyCheckValue)
        let sealed = try Self.seal([7], 1, in: try engine().store)
        #expect(try Self.open(sealed, 1, in: try engine().store) == .value([7]))
    }

    private static func makeOld(_ path: String, keyCheck: [UInt8]) throws {
        let store = try Store.open(directory: path, options: TemporaryStore.options)
        try store.environment.write { try $0.put(Tables.meta, MetaKey(.keyCheck), keyCheck) }
        let label = try String(contentsOfFile: path + "/STORE", encoding: .utf8)
        let lines = label.split(separator: "\n").map {
            $0.hasPrefix("key-check") ? "key-check " + hexadecimal(keyCheck) : String($0)
        }
        try (lines.joined(separator: "\n") + "\n").write(toFile: path + "/STORE", atomically: true, encoding: .utf8)
        for name in ["keys.bundle", "keys.slots"] { try FileManager.default.removeItem(atPath: path + "/" + name) }
    }

    @Test func whatIsSealedOpensForItsNodeAlone() throws {
        try create()
        let store = try engine().store
        let sealed = try (1...3).map { try Self.seal([UInt8($0)], UInt64($0), in: store) }
        for node in 1...3 {
            for (place, value) in sealed.enumerated() {
                if place + 1 == node {
                    #expect(try Self.open(value, UInt64(node), in: store) == .value([UInt8(node)]))
                } else {
                    #expect(throws: KeyError.cannotOpen) { try Self.open(value, UInt64(node), in: store) }
                }
            }
        }
    }

    @Test func aNodeKeepsItsKey() throws {
        try create()
        let store = try engine().store
        let keys = try (0..<2).map { _ in try Self.key(of: Self.seal([1], 5, in: store)) }
        #expect(keys[0] == keys[1])
    }

    @Test func noCommitComesBeforeItsSlots() throws {
        try create()
        let store = try engine().store
        let slots = try #require(try store.sealing.slots())
        var transaction = try store.environment.beginWrite()
        _ = try store.sealing.seal([1], table: 9, schema: 1, subject: NodeID(1), key: [], &transaction)
        #expect(!slots.isSynced)
        try transaction.commit()
        #expect(slots.isSynced)
    }

    @Test func aReaderOpensWhatTheWriterSealedAndSeesItShredded() throws {
        try create()
        let writer = try engine()
        let sealed = try Self.seal([1, 2], 4, in: writer.store)
        // The same process may not map the store twice: a copy of the directory stands for another process.
        let copy = directory.path + "/copy"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let reader = try Store.open(directory: copy, options: .init(readOnly: true))
        #expect(try Self.open(sealed, 4, in: reader) == .value([1, 2]))
        let id = try Self.key(of: sealed)
        let there = try KeySlots.open(at: copy + "/keys.slots", keyRing: reader.keyRing, forWriting: true)
        try there.shred([id])
        #expect(try Self.open(sealed, 4, in: reader) == .erased)
        #expect(try Self.open(sealed, 4, in: writer.store) == .value([1, 2]))
    }

    @Test func slotsOfATransactionThatWasNotCommittedAreShreddedAtTheNextOpening() throws {
        try create()
        var orphan: [UInt8] = []
        var held: [UInt8] = []
        do {
            let store = try engine().store
            held = try Self.seal([1], 1, in: store)
            var transaction = try store.environment.beginWrite()
            orphan = try store.sealing.seal([2], table: 9, schema: 1, subject: NodeID(2), key: [1, 2], &transaction)
            transaction.abort()
            try #require(try Self.open(orphan, 2, in: store) == .value([2]))
        }
        let store = try engine().store
        #expect(try Self.open(orphan, 2, in: store) == .erased)
        #expect(try Self.open(held, 1, in: store) == .value([1]))
        #expect(try Self.key(of: Self.seal([3], 2, in: store)) != Self.key(of: orphan))
    }

    @Test func aLostFileOfSlotsIsNotMadeAnew() throws {
        try create()
        do { _ = try Self.seal([1], 1, in: try engine().store) }
        try FileManager.default.removeItem(atPath: path + "/keys.slots")
        #expect(throws: SlotError.notFound(path: path + "/keys.slots")) { try engine() }
    }

    @Test func aRehearsalGivesNoSlot() throws {
        try create()
        let engine = try engine()
        let slots = try #require(try engine.store.sealing.slots())
        let builder = try EvidenceBuilder(yaml: TestGraph.plain)
        for hours in 0..<5 {
            let record = builder.record(hours, [("email", 1)], source: "crm", hours: hours)
            _ = try engine.rehearse([.record([record])]) { _, _, _ in }
        }
        #expect(slots.given == 0)
    }
}
