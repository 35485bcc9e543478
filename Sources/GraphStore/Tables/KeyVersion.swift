internal import Identity
package import LMDB
package import Stitching

/// Which version of the identity keys a store holds, and how far a rotation has come.
///
/// A row of `meta`; a store without one holds the first version.
///
///     0         2      4       5           13         21       25           41
///     +---------+------+-------+-----------+----------+--------+------------+---------+
///     | newest  | from | stage | next node | end node | source | record key | changed |
///     +---------+------+-------+-----------+----------+--------+------------+---------+
///
/// Stage 0: nothing is being rotated; newest and changed alone count.
package struct KeyVersion: Hashable, Sendable {
    package enum Stage: UInt8, Hashable, Sendable, CaseIterable {
        /// Keys of nodes, by node id.
        case nodes = 1
        /// Keys of records that were retracted, and what each record is tied to, as keys break ties.
        case records = 2
        /// Every component, as keys break ties.
        case evaluation = 3
    }

    package struct Rotation: Hashable, Sendable {
        package var from: UInt16
        package var stage: Stage
        /// The node, or root of a component, to go on with.
        package var next: NodeID
        /// Nodes from here on were made since it began, with keys of the new version.
        package var end: NodeID
        /// The row of `records` to go on with.
        package var nextRecord: RecordKey
    }

    /// Of every key that is written now.
    package var newest: UInt16 = 1
    package var rotation: Rotation?
    /// Profiles that the rotation under way, or the last one, has made others.
    package var changed: UInt64 = 0

    package init() {}

    package mutating func begin(end: NodeID) {
        rotation = Rotation(
            from: newest, stage: .nodes, next: NodeID(1), end: end,
            nextRecord: RecordKey(source: SourceID(0), key: IdentityKey(high: 0, low: 0)))
        newest += 1
        changed = 0
    }

    package var bytes: [UInt8] {
        func number(_ value: UInt64, _ width: Int) -> [UInt8] { Array(MetaBytes.encode(value).suffix(width)) }
        let rotation = rotation
        var bytes = number(UInt64(newest), 2) + number(UInt64(rotation?.from ?? 0), 2)
        bytes.append(rotation?.stage.rawValue ?? 0)
        bytes += number(rotation?.next.rawValue ?? 0, 8) + number(rotation?.end.rawValue ?? 0, 8)
        bytes += number(UInt64(rotation?.nextRecord.source.rawValue ?? 0), 4)
        bytes += number(rotation?.nextRecord.key.high ?? 0, 8) + number(rotation?.nextRecord.key.low ?? 0, 8)
        return bytes + number(changed, 8)
    }

    package init(_ payload: RawSpan) throws(StoreError) {
        guard payload.byteCount == 49 else { throw .damaged("meta says no version of the identity keys") }
        newest = payload.bigEndianUInt16(at: 0)
        changed = payload.bigEndianUInt64(at: 41)
        let stage = payload.uint8(at: 4)
        if stage == 0 { return }
        guard let stage = Stage(rawValue: stage) else {
            throw .damaged("a rotation of the identity keys is in a stage that there is none of")
        }
        rotation = Rotation(
            from: payload.bigEndianUInt16(at: 2), stage: stage, next: NodeID(payload.bigEndianUInt64(at: 5)),
            end: NodeID(payload.bigEndianUInt64(at: 13)),
            nextRecord: RecordKey(
                source: SourceID(payload.bigEndianUInt32(at: 21)),
                key: IdentityKey(high: payload.bigEndianUInt64(at: 25), low: payload.bigEndianUInt64(at: 33))))
    }
}

extension Snapshot where Self: ~Copyable {
    package func keyVersion() throws -> KeyVersion {
        guard let payload = try payload(Tables.meta, MetaKey(.keyVersion)) else { return KeyVersion() }
        return try KeyVersion(payload)
    }
}
