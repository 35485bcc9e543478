internal import GraphStore
internal import LMDB
internal import Stitching

/// Rows of one range of nodes, each table's ascending by key.
struct Rows: ~Copyable {
    /// | node 8 | length 4 | value |
    var components = ByteWriter(capacity: 1 << 20)
    /// | node 8 | length 4 | value |
    var nodes = ByteWriter(capacity: 1 << 12)
    /// | node 8 | other 8 | length 4 | value |
    var suspended = ByteWriter(capacity: 1 << 12)
    /// Links of components whose links lie apart.
    var links: [(key: LinkKey, value: [UInt8])] = []
    /// Anchors of new profiles, in order.
    var created: [NodeID] = []
    var counts = AssemblyCounts()

    init() {}
}

/// What the assembler hands to the thread that writes.
final class RowBatch: @unchecked Sendable {
    let rows: Rows

    init(_ rows: consuming Rows) { self.rows = rows }
}

/// What was assembled.
struct AssemblyCounts: Sendable {
    var components = 0
    var profiles = 0
    var activeLinks = 0
    /// Sizes of the largest components, descending, at most ten.
    var largest: [Int] = []

    mutating func note(members: Int) {
        components += 1
        guard largest.count < Self.kept || members > largest[largest.count - 1] else { return }
        let place = largest.firstIndex { $0 < members } ?? largest.count
        largest.insert(members, at: place)
        if largest.count > Self.kept { largest.removeLast() }
    }

    mutating func add(_ other: AssemblyCounts) {
        components += other.components
        profiles += other.profiles
        activeLinks += other.activeLinks
        largest = Array((largest + other.largest).sorted(by: >).prefix(Self.kept))
    }

    static let kept = 10
}
