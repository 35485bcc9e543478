internal import Identity
internal import LMDB

/// One slot as it lies in the file: 128 bytes, so that none crosses a sector.
///
///     0       1      2      4            8        16          24            84         120
///     +-------+------+------+------------+--------+-----------+-------------+----------+----------+
///     | state | kind | 0 0  | generation | number | owner 8   | wrapped 60  |  zeros   | checksum |
///     +-------+------+------+------------+--------+-----------+-------------+----------+----------+
///
/// State 1 is held. State 2 is shredded: kind, owner and wrapped are zeros. A free slot is zeros whole. The checksum is the
/// start of SHA-256 over what stands before it. Wrapped is the data key under AES-256-GCM, bound to generation, number, kind
/// and owner: a slot copied over another opens nothing.
enum Slot: Hashable {
    case free
    case held(DataKeyID, SlotOwner, wrapped: [UInt8])
    case shredded(DataKeyID)

    static let byteCount = 128
    private static let checked = 120
    private static let wrappedOffset = 24

    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        switch self {
        case .free: return [UInt8](repeating: 0, count: Self.byteCount)
        case .held(let id, let owner, let wrapped):
            Self.write(state: 1, kind: owner.kind.rawValue, id, owner: owner.number, into: &writer)
            writer.append(contentsOf: wrapped)
        case .shredded(let id): Self.write(state: 2, kind: 0, id, owner: 0, into: &writer)
        }
        while writer.count < Self.checked { writer.append(UInt8(0)) }
        writer.append(Digest(sha256: writer.array.span).start)
        return writer.array
    }

    private static func write(
        state: UInt8, kind: UInt8, _ id: DataKeyID, owner: UInt64, into writer: inout ByteWriter
    ) {
        writer.append(state)
        writer.append(kind)
        writer.append(UInt16(0))
        writer.append(id.generation)
        writer.append(id.slot)
        writer.append(owner)
    }

    /// Nil where the bytes are none of the three, or those of another slot than `number`.
    init?(_ bytes: [UInt8], number: UInt64) {
        guard bytes.count == Self.byteCount else { return nil }
        if bytes.allSatisfy({ $0 == 0 }) {
            self = .free
            return
        }
        let span = bytes.rawBytes
        guard span.bigEndianUInt64(at: Self.checked) == Digest(sha256: bytes.span.extracting(0..<Self.checked)).start
        else { return nil }
        let id = DataKeyID(slot: span.bigEndianUInt64(at: 8), generation: span.bigEndianUInt32(at: 4))
        guard id.slot == number, span.bigEndianUInt16(at: 2) == 0 else { return nil }
        let wrappedEnd = Self.wrappedOffset + WrappedDataKey.byteCount
        switch (bytes[0], SlotOwner.Kind(rawValue: bytes[1])) {
        case (1, let kind?):
            let owner = SlotOwner(kind, number: span.bigEndianUInt64(at: 16))
            guard bytes[wrappedEnd..<Self.checked].allSatisfy({ $0 == 0 }) else { return nil }
            self = .held(id, owner, wrapped: Array(bytes[Self.wrappedOffset..<wrappedEnd]))
        case (2, nil):
            guard bytes[1] == 0, bytes[16..<Self.checked].allSatisfy({ $0 == 0 }) else { return nil }
            self = .shredded(id)
        default: return nil
        }
    }

    /// What a data key is wrapped for: it opens in its own slot alone.
    static func associated(_ id: DataKeyID, _ owner: SlotOwner) -> [UInt8] {
        var writer = ByteWriter(capacity: 48)
        writer.append(contentsOf: label)
        write(state: 1, kind: owner.kind.rawValue, id, owner: owner.number, into: &writer)
        return writer.array
    }

    private static let label = Array("selvedge slot 1".utf8)
}
