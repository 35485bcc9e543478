package import Identity
internal import LMDB
package import Stitching

/// A value sealed under its node's data key, as it stands in a table.
///
///     0        1        7            11         23               23 + n   39 + n
///     +--------+--------+------------+----------+----------------+--------+
///     | format | slot 6 | generation | nonce 12 |  ciphertext n  | tag 16 |
///     +--------+--------+------------+----------+----------------+--------+
package struct SealedValue: Hashable, Sendable {
    package var key: DataKeyID
    /// Nonce, ciphertext, tag.
    package var body: [UInt8]

    /// Bytes that it is longer than its plaintext.
    package static let overhead = headCount + DataKeyVault.overhead
    static let headCount = 11
    static let format: UInt8 = 1

    package init(key: DataKeyID, body: [UInt8]) {
        self.key = key
        self.body = body
    }

    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.headCount + body.count)
        Self.appendHead(key, to: &writer)
        writer.append(contentsOf: body)
        return writer.array
    }

    fileprivate static func appendHead(_ key: DataKeyID, to writer: inout ByteWriter) {
        writer.append(format)
        writer.append48(key.slot)
        writer.append(key.generation)
    }

    /// The slot that a value names; `notSealed` where the bytes are none.
    package static func key(of bytes: RawSpan) throws(SlotError) -> DataKeyID {
        guard bytes.byteCount >= overhead, bytes.uint8(at: 0) == format else { throw .notSealed }
        return DataKeyID(slot: bytes.bigEndianUInt48(at: 1), generation: bytes.bigEndianUInt32(at: 7))
    }

    /// No slot has this number.
    static let standInKey = DataKeyID(slot: 0xFFFF_FFFF_FFFF, generation: 0)

    /// In place of a sealed value where nothing will be committed: as long, and of nothing.
    static func standIn(for plain: [UInt8]) -> SealedValue {
        SealedValue(
            key: standInKey, body: [UInt8](repeating: 0, count: plain.count + DataKeyVault.overhead))
    }

    /// What an erasure looks for after the value has gone: nonce and tag, which no other value has.
    package static func needles(of bytes: [UInt8]) throws(SlotError) -> [[UInt8]] {
        _ = try key(of: bytes.rawBytes)
        return [Array(bytes[headCount..<headCount + 12]), Array(bytes.suffix(16))]
    }
}

/// Where a sealed value stands: it opens nowhere else.
///
///     0       1        2        10
///     +-------+--------+---------+-----------+------+
///     | table | schema | subject | slot's 11 | key  |
///     +-------+--------+---------+-----------+------+
package struct SealedPlace: Hashable, Sendable {
    /// The table's number.
    package var table: UInt8
    /// The version of what is inside.
    package var schema: UInt8
    package var subject: NodeID
    /// The row's key, as the table writes it.
    package var key: [UInt8]

    package init(table: UInt8, schema: UInt8, subject: NodeID, key: [UInt8]) {
        self.table = table
        self.schema = schema
        self.subject = subject
        self.key = key
    }

    func associated(_ id: DataKeyID) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        Self.appendHead(table: table, schema: schema, subject, id, to: &writer)
        writer.append(contentsOf: key)
        return writer.array
    }

    /// What stands before the row's key.
    static func appendHead(
        table: UInt8, schema: UInt8, _ subject: NodeID, _ id: DataKeyID, to writer: inout ByteWriter
    ) {
        writer.append(table)
        writer.append(schema)
        writer.append(subject.rawValue)
        SealedValue.appendHead(id, to: &writer)
    }
}

/// What opening a sealed value comes to.
package enum Unsealed: Hashable, Sendable {
    case value([UInt8])
    /// Its slot was shredded: nobody can open it again. Not damage.
    case erased
}

extension KeySlots {
    /// The sealed form of a value, for its place, under a key that was given to its node. `SlotError.shredded`
    /// where the node was erased.
    package func seal(_ plain: [UInt8], at place: SealedPlace, under key: DataKeyID) throws -> [UInt8] {
        let body = try vault.seal(plain, under: key, associated: place.associated(key)) { try self.load(key) }
        return SealedValue(key: key, body: body).bytes
    }

    /// The value again, or that it is erased. Throws `SlotError` where its slot is damaged or another's, and
    /// `KeyError.cannotOpen` where the value was altered, cut or moved.
    package func open(_ sealed: RawSpan, at place: SealedPlace) throws -> Unsealed {
        let key = try SealedValue.key(of: sealed)
        return try open(sealed, under: key, associated: place.associated(key).rawBytes)
    }

    /// The same of a value whose slot was read, and whose place was written out.
    func open(_ sealed: RawSpan, under key: DataKeyID, associated: RawSpan) throws -> Unsealed {
        try noticeShreds()
        let body = sealed.extracting(SealedValue.headCount..<sealed.byteCount)
        do {
            return .value(try vault.open(body, under: key, associated: associated) { try self.load(key) })
        } catch SlotError.shredded { return .erased }
    }

    package func open(_ sealed: [UInt8], at place: SealedPlace) throws -> Unsealed {
        try open(sealed.rawBytes, at: place)
    }

    /// Whether a slot's key is there, and whose it is; nil: it was shredded.
    package func owner(of key: DataKeyID) throws(SlotError) -> SlotOwner? {
        switch try slot(key) {
        case .held(_, let owner, _): owner
        default: nil
        }
    }

    private func load(_ key: DataKeyID) throws -> WrappedDataKey {
        guard case .held(_, let owner, let wrapped) = try slot(key) else { throw SlotError.shredded(slot: key.slot) }
        return WrappedDataKey(bytes: wrapped, associated: Slot.associated(key, owner))
    }

    /// Held or shredded.
    private func slot(_ key: DataKeyID) throws(SlotError) -> Slot {
        let bytes = try file.read(at: Self.offset(of: key.slot), count: Slot.byteCount)
        if bytes.isEmpty { throw .notGiven(slot: key.slot) }
        switch Slot(bytes, number: key.slot) {
        case nil: throw .damaged(slot: key.slot)
        case .free?: throw .notGiven(slot: key.slot)
        case .held(let id, _, _)? where id != key: throw .otherGeneration(slot: key.slot)
        case .shredded(let id)? where id.generation != key.generation && id.generation != 0:
            throw .otherGeneration(slot: key.slot)
        case let slot?: return slot
        }
    }
}
