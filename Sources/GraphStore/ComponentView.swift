package import Identity
package import LMDB
package import Stitching

/// A component read where it lies: nothing is copied but what is asked for.
package struct ComponentView: ~Escapable {
    let bytes: RawSpan
    package let memberCount: Int
    package let clusterCount: Int
    package let inheritanceCount: Int
    package let linkCount: Int

    /// - Throws: where the bytes are too few for the counts that they state.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) throws(CodecError) {
        guard bytes.byteCount >= ComponentCodec.headerBytes else { throw .truncated }
        guard bytes.uint8(at: 0) == 1 else { throw .invalid("tag") }
        self.bytes = bytes
        memberCount = Int(bytes.bigEndianUInt16(at: 2))
        clusterCount = Int(bytes.bigEndianUInt16(at: 4))
        inheritanceCount = Int(bytes.bigEndianUInt16(at: 6))
        linkCount = Int(bytes.bigEndianUInt32(at: 8))
        guard viewsOffset <= bytes.byteCount else { throw .truncated }
        guard hasViews else { return }
        guard viewsOffset + ViewSection.headerBytes <= bytes.byteCount,
            ViewSection.Layout(bytes, at: viewsOffset, memberCount, inheritanceCount).end <= bytes.byteCount
        else { throw .truncated }
    }

    package var hasViews: Bool { bytes.uint8(at: 1) & 2 != 0 }

    package var linksApart: Bool { bytes.uint8(at: 1) & 1 != 0 }

    package var nextLook: Int32? {
        let look = Int32(bitPattern: bytes.bigEndianUInt32(at: 12))
        return look == 0 ? nil : look
    }

    package func anchor(_ index: Int) -> NodeID {
        NodeID(bytes.bigEndianUInt64(at: ComponentCodec.headerBytes + index * 8))
    }

    package func node(_ index: Int) -> NodeID { NodeID(bytes.bigEndianUInt64(at: offset(ofMember: index))) }

    func namespace(_ index: Int) -> NamespaceID {
        NamespaceID(bytes.bigEndianUInt16(at: offset(ofMember: index) + 24))
    }

    func flags(_ index: Int) -> MemberFlags { MemberFlags(rawValue: bytes.uint8(at: offset(ofMember: index) + 28)) }

    package func cluster(_ index: Int) -> UInt16 { bytes.bigEndianUInt16(at: offset(ofMember: index) + 26) }

    package func member(_ index: Int) -> Member {
        let offset = offset(ofMember: index)
        return Member(
            node: NodeID(bytes.bigEndianUInt64(at: offset)),
            key: IdentityKey(
                high: bytes.bigEndianUInt64(at: offset + 8), low: bytes.bigEndianUInt64(at: offset + 16)),
            namespace: NamespaceID(bytes.bigEndianUInt16(at: offset + 24)),
            cluster: bytes.bigEndianUInt16(at: offset + 26),
            flags: MemberFlags(rawValue: bytes.uint8(at: offset + 28)))
    }

    /// The row with other keys for some members; one for which `key` returns nil keeps its own.
    package func rekeyed(_ key: (Member) throws -> IdentityKey?) rethrows -> [UInt8] {
        var row = (0..<bytes.byteCount).map { bytes.uint8(at: $0) }
        for index in 0..<memberCount {
            guard let new = try key(member(index)) else { continue }
            let offset = offset(ofMember: index) + 8
            row.replaceSubrange(offset..<offset + 16, with: MetaBytes.encode(new.high) + MetaBytes.encode(new.low))
        }
        return row
    }

    /// Clusters with a member that is not hidden: profiles.
    package var livingClusters: Int {
        if clusterCount == 1, !flags(0).contains(.hidden) { return 1 }
        var living: Set<UInt16> = []
        for index in 0..<memberCount where !flags(index).contains(.hidden) { living.insert(cluster(index)) }
        return living.count
    }

    package func inheritance(_ index: Int) -> Inheritance {
        let offset = inheritancesOffset + index * 10
        return Inheritance(
            member: bytes.bigEndianUInt16(at: offset), node: NodeID(bytes.bigEndianUInt64(at: offset + 2)))
    }

    /// The index of a member, by binary search; nil: it is none.
    package func index(of node: NodeID) -> Int? {
        var low = 0
        var high = memberCount
        while low < high {
            let middle = (low + high) >> 1
            let found = self.node(middle)
            if found == node { return middle }
            if found < node { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// The links that lie inside, in order.
    func forEachLink(_ body: (ActiveLink) -> Void) throws(CodecError) {
        var offset = linksOffset
        for _ in 0..<(linksApart ? 0 : linkCount) { body(try ComponentCodec.link(bytes, at: &offset)) }
        guard offset == bytes.byteCount else { throw .invalid("length") }
    }

    /// A link without its evidence, and where in the component that lies.
    struct LinkHead {
        var left: UInt16
        var right: UInt16
        var kind: LinkKind
        var verdict: Verdict
        var folds: UInt16
        var records: UInt16
        var evidenceOffset: Int
    }

    /// The links that lie inside, in order, their evidence measured and left where it is.
    func forEachLinkHead(_ body: (LinkHead) -> Void) throws(CodecError) {
        var offset = linksOffset
        for _ in 0..<(linksApart ? 0 : linkCount) {
            let head = try LinkBytes.head(bytes, at: &offset)
            body(head)
        }
        guard offset == bytes.byteCount else { throw .invalid("length") }
    }

    /// The nodes that each link inside joins, its kind and what became of it, in order.
    func forEachJoint(_ body: (NodeID, NodeID, LinkKind, Verdict) -> Void) throws(CodecError) {
        var offset = linksOffset
        for _ in 0..<(linksApart ? 0 : linkCount) {
            let head = try LinkBytes.head(bytes, at: &offset)
            body(node(Int(head.left)), node(Int(head.right)), head.kind, head.verdict)
        }
    }

    /// The bytes of the links, to the end.
    var linkBytes: RawSpan {
        @_lifetime(copy self)
        get { bytes.extracting(linksOffset..<bytes.byteCount) }
    }

    var viewsOffset: Int { inheritancesOffset + inheritanceCount * 10 }

    var linksOffset: Int {
        hasViews ? ViewSection.Layout(bytes, at: viewsOffset, memberCount, inheritanceCount).end : viewsOffset
    }

    private var membersOffset: Int { ComponentCodec.headerBytes + clusterCount * 8 }
    private var inheritancesOffset: Int { membersOffset + memberCount * ComponentCodec.memberBytes }
    private func offset(ofMember index: Int) -> Int { membersOffset + index * ComponentCodec.memberBytes }
}
