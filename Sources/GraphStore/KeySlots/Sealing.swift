package import Identity
package import LMDB
package import Stitching
internal import Foundation
internal import Synchronization

/// Sealing and opening of what a store holds of a node, each node under a data key of its own.
///
/// A node has its key from the first value that is sealed for it: a slot of `keys.slots`, named in table `data_keys`. No
/// transaction of the store commits before the slots that were given in it are durable. Threads share it.
package final class Sealing: Sendable {
    private let path: String
    private let keyRing: KeyRing
    /// Gives slots, with keys from the source that the store was opened with.
    private let give: @Sendable (KeySlots, [SlotOwner]) throws -> [DataKeyID]
    /// Whether this process holds the writer's lock.
    private let isWriter: Bool
    /// What is sealed is thrown away: no slot is given, and none taken away.
    private let isRehearsal: Bool
    private let opened: Mutex<KeySlots?>
    /// Slots whose owners a transaction has taken away: to be overwritten once it is durable.
    private let dropped = Mutex<[DataKeyID]>([])

    init(_ slots: KeySlots?, path: String, keyRing: KeyRing, isWriter: Bool, random: some RandomSource) {
        self.path = path
        self.keyRing = keyRing
        self.isWriter = isWriter
        isRehearsal = false
        give = { try $0.give(to: $1, random: random) }
        opened = Mutex(slots)
    }

    /// The same for a transaction that will not be committed.
    private init(rehearsing other: Sealing, _ slots: KeySlots?) {
        path = other.path
        keyRing = other.keyRing
        isWriter = other.isWriter
        isRehearsal = true
        give = other.give
        opened = Mutex(slots)
    }

    /// The file of slots; nil where this process only reads, and nothing was ever sealed under a data key.
    package func slots() throws -> KeySlots? {
        try opened.withLock { slots in
            if slots == nil, !isWriter, FileManager.default.fileExists(atPath: path) {
                slots = try KeySlots.open(at: path, keyRing: keyRing, forWriting: false)
            }
            return slots
        }
    }

    /// The same for a transaction that will not be committed: it opens what is held, and what it seals opens as erased.
    package func rehearsal() throws -> Sealing { Sealing(rehearsing: self, try slots()) }

    // MARK: Sealing

    /// The sealed form of a value for its place, under the key of its subject, which is given one where it has none.
    ///
    /// - Parameters:
    ///   - table: its number.
    ///   - schema: the version of what is inside.
    ///   - key: the row's key, as the table writes it.
    package func seal(
        _ plain: [UInt8], table: UInt8, schema: UInt8, subject: NodeID, key: [UInt8],
        _ transaction: inout WriteTransaction
    ) throws -> [UInt8] {
        if isRehearsal { return SealedValue.standIn(for: plain).bytes }
        let id = try dataKey(of: subject, &transaction)
        let place = SealedPlace(table: table, schema: schema, subject: subject, key: key)
        return try demandSlots().seal(plain, at: place, under: id)
    }

    /// The value again, or that it is erased. Throws where it was altered, cut or moved.
    package func open(
        _ sealed: RawSpan, table: UInt8, schema: UInt8, subject: NodeID, key: [UInt8]
    ) throws -> Unsealed {
        if isRehearsal, try SealedValue.key(of: sealed) == SealedValue.standInKey { return .erased }
        return try demandSlots().open(
            sealed, at: SealedPlace(table: table, schema: schema, subject: subject, key: key))
    }

    package func open(
        _ sealed: [UInt8], table: UInt8, schema: UInt8, subject: NodeID, key: [UInt8]
    ) throws -> Unsealed {
        try open(sealed.rawBytes, table: table, schema: schema, subject: subject, key: key)
    }

    /// The sealed form of a value of a row, as above.
    package func seal<K, V>(
        _ plain: [UInt8], in table: Table<K, V>, _ key: K.Key, schema: UInt8, subject: NodeID,
        _ transaction: inout WriteTransaction
    ) throws -> [UInt8] {
        try seal(
            plain, table: table.number, schema: schema, subject: subject, key: Self.bytes(K.self, key), &transaction)
    }

    /// The value of a row again, as above.
    package func open<K, V>(
        _ sealed: [UInt8], in table: Table<K, V>, _ key: K.Key, schema: UInt8, subject: NodeID
    ) throws -> Unsealed {
        let bytes = sealed.rawBytes
        let id = try SealedValue.key(of: bytes)
        if isRehearsal, id == SealedValue.standInKey { return .erased }
        // In one piece and without an array of the key's: this is what a sealed read takes above a plain one.
        var place = ByteWriter(capacity: 64)
        SealedPlace.appendHead(table: table.number, schema: schema, subject, id, to: &place)
        K.encode(key, into: &place)
        return try demandSlots().open(bytes, under: id, associated: place.bytes)
    }

    private static func bytes<K: KeyCodec>(_: K.Type, _ key: K.Key) -> [UInt8] {
        var writer = ByteWriter(capacity: K.width)
        K.encode(key, into: &writer)
        return writer.array
    }

    /// Opens what was sealed under the store's own key before nodes had data keys.
    package var storeSealer: Sealer { keyRing.sealer }

    // MARK: Keys

    /// The data key of a node or of another owner: given now where it has none.
    package func dataKey(of owner: SlotOwner, _ transaction: inout WriteTransaction) throws -> DataKeyID {
        try dataKey(of: owner.subject, &transaction)
    }

    private func dataKey(of subject: NodeID, _ transaction: inout WriteTransaction) throws -> DataKeyID {
        if let held = try transaction.get(Tables.dataKeys, subject) { return held }
        let id = try give(demandSlots(), [SlotOwner(subject)])
        try transaction.put(Tables.dataKeys, subject, id[0])
        return id[0]
    }

    /// Takes a subject's key out of the table; its slot is overwritten by `shredDropped`, once that is durable.
    package func drop(_ subject: NodeID, _ transaction: inout WriteTransaction) throws {
        guard !isRehearsal, let held = try transaction.get(Tables.dataKeys, subject) else { return }
        _ = try transaction.delete(Tables.dataKeys, subject)
        dropped.withLock { $0.append(held) }
    }

    /// Has a subject's slot overwritten by `shredDropped`; the row that names it stays until what it has sealed is gone.
    package func shred(_ subject: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable) throws {
        guard !isRehearsal, let held = try snapshot.get(Tables.dataKeys, subject) else { return }
        dropped.withLock { $0.append(held) }
    }

    /// Overwrites the slots that a transaction which has committed took from their owners.
    package func shredDropped() throws {
        let slots = dropped.withLock { slots in
            defer { slots = [] }
            return slots
        }
        if !slots.isEmpty { try demandSlots().shred(slots) }
    }

    /// The transaction was aborted: its slots stay with their owners.
    package func forgetDropped() { dropped.withLock { $0 = [] } }

    /// Makes durable what was given: called before every commit.
    func sync() throws(LMDBError) {
        guard let slots = opened.withLock({ $0 }), isWriter else { return }
        do { try slots.sync() } catch {
            var kind = LMDBError.Kind.panic
            if case .inputOutput(_, _, let code) = error { kind = .other(code) }
            throw LMDBError(kind: kind, operation: "making key slots durable", detail: error.description)
        }
    }

    /// Shreds the slots that no commit came to use.
    ///
    /// - Parameter isUnclean: the writer before this one ended without closing, so that slots given long ago may have lost
    ///   their owners: all are looked at.
    @discardableResult
    package func sweep(
        _ snapshot: borrowing some Snapshot & ~Copyable, isUnclean: Bool
    ) throws -> KeySlots.Sweep {
        let slots = try demandSlots()
        if isUnclean { try slots.sweepFromStart() }
        guard slots.hasUnswept else { return KeySlots.Sweep() }
        var owned: Set<UInt64> = []
        let first = slots.swept
        try snapshot.scan(Tables.dataKeys) { _, payload in
            let id = try DataKeyCodec.decode(payload, version: DataKeyCodec.version)
            if id.slot >= first { owned.insert(id.slot) }
            return .proceed
        }
        return try slots.sweep { owned.contains($0) }
    }

    private func demandSlots() throws -> KeySlots {
        guard let slots = try slots() else { throw SlotError.notFound(path: path) }
        return slots
    }
}

extension SlotOwner {
    /// How table `data_keys` and a sealed value's place name an owner: a node by its id, others by a number that no node has.
    ///
    ///     0      1
    ///     +------+----------+
    ///     | kind | number 7 |     kind 0 is a node
    ///     +------+----------+
    package var subject: NodeID {
        kind == .node ? NodeID(number) : NodeID(UInt64(kind.rawValue) << 56 | number)
    }

    package init(_ subject: NodeID) {
        let kind = Kind(rawValue: UInt8(subject.rawValue >> 56)) ?? .node
        self.init(kind, number: subject.rawValue & 0xFF_FFFF_FFFF_FFFF)
    }
}
