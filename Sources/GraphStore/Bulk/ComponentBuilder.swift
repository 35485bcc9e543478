package import Identity
internal import LMDB
package import Stitching

/// Builds the values of components that hold nothing but the events of a load: what `Workspace` would write of them.
///
/// One after another: `begin`, members ascending by node id, links ascending by ends, `finish`. Buffers are kept.
package struct ComponentBuilder: ~Copyable {
    private let policies: Policies
    private let hour: Int32
    /// Whether some source may not serve every purpose.
    private let restricts: Bool
    /// Whether every component must tell its edges.
    private let tellsEdges: Bool
    private var members: [Member] = []
    /// What suspended links of each member may serve.
    private var suspended: [UInt32] = []
    private var links: [Link] = []
    /// Folds as they are stored, one link's after another's.
    private var evidence = ByteWriter(capacity: 1 << 16)
    private var scratch = ByteWriter(capacity: 1 << 16)
    /// Of the component that was finished last: the anchors of its clusters.
    package private(set) var anchors: [NodeID] = []
    /// The next hour at which it has to be looked at.
    package private(set) var nextLook: Int32?
    /// Whether its links lie in rows of their own.
    package private(set) var linksApart = false

    private struct Link {
        var left: UInt16
        var right: UInt16
        var verdict: Verdict
        var offset: Int
        var folds: Int
        var standing: Standing
        /// The purposes that it may serve.
        var mask: UInt32
    }

    /// Bytes of one source's events on one link, as `BulkBytes` writes them.
    package static let foldBytes = EvidenceCodec.foldBytes

    /// - Parameter hour: at which the evidence is judged.
    package init(policies: Policies, hour: Int32) {
        self.policies = policies
        self.hour = hour
        restricts = policies.consent != nil && !policies.servesAll
        tellsEdges = policies.consent?.hidesByDefault ?? false
    }

    /// The value that `finish` has made.
    package var value: RawSpan {
        @_lifetime(borrow self)
        get { scratch.bytes }
    }

    package var clusterCount: Int { anchors.count }

    package mutating func begin() {
        members.removeAll(keepingCapacity: true)
        suspended.removeAll(keepingCapacity: true)
        links.removeAll(keepingCapacity: true)
        evidence.removeAll()
        anchors.removeAll(keepingCapacity: true)
        nextLook = nil
    }

    /// - Parameter suspendedMask: the purposes that its suspended links may serve; looked at where sources differ only.
    package mutating func add(
        _ node: NodeID, _ key: IdentityKey, _ namespace: NamespaceID, _ flags: MemberFlags, suspendedMask: UInt32
    ) {
        members.append(Member(node: node, key: key, namespace: namespace, flags: flags))
        if restricts { suspended.append(suspendedMask) }
    }

    /// Where a member stands; nil where it is none.
    package func place(of node: NodeID) -> Int? {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) >> 1
            if members[middle].node == node { return middle }
            if members[middle].node < node { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// An active link between members by their places, its folds as they are stored, ascending by source.
    package mutating func addLink(_ left: Int, _ right: Int, folds: RawSpan) {
        let timeToLive = policies.timeToLive(members[left].namespace, members[right].namespace)
        var standing = Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
        var mask: UInt32 = restricts ? 0 : .max
        for offset in stride(from: 0, to: folds.byteCount, by: EvidenceCodec.foldBytes) {
            let fold = EvidenceCodec.fold(folds, at: offset)
            standing.add(fold, at: hour, timeToLive: timeToLive, policies: policies)
            if restricts, Evidence.lives(fold.last, hour, timeToLive) {
                mask |= policies.sources[Int(fold.source.rawValue)].purposes
            }
        }
        if let look = standing.nextLook { nextLook = min(nextLook ?? look, look) }
        links.append(
            Link(
                left: UInt16(left), right: UInt16(right), verdict: .joined, offset: evidence.count,
                folds: folds.byteCount / EvidenceCodec.foldBytes, standing: standing, mask: mask))
        evidence.append(contentsOf: folds)
    }

    /// Forms the clusters and writes `value`.
    package mutating func finish() {
        cluster()
        let views = views()
        linksApart = links.count * (4 + LinkBytes.headerBytes) + evidence.count > ComponentCodec.inlineBytes
        let header = ComponentCodec.Header(
            members: members.count, clusters: anchors.count, inheritances: 0, links: links.count,
            linksApart: linksApart, hasViews: views != nil, nextLook: nextLook)
        scratch.removeAll()
        ComponentCodec.encode(header, into: &scratch)
        for anchor in anchors { scratch.append(anchor.rawValue) }
        for member in members { ComponentCodec.encode(member, into: &scratch) }
        if let views { views.encode(into: &scratch) }
        guard !linksApart else { return }
        for index in links.indices {
            scratch.append(links[index].left)
            scratch.append(links[index].right)
            encodeBody(index)
        }
    }

    /// The rows of a component whose links lie apart, ascending. Overwrites `value`.
    package mutating func forEachApartLink(_ body: (LinkKey, RawSpan) throws -> Void) rethrows {
        for index in links.indices {
            scratch.removeAll()
            encodeBody(index)
            let ends = NodePair(members[Int(links[index].left)].node, members[Int(links[index].right)].node)
            try body(LinkKey(ends: ends, kind: LinkKind.deterministic.rawValue), scratch.bytes)
        }
    }

    private mutating func encodeBody(_ index: Int) {
        let link = links[index]
        scratch.append(LinkKind.deterministic.rawValue)
        scratch.append(link.verdict.rawValue)
        scratch.append(UInt16(link.folds))
        scratch.append(UInt16(0))
        let end = link.offset + link.folds * EvidenceCodec.foldBytes
        Self.append(evidence, link.offset..<end, to: &scratch)
    }

    private static func append(_ bytes: borrowing ByteWriter, _ range: Range<Int>, to writer: inout ByteWriter) {
        writer.append(contentsOf: bytes.bytes.extracting(range))
    }

    // MARK: Views

    /// What narrows the views of purposes; nil: nothing does but defaults.
    private func views() -> ViewSection? {
        guard restricts || tellsEdges else { return nil }
        var section = ViewSection()
        if restricts { section.support = support() }
        let isNarrowed = section.support != nil || links.contains { $0.mask != .max }
        guard isNarrowed || tellsEdges else { return nil }
        for link in links where link.left != link.right && link.verdict == .joined {
            section.edges.append(.init(left: link.left, right: link.right, mask: link.mask))
        }
        section.edges.sort { $0.order < $1.order }
        return section
    }

    /// For each member the purposes that what is held on it may serve; nil: every one, for all of them.
    private func support() -> [UInt32]? {
        var support = suspended
        for link in links {
            support[Int(link.left)] |= link.mask
            support[Int(link.right)] |= link.mask
        }
        // What is hidden is in no view, whatever it may serve.
        for index in members.indices where members[index].flags.contains(.hidden) { support[index] = .max }
        return support.allSatisfy { $0 == .max } ? nil : support
    }

    // MARK: Clusters

    private mutating func cluster() {
        if isUnconstrained {
            anchors.append(members[0].node)
            return
        }
        let clustering = Clusterer.cluster(
            nodes: members.map { ClusterNode(key: $0.key, namespace: $0.namespace) },
            links: links.map {
                ClusterLink(
                    left: Int32($0.left), right: Int32($0.right), kind: .deterministic,
                    partyRank: $0.standing.partyRank, weight: $0.standing.weight)
            },
            cannotLinks: [], policies: policies)
        // Clusters are numbered in the order of their first members: each one's lowest node.
        for index in members.indices {
            members[index].cluster = UInt16(clustering.clusters[index])
            if Int(clustering.clusters[index]) == anchors.count { anchors.append(members[index].node) }
        }
        for index in links.indices { links[index].verdict = clustering.verdicts[index] }
    }

    /// Whether the component as one cluster breaks nothing.
    private var isUnconstrained: Bool {
        guard members.count <= policies.profileIdentifiers else { return false }
        var seen: UInt64 = 0
        for member in members {
            let bit = policies.uniqueBits[Int(member.namespace.rawValue)]
            if bit & seen != 0 { return false }
            seen |= bit
        }
        return true
    }
}
