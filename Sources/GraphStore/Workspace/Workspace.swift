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
    /// Evidence of links as it was read, one link's after another's.
    var storedEvidence = ByteWriter(capacity: 4096)
    /// Evidence of links that are new or have changed.
    var decoded: [Evidence] = []
    var origins: [Origin] = []
    /// Anchors of `origins`, one component's after another's.
    var originAnchors: [NodeID] = []
    /// Rows of `nodes` that were asked for, by dense index.
    var rows: [Int32: NodeRow] = [:]
    /// Node ids that nodes have inherited, by dense index; never empty.
    var inherited: [Int32: [NodeID]] = [:]
    var denseByNode = IndexTable()
    private var denseByKey = IndexTable()
    private var linkByEnds = IndexTable()
    /// Records whose tie has to be found again, by dense index.
    var retied: [Int32: RecordKey] = [:]
    /// Sources of records whose tie has been found again, by dense index.
    var recordSources: [Int32: SourceID] = [:]
    /// What ledgers say, and jurisdictions by number: by dense index, as stored or changed.
    var cells: [Int32: [ConsentCell]] = [:]
    var laws: [Int32: UInt32] = [:]
    /// Purposes on which there are new decisions, by dense index.
    var decided: [Int32: UInt32] = [:]
    /// Nodes with a grant that takes back decisions by name.
    var lifters: Set<Int32> = []
    /// Purposes for which inherited node ids were passed on; one that is not here was for all.
    var inheritedMasks: [NodeID: UInt32] = [:]
    /// Sections of stored components that had one, by origin.
    var originViews: [Int32: ViewSection] = [:]
    /// Sections after settling, by index in `regrouped`.
    var views: [Int: ViewSection] = [:]
    /// Hours at which what members may serve has to be found again though no link expires, by index in `regrouped`.
    var supportLooks: [Int: Int32] = [:]
    /// Components after settling.
    var regrouped: [Regrouped] = []
    /// Dense members of `regrouped`, one component's after another's, ascending by node id.
    var memberList: [Int32] = []
    /// Active links of `regrouped`, one component's after another's.
    var linkList: [Int32] = []
    /// Anchors of `regrouped` by cluster, one changed component's after another's.
    var anchorList: [NodeID] = []
    /// Where values are encoded.
    var scratch = ByteWriter(capacity: 4096)
    /// For each node the index of its component in `regrouped`.
    var componentOf: [Int32] = []
    /// Heirs to write: node to its heir, nil where the row goes.
    var heirChanges: [NodeID: NodeID?] = [:]
    /// Nodes whose must-links are all loaded: those before this one.
    var recalledNodes = 0
    /// Links examined so far by settling.
    var examinedLinks = 0
    /// Links newly suspended by the component limit, less those that came back.
    var componentLimitedDelta = 0
    /// The model by which records are linked; nil: by none.
    package var linkage: Linkage?
    /// Nodes whose matches are all loaded: those before this one.
    var matchedNodes = 0
    /// Links that were held against `matches`: those before this one.
    var matchedLinks = 0
    /// Probabilistic links that `matches` has said, by index.
    var recalled: Set<Int> = []
    /// Whether `identifiers` has its rows already.
    package var hasIdentifierRows = false
    /// Whether the node ids of what has expired pass to others when it is settled; false: whoever builds a store anew does that
    /// when all of it is there, as what was there before says who inherits.
    package var passesOnHeirs = true

    package init(policies: Policies, hour: Int32, nextNode: UInt64) {
        self.policies = policies
        self.hour = hour
        self.nextNode = nextNode
    }

    /// A component as it was stored.
    struct Origin {
        var root: NodeID
        var members: Range<Int32>
        /// Its active links, ascending by ends and kind.
        var links: Range<Int32>
        var linksApart: Bool
        var nextLook: Int32?
        /// Where its anchors begin in `originAnchors`.
        var anchors: Int
        /// Its row in `expiries` is due: weights may have changed though no evidence did.
        var isDue = false
        /// It is evaluated together with all that the component limit keeps apart from it.
        var isWhole = false
    }

    /// A component as settling leaves it: ranges of `memberList` and `linkList`.
    struct Regrouped {
        var members: Range<Int>
        var links: Range<Int>
        var isDirty = false
        /// Its anchors in `anchorList`; empty where nothing has changed.
        var anchors: Range<Int> = 0..<0
    }

    /// How much is loaded, to decide when to settle before a group's end.
    package var load: Int { nodes.count + links.count }

    package var nodeCount: Int { nodes.count }

    /// Nodes that were loaded or made, and are not there after `settle`.
    package var vanished: [NodeID] { nodes.filter { !$0.exists }.map(\.id) }

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
        try existing(key, transaction) ?? make(key, namespace)
    }

    /// The node of an identity key; where the store has none, a new one under a number that was set aside for it.
    package mutating func intern(
        _ key: IdentityKey, _ namespace: NamespaceID, as node: NodeID, _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        try existing(key, transaction) ?? add(node, key, namespace)
    }

    /// A node for an identity key that the store has none for, as `existing` has said.
    package mutating func make(_ key: IdentityKey, _ namespace: NamespaceID) -> Int32 {
        let node = NodeID(nextNode)
        nextNode += 1
        return add(node, key, namespace)
    }

    private mutating func add(_ node: NodeID, _ key: IdentityKey, _ namespace: NamespaceID) -> Int32 {
        let dense = Int32(nodes.count)
        nodes.append(WorkNode(new: node, key: key, namespace: namespace))
        denseByNode.insert(IndexTable.hash(node.rawValue), dense)
        denseByKey.insert(Self.hash(key), dense)
        return dense
    }

    /// The node of an identity key; nil where the store has none.
    package mutating func existing(_ key: IdentityKey, _ transaction: borrowing WriteTransaction) throws -> Int32? {
        if let dense = denseByKey.find(Self.hash(key), { nodes[Int($0)].key == key }) { return dense }
        guard let row = try transaction.get(Tables.identifiers, key) else { return nil }
        let dense = try load(row.node, transaction)
        denseByKey.insert(Self.hash(key), dense)
        return dense
    }

    /// Identity keys are spread evenly already.
    private static func hash(_ key: IdentityKey) -> UInt32 { UInt32(truncatingIfNeeded: key.low) }

    /// Loads the component of a node that the store has.
    @discardableResult
    package mutating func load(_ node: NodeID, _ transaction: borrowing WriteTransaction) throws -> Int32 {
        guard let dense = try loadIfHeld(node, transaction) else {
            throw StoreError.damaged("a node that is referred to has no row in components")
        }
        return dense
    }

    package mutating func loadIfHeld(_ node: NodeID, _ transaction: borrowing WriteTransaction) throws -> Int32? {
        if let dense = dense(of: node) { return dense }
        var current = node
        var steps = 0
        while true {
            guard let payload = try transaction.payload(Tables.components, current) else {
                if steps == 0 { return nil }
                throw StoreError.damaged("the forest leads to a node that has no row in components")
            }
            if let parent = ComponentCodec.parent(of: payload) {
                current = parent
                steps += 1
                guard steps < 1_000 else { throw StoreError.damaged("the forest has a cycle") }
                continue
            }
            try adopt(try ComponentView(payload), root: current, transaction)
            guard let dense = dense(of: node) else {
                throw StoreError.damaged("a node is not a member of the component that its path leads to")
            }
            nodes[Int(dense)].pathIsLong = steps >= 2
            return dense
        }
    }

    private mutating func adopt(
        _ component: borrowing ComponentView, root: NodeID, _ transaction: borrowing WriteTransaction
    ) throws {
        let first = Int32(nodes.count)
        let origin = Int32(origins.count)
        for place in 0..<component.memberCount {
            let member = component.member(place)
            denseByNode.insert(IndexTable.hash(member.node.rawValue), Int32(nodes.count))
            nodes.append(WorkNode(member: member, origin: origin))
        }
        for place in 0..<component.inheritanceCount {
            let inheritance = component.inheritance(place)
            inherited[first + Int32(inheritance.member), default: []].append(inheritance.node)
        }
        if let section = try component.views() { adopt(section, first, origin, component) }
        let firstLink = Int32(links.count)
        if component.linksApart {
            try adoptLinksApart(first..<Int32(nodes.count), transaction)
        } else {
            try adoptLinks(of: component, first)
        }
        origins.append(
            Origin(
                root: root, members: first..<Int32(nodes.count), links: firstLink..<Int32(links.count),
                linksApart: component.linksApart, nextLook: component.nextLook, anchors: originAnchors.count))
        for cluster in 0..<component.clusterCount { originAnchors.append(component.anchor(cluster)) }
    }

    /// Takes over the links that lie inside of a component, their evidence as bytes.
    private mutating func adoptLinks(of component: borrowing ComponentView, _ first: Int32) throws {
        let base = storedEvidence.count - component.linksOffset
        storedEvidence.append(contentsOf: component.linkBytes)
        try component.forEachLinkHead { link in
            links.append(
                WorkLink(
                    left: first + Int32(link.left), right: first + Int32(link.right), kind: link.kind,
                    evidence: EvidencePlace(
                        offset: Int32(base + link.evidenceOffset), folds: link.folds, records: link.records),
                    stored: .active, storedVerdict: link.verdict))
        }
    }

    private mutating func adopt(
        _ section: ViewSection, _ first: Int32, _ origin: Int32, _ component: borrowing ComponentView
    ) {
        originViews[origin] = section
        for cell in section.cells { cells[first + Int32(cell.member), default: []].append(cell.consent) }
        for law in section.laws { laws[first + Int32(law.member)] = law.mask }
        for (place, mask) in (section.heirMasks ?? []).enumerated() {
            inheritedMasks[component.inheritance(place).node] = mask
        }
    }

    private mutating func adoptLinksApart(
        _ members: Range<Int32>, _ transaction: borrowing WriteTransaction
    ) throws {
        for left in members {
            let node = nodes[Int(left)].id
            try transaction.scan(Tables.links, from: LinkKey(ends: NodePair(node, NodeID(0)), kind: 0)) {
                key, payload in
                guard key.ends.first == node else { return .stop }
                let row = try LinkRowCodec.decode(payload, version: LinkRowCodec.version)
                guard let right = dense(of: key.ends.second) else {
                    throw StoreError.damaged("a row of links has an end outside of its component")
                }
                links.append(
                    WorkLink(
                        left: left, right: right, kind: row.kind, evidence: hold(row.evidence), stored: .active,
                        storedVerdict: row.verdict, isApart: true))
                return .proceed
            }
        }
    }

    /// Adds a link that is new or suspended; those that were active are found through their components.
    private mutating func append(_ link: WorkLink) -> Int32 {
        let index = Int32(links.count)
        linkByEnds.insert(Self.hash(link.left, link.right, link.kind), index)
        links.append(link)
        return index
    }

    /// The link between two loaded nodes, suspended or active; a new one, of no evidence, where there is none.
    mutating func link(
        _ first: Int32, _ second: Int32, _ kind: LinkKind, _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        let inOrder = nodes[Int(first)].id <= nodes[Int(second)].id
        let (left, right) = inOrder ? (first, second) : (second, first)
        if let known = loadedLink(left, right, kind) { return known }
        let mayBeSuspended =
            kind == .deterministic && nodes[Int(left)].flags.contains(.hasNodeRow)
            && nodes[Int(right)].flags.contains(.hasNodeRow)
        if mayBeSuspended {
            let ends = NodePair(nodes[Int(left)].id, nodes[Int(right)].id)
            if let row = try transaction.get(Tables.suspended, ends) { return adopt(row, left, right) }
        }
        return append(WorkLink(left: left, right: right, kind: kind, stored: .nowhere))
    }

    private func loadedLink(_ left: Int32, _ right: Int32, _ kind: LinkKind) -> Int32? {
        let origin = nodes[Int(left)].origin
        if origin >= 0, origin == nodes[Int(right)].origin,
            let known = activeLink(left, right, kind, in: origins[Int(origin)].links)
        {
            return known
        }
        return linkByEnds.find(Self.hash(left, right, kind)) { index in
            links[Int(index)].left == left && links[Int(index)].right == right && links[Int(index)].kind == kind
        }
    }

    /// A link that was active in the component of both its ends, by binary search.
    private func activeLink(_ left: Int32, _ right: Int32, _ kind: LinkKind, in range: Range<Int32>) -> Int32? {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) >> 1
            let found = links[Int(middle)]
            if found.left == left, found.right == right, found.kind == kind { return middle }
            let isBefore =
                found.left != left
                ? found.left < left : found.right != right ? found.right < right : found.kind.rawValue < kind.rawValue
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Whether the deterministic link of two nodes is loaded.
    func hasLoadedLink(_ first: Int32, _ second: Int32) -> Bool {
        let inOrder = nodes[Int(first)].id <= nodes[Int(second)].id
        return loadedLink(inOrder ? first : second, inOrder ? second : first, .deterministic) != nil
    }

    private static func hash(_ left: Int32, _ right: Int32, _ kind: LinkKind) -> UInt32 {
        let ends = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
        return IndexTable.hash(ends) &+ UInt32(kind.rawValue)
    }

    private mutating func adopt(_ row: SuspendedRow, _ left: Int32, _ right: Int32) -> Int32 {
        append(
            WorkLink(
                left: left, right: right, kind: row.kind, evidence: hold(Evidence(folds: row.folds)),
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
            guard loadedLink(left, right, entry.row.kind) == nil else { continue }
            _ = adopt(entry.row, left, right)
        }
    }

    mutating func row(of dense: Int32, _ transaction: borrowing WriteTransaction) throws -> NodeRow {
        let index = Int(dense)
        if !nodes[index].rowIsRead {
            rows[dense] = try transaction.get(Tables.nodes, nodes[index].id)
            nodes[index].rowIsRead = true
        }
        return rows.isEmpty ? NodeRow() : rows[dense] ?? NodeRow()
    }

    func dense(of node: NodeID) -> Int32? {
        denseByNode.find(IndexTable.hash(node.rawValue)) { nodes[Int($0)].id == node }
    }

    func nodesInherited(by dense: Int) -> [NodeID] { inherited.isEmpty ? [] : inherited[Int32(dense)] ?? [] }
}
