internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// When components and suspended links have to be looked at: rows of `expiries`, spread by hour until all are there.
///
///     | hour 8 | node 8 | other 8 |
final class LookSpill {
    private let writer: BlockWriter
    private let first: Int32
    private let hoursOfStream: Int32

    private static let streams = 256
    private static let rowBytes = 24

    init(_ load: Load) throws {
        writer = try BlockWriter(load.path("looks"), streams: Self.streams, blockBytes: 1 << 14)
        first = load.hour
        let longest = load.policies.namespaces.compactMap { $0?.timeToLiveHours }.max() ?? 0
        // Nothing is looked at before the hour after this one, nor later than evidence of that hour expires.
        hoursOfStream = max(1, (longest + 2) / Int32(Self.streams) + 1)
    }

    func append(hour: Int32, _ node: NodeID, _ other: NodeID) throws {
        let stream = min(max(0, Int((hour - first) / hoursOfStream)), Self.streams - 1)
        try writer.append(UInt64(UInt32(bitPattern: hour)), node.rawValue, other.rawValue, to: stream)
    }

    /// Hands over every row, ascending.
    func forEach(_ body: (ExpiryKey) throws -> Void) throws {
        let file = try writer.finish()
        let buffer = FileBuffer(capacity: 1 << 14)
        for stream in 0..<Self.streams {
            var rows: [ExpiryKey] = []
            try file.forEachRow(of: stream, width: Self.rowBytes, buffer) { bytes, offset in
                rows.append(
                    ExpiryKey(
                        hour: Int32(truncatingIfNeeded: bytes.bigEndianUInt64(at: offset)),
                        node: NodeID(bytes.bigEndianUInt64(at: offset + 8)),
                        other: NodeID(bytes.bigEndianUInt64(at: offset + 16))))
            }
            rows.sort { ($0.hour, $0.node, $0.other) < ($1.hour, $1.node, $1.other) }
            for row in rows { try body(row) }
        }
    }
}
