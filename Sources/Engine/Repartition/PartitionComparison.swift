internal import GraphStore
internal import LMDB
internal import Stitching

/// Two partitions of the same nodes side by side: 8 bytes for each node id ever given, and 16 for each pair of a profile
/// before and a profile afterwards that share a member; what is new or has taken in others is held until it is told.
struct PartitionComparison {
    /// By node id the anchor of its profile before; 0: it was in none.
    private var anchors: [UInt64]
    private(set) var profilesBefore = 0
    private(set) var profilesAfter = 0
    private(set) var merged = 0
    private(set) var created = 0
    private(set) var split = 0
    private(set) var gone = 0
    private var passages: [Passage] = []

    private struct Passage: Comparable {
        var before: UInt64
        var after: UInt64

        static func < (left: Passage, right: Passage) -> Bool {
            (left.before, left.after) < (right.before, right.after)
        }
    }

    /// - Parameter nextNode: above every node id of either partition.
    init(before snapshot: borrowing some Snapshot & ~Copyable, nextNode: UInt64) throws {
        var anchors = Array(repeating: UInt64(0), count: Int(nextNode))
        var profiles = 0
        try Self.forEachProfile(snapshot) { anchor, members in
            profiles += 1
            for member in members { anchors[Int(member)] = anchor }
        }
        self.anchors = anchors
        profilesBefore = profiles
    }

    /// Goes through the partition afterwards. What has become of profiles is told one by one, in an order that follows from
    /// the two partitions alone: first what is new or has taken in others, then the pieces of what has come apart.
    mutating func compare(
        after snapshot: borrowing some Snapshot & ~Copyable, _ body: (Change) throws -> Void
    ) throws {
        var formers: [UInt64] = []
        var passages: [Passage] = []
        var (profiles, merged, created) = (0, 0, 0)
        // Components stand in the order of their roots, and which member is the root is a matter of history.
        var changes: [Change] = []
        let anchors = anchors
        try Self.forEachProfile(snapshot) { anchor, members in
            profiles += 1
            formers.removeAll(keepingCapacity: true)
            for member in members {
                let former = Int(member) < anchors.count ? anchors[Int(member)] : 0
                if former != 0, former != formers.last { formers.append(former) }
            }
            let distinct = formers.count > 1 ? Set(formers).sorted() : formers
            for former in distinct { passages.append(Passage(before: former, after: anchor)) }
            if distinct.isEmpty {
                created += 1
                changes.append(Change(kind: .created, anchor: NodeID(anchor)))
            }
            guard distinct.count > 1 else { return }
            merged += 1
            let others = distinct.filter { $0 != anchor }.map { NodeID($0) }
            for start in stride(from: 0, to: others.count, by: ChangeRow.othersLimit) {
                let some = others[start..<min(start + ChangeRow.othersLimit, others.count)]
                changes.append(Change(kind: .merged, anchor: NodeID(anchor), others: Array(some)))
            }
        }
        changes.sort { ($0.anchor, $0.others.first ?? $0.anchor) < ($1.anchor, $1.others.first ?? $1.anchor) }
        for change in changes { try body(change) }
        (profilesAfter, self.merged, self.created) = (profiles, merged, created)
        passages.sort()
        self.passages = passages
        try tellSplits(body)
    }

    private mutating func tellSplits(_ body: (Change) throws -> Void) throws {
        var kept = 0
        var start = 0
        while start < passages.count {
            var end = start + 1
            while end < passages.count, passages[end].before == passages[start].before { end += 1 }
            kept += 1
            if end - start > 1 {
                split += 1
                for passage in passages[start..<end] {
                    try body(
                        Change(kind: .split, anchor: NodeID(passage.after), others: [NodeID(passage.before)]))
                }
            }
            start = end
        }
        gone = profilesBefore - kept
    }

    /// Hands over every profile: its anchor and the node ids of its members, ascending.
    private static func forEachProfile(
        _ snapshot: borrowing some Snapshot & ~Copyable, _ body: (UInt64, [UInt64]) throws -> Void
    ) throws {
        try snapshot.scan(Tables.components) { _, payload in
            guard ComponentCodec.isComponent(payload) else { return .proceed }
            let view = try ComponentView(payload)
            var clusters: [[UInt64]] = Array(repeating: [], count: view.clusterCount)
            for index in 0..<view.memberCount {
                let member = view.member(index)
                if !member.flags.contains(.hidden) { clusters[Int(member.cluster)].append(member.node.rawValue) }
            }
            for (cluster, members) in clusters.enumerated() where !members.isEmpty {
                try body(view.anchor(cluster).rawValue, members)
            }
            return .proceed
        }
    }
}
