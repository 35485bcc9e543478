package import Identity
package import LMDB
package import Stitching

/// The small piece of graph that a group of commands touches: loaded, changed, evaluated again, written.
///
/// Load nodes by key or id, change evidence, then `settle` once and `write` once; afterwards a workspace answers
/// where its nodes ended up. All of it happens inside one write transaction, whose rows it trusts.
package struct Workspace: ~Copyable {
    var policies: Policies
    /// Hours since the epoch at which evidence is judged.
    var hour: Int32
    private var nextNode: UInt64

    var nodes: [WorkNode] = []
    var links: [WorkLink] = []
    var origins: [Origin] = []
    private var denseByNode: [NodeID: Int32] = [:]
    private var denseByKey: [IdentityKey: Int32] = [:]
    private var linkByEnds: [LinkEnds: Int32] = [:]
    /// Records whose tie has to be found again, by dense index.
    var retied: [Int32: RecordKey] = [:]
    /// Components after settling: dense members, ascending by node id.
    var regrouped: [Regrouped] = []
    /// For each node the index of its component in `regrouped`.
    var componentOf: [Int32] = []
    /// Heirs to write: node to its heir, nil where the row goes.
    var heirChanges: [NodeID: NodeID?] = [:]
    /// Links examined so far by settling.
    var examinedLinks = 0
    /// Links newly suspended by the component limit, less those that came back.
    var componentLimitedDelta = 0

    package init(policies: Policies, hour: Int32, nextNode: UInt64) {
        self.policies = policies
        self.hour = hour
        self.nextNode = nextNode
    }

    /// A component as it was stored.
    struct Origin {
        var root: NodeID
        var members: Range<Int32>
        var linksApart: Bool
        var nextLook: Int32?
        var anchors: [NodeID]
        /// Its row in `expiries` is due: weights may have changed though no evidence did.
        var isDue = false
    }

    /// A component as settling leaves it.
    struct Regrouped {
        var members: [Int32]
        var links: [Int32]
        var isDirty: Bool
        var anchors: [NodeID] = []
    }

    /// How much is loaded, to decide when to settle before a group's end.
    package var load: Int { nodes.count + links.count }

    package var nodeCount: Int { nodes.count }

    package func nodeID(_ dense: Int32) -> NodeID { nodes[Int(dense)].id }

    /// What the workspace has changed in the store's own numbers.
    package struct Totals {
        /// The next node id to give.
        package var nextNode: UInt64
        /// Links newly suspended by the component limit, less those that came back.
        package var componentLimited: Int
    }

    package var totals: Totals { Totals(nextNode: nextNode, componentLimited: componentLimitedDelta) }

    /// Judges from now on by these policies, at this hour.
    package mutating func judge(by policies: Policies, at hour: Int32) {
        self.policies = policies
        self.hour = hour
    }
}

// MARK: Loading

extension Workspace {
    /// The node of an identity key, new where the store has none.
    package mutating func intern(
        _ key: IdentityKey, _ namespace: NamespaceID, _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        if let dense = try existing(key, transaction) { return dense }
        let dense = Int32(nodes.count)
        let node = NodeID(nextNode)
        nextNode += 1
        nodes.append(WorkNode(new: node, key: key, namespace: namespace))
        denseByNode[node] = dense
        denseByKey[key] = dense
        return dense
    }

    /// The node of an identity key; nil where the store has none.
    package mutating func existing(_ key: IdentityKey, _ transaction: borrowing WriteTransaction) throws -> Int32? {
        if let dense = denseByKey[key] { return dense }
        guard let row = try transaction.get(Tables.identifiers, key) else { return nil }
        let dense = try load(row.node, transaction)
        denseByKey[key] = dense
        return dense
    }

    /// Loads the component of a node that the store has.
    @discardableResult
    package mutating func load(_ node: NodeID, _ transaction: borrowing WriteTransaction) throws -> Int32 {
        guard let dense = try loadIfHeld(node, transaction) else {
            throw StoreError.damaged("a node that is referred to has no row in components")
        }
        return dense
    }

    package mutating func loadIfHeld(_ node: NodeID, _ transaction: borrowing WriteTransaction) throws -> Int32? {
        if let dense = denseByNode[node] { return dense }
        var current = node
        var steps = 0
        while true {
            guard let row = try transaction.get(Tables.components, current) else {
                if steps == 0 { return nil }
                throw StoreError.damaged("the forest leads to a node that has no row in components")
            }
            switch row {
            case .parent(let parent):
                current = parent
                steps += 1
                guard steps < 1_000 else { throw StoreError.damaged("the forest has a cycle") }
            case .component(let component):
                try adopt(component, root: current, transaction)
                guard let dense = denseByNode[node] else {
                    throw StoreError.damaged("a node is not a member of the component that its path leads to")
                }
                nodes[Int(dense)].pathIsLong = steps >= 2
                return dense
            }
        }
    }

    private mutating func adopt(_ component: Component, root: NodeID, _ transaction: borrowing WriteTransaction) throws
    {
        let first = Int32(nodes.count)
        let origin = Int32(origins.count)
        for member in component.members {
            denseByNode[member.node] = Int32(nodes.count)
            nodes.append(WorkNode(member: member, origin: origin))
        }
        for inheritance in component.inheritances {
            nodes[Int(first) + Int(inheritance.member)].inherited.append(inheritance.node)
        }
        origins.append(
            Origin(
                root: root, members: first..<Int32(nodes.count), linksApart: component.linksApart,
                nextLook: component.nextLook, anchors: component.anchors))
        for link in component.links {
            append(
                WorkLink(
                    left: first + Int32(link.left), right: first + Int32(link.right), kind: link.kind,
                    evidence: link.evidence, stored: .active, storedVerdict: link.verdict))
        }
        if component.linksApart { try adoptLinksApart(component.members, transaction) }
    }

    private mutating func adoptLinksApart(_ members: [Member], _ transaction: borrowing WriteTransaction) throws {
        for member in members {
            let from = LinkKey(ends: NodePair(member.node, NodeID(0)), kind: 0)
            try transaction.scan(Tables.links, from: from) { key, payload in
                guard key.ends.first == member.node else { return .stop }
                let row = try LinkRowCodec.decode(payload, version: LinkRowCodec.version)
                guard let left = denseByNode[key.ends.first], let right = denseByNode[key.ends.second] else {
                    throw StoreError.damaged("a row of links has an end outside of its component")
                }
                append(
                    WorkLink(
                        left: left, right: right, kind: row.kind, evidence: row.evidence, stored: .active,
                        storedVerdict: row.verdict, isApart: true))
                return .proceed
            }
        }
    }

    @discardableResult
    private mutating func append(_ link: WorkLink) -> Int32 {
        let index = Int32(links.count)
        linkByEnds[LinkEnds(link.left, link.right, link.kind)] = index
        links.append(link)
        return index
    }

    /// The link between two loaded nodes, suspended or active; a new one, of no evidence, where there is none.
    mutating func link(
        _ first: Int32, _ second: Int32, _ kind: LinkKind, _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        let inOrder = nodes[Int(first)].id <= nodes[Int(second)].id
        let (left, right) = inOrder ? (first, second) : (second, first)
        if let known = linkByEnds[LinkEnds(left, right, kind)] { return known }
        let mayBeSuspended =
            kind == .deterministic && nodes[Int(left)].flags.contains(.hasNodeRow)
            && nodes[Int(right)].flags.contains(.hasNodeRow)
        if mayBeSuspended {
            let ends = NodePair(nodes[Int(left)].id, nodes[Int(right)].id)
            if let row = try transaction.get(Tables.suspended, ends) { return adopt(row, left, right) }
        }
        return append(WorkLink(left: left, right: right, kind: kind, evidence: Evidence(), stored: .nowhere))
    }

    private mutating func adopt(_ row: SuspendedRow, _ left: Int32, _ right: Int32) -> Int32 {
        append(
            WorkLink(
                left: left, right: right, kind: row.kind, evidence: Evidence(folds: row.folds),
                unlisted: row.unlisted, stored: .suspended(row.reason), scheduledLook: row.scheduledLook))
    }

    /// Loads every suspended link of a node, and the components of their other ends.
    mutating func loadSuspended(of dense: Int32, _ transaction: borrowing WriteTransaction) throws {
        let node = nodes[Int(dense)].id
        var rows: [(other: NodeID, row: SuspendedRow)] = []
        try transaction.scan(Tables.suspended, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            rows.append((key.second, try SuspendedCodec.decode(payload, version: SuspendedCodec.version)))
            return .proceed
        }
        for entry in rows {
            let other = try load(entry.other, transaction)
            let (left, right) = node <= entry.other ? (dense, other) : (other, dense)
            guard linkByEnds[LinkEnds(left, right, entry.row.kind)] == nil else { continue }
            _ = adopt(entry.row, left, right)
        }
    }

    mutating func row(of dense: Int32, _ transaction: borrowing WriteTransaction) throws -> NodeRow {
        let index = Int(dense)
        if !nodes[index].rowIsRead {
            nodes[index].row = try transaction.get(Tables.nodes, nodes[index].id)
            nodes[index].rowIsRead = true
        }
        return nodes[index].row ?? NodeRow()
    }

    func dense(of node: NodeID) -> Int32? { denseByNode[node] }
}

/// The ends of a link and its kind, as one dictionary key.
private struct LinkEnds: Hashable {
    private let ends: UInt64
    private let kind: LinkKind

    init(_ left: Int32, _ right: Int32, _ kind: LinkKind) {
        ends = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
        self.kind = kind
    }
}
