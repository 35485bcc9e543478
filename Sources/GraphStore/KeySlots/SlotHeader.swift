internal import Identity
internal import LMDB

/// The first page of the file: two copies, written in turn, so that one of them is always whole.
///
///     0            8         12           16         24      32          120
///     +------------+---------+------------+----------+-------+-----------+----------+
///     | "SELVSLOT" | format  | generation | sequence | swept |   zeros   | checksum |     at 0 and at 512
///     +------------+---------+------------+----------+-------+-----------+----------+
///
/// Behind them, at 2,048, how often slots were shredded (8 bytes, big-endian): other processes drop the keys that they have
/// at hand when it changes.
struct SlotHeader: Hashable {
    static let pageSize = 4_096
    static let copyOffset = 512
    static let shredsOffset = 2_048
    static let byteCount = 128
    static let format: UInt32 = 1
    private static let magic = Array("SELVSLOT".utf8)

    /// What slots that are given now bear.
    var generation: UInt32 = 1
    /// Of this copy; the greater of two is in force.
    var sequence: UInt64 = 1
    /// Slots below this number need not be looked at when the file is opened: each is owned or shredded.
    var swept: UInt64 = 0

    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(contentsOf: Self.magic)
        writer.append(Self.format)
        writer.append(generation)
        writer.append(sequence)
        writer.append(swept)
        while writer.count < Self.byteCount - 8 { writer.append(UInt8(0)) }
        var bytes = writer.array
        bytes += Digest(sha256: bytes.span).bytes.prefix(8)
        return bytes
    }

    init() {}

    /// Nil where this copy is torn or was never written.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
        let checksum = Digest(sha256: bytes.span.extracting(0..<Self.byteCount - 8)).bytes.prefix(8)
        guard bytes[(Self.byteCount - 8)...].elementsEqual(checksum) else { return nil }
        let span = bytes.rawBytes
        guard span.bigEndianUInt32(at: 8) == Self.format else { return nil }
        generation = span.bigEndianUInt32(at: 12)
        sequence = span.bigEndianUInt64(at: 16)
        swept = span.bigEndianUInt64(at: 24)
    }

    /// The header in force of a first page; nil where neither copy is whole.
    static func newest(of page: [UInt8]) -> SlotHeader? {
        let copies = [0, copyOffset].compactMap { offset in
            page.count < offset + byteCount ? nil : SlotHeader(Array(page[offset..<offset + byteCount]))
        }
        return copies.max { $0.sequence < $1.sequence }
    }

    /// Where this copy lies: the places alternate.
    var offset: Int { sequence.isMultiple(of: 2) ? Self.copyOffset : 0 }

    /// The next copy.
    var following: SlotHeader {
        var header = self
        header.sequence += 1
        return header
    }
}
