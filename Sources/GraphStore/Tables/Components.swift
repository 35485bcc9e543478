internal import Identity
package import LMDB
internal import Stitching

extension Tables {
    /// The union-find forest, and at its roots the components.
    package static let components = Table<NodeKeyCodec, ComponentCodec>(
        name: "components", number: 3, erasure: .byNode)
}

/// A forest row is tag 0 and the parent's node id. A component is
///
///     0     1       2         4        6         8           12     16
///     +-----+-------+---------+--------+---------+-----------+------+
///     | tag | flags | members | clusters | heirs | links     | look |
///     +-----+-------+---------+--------+---------+-----------+------+
///     clusters x  | anchor 8 |
///     members x   | node 8 | key 16 | ns 2 | cluster 2 | flags 1 | 0 0 0 |     32 bytes, ascending by node
///     heirs x     | member 2 | node 8 |
///     views       (see `ViewSection`), where flag 2 is set
///     links x     | left 2 | right 2 | kind 1 | verdict 1 | folds 2 | records 2 | folds x 24 | records x 18 |
///
/// Flag 1: the links lie in rows of `links`; then the number of links is theirs, and none follows. A look of 0 is none.
package enum ComponentCodec: ValueCodec {
    package static var version: UInt8 { 1 }
    static let headerBytes = 16
    static let memberBytes = 32
    /// Above this many bytes the links move to rows of their own (DESIGN: Storage).
    package static let inlineBytes = 64 << 10

    package static func encode(_ row: borrowing ComponentRow, into writer: inout ByteWriter) {
        switch copy row {
        case .parent(let node):
            encode(parent: node, into: &writer)
        case .component(let component):
            encode(component, linkCount: component.links.count, into: &writer)
        }
    }

    static func encode(parent node: NodeID, into writer: inout ByteWriter) {
        writer.append(UInt8(0))
        writer.append(node.rawValue)
    }

    /// What stands in front of a component's parts.
    struct Header {
        var members: Int
        var clusters: Int
        var inheritances: Int
        var links: Int
        var linksApart: Bool
        var hasViews: Bool
        var nextLook: Int32?
    }

    static func encode(_ header: Header, into writer: inout ByteWriter) {
        writer.append(UInt8(1))
        writer.append(UInt8((header.linksApart ? 1 : 0) | (header.hasViews ? 2 : 0)))
        writer.append(UInt16(header.members))
        writer.append(UInt16(header.clusters))
        writer.append(UInt16(header.inheritances))
        writer.append(UInt32(header.links))
        writer.append(UInt32(bitPattern: header.nextLook ?? 0))
    }

    static func encode(_ component: Component, linkCount: Int, into writer: inout ByteWriter) {
        encode(
            Header(
                members: component.members.count, clusters: component.anchors.count,
                inheritances: component.inheritances.count, links: linkCount, linksApart: component.linksApart,
                hasViews: component.views != nil, nextLook: component.nextLook), into: &writer)
        for anchor in component.anchors { writer.append(anchor.rawValue) }
        for member in component.members { encode(member, into: &writer) }
        for inheritance in component.inheritances { encode(inheritance, into: &writer) }
        if let views = component.views { views.encode(into: &writer) }
        guard !component.linksApart else { return }
        for link in component.links {
            writer.append(link.left)
            writer.append(link.right)
            LinkBytes.encode(kind: link.kind, verdict: link.verdict, evidence: link.evidence, into: &writer)
        }
    }

    static func encode(_ member: Member, into writer: inout ByteWriter) {
        writer.append(member.node.rawValue)
        IdentityKeyCodec.encode(member.key, into: &writer)
        writer.append(member.namespace.rawValue)
        writer.append(member.cluster)
        writer.append(member.flags.rawValue)
        writer.append(UInt8(0))
        writer.append(UInt16(0))
    }

    static func encode(_ inheritance: Inheritance, into writer: inout ByteWriter) {
        writer.append(inheritance.member)
        writer.append(inheritance.node.rawValue)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> ComponentRow {
        if let parent = parent(of: bytes) { return .parent(parent) }
        let view = try ComponentView(bytes)
        var component = Component()
        component.linksApart = view.linksApart
        component.nextLook = view.nextLook
        component.anchors.reserveCapacity(view.clusterCount)
        for index in 0..<view.clusterCount { component.anchors.append(view.anchor(index)) }
        component.members.reserveCapacity(view.memberCount)
        for index in 0..<view.memberCount { component.members.append(view.member(index)) }
        for index in 0..<view.inheritanceCount { component.inheritances.append(view.inheritance(index)) }
        component.views = try view.views()
        if !component.linksApart { component.links.reserveCapacity(view.linkCount) }
        try view.forEachLink { component.links.append($0) }
        return .component(component)
    }

    /// The parent where the row is a step of the forest.
    static func parent(of bytes: RawSpan) -> NodeID? {
        bytes.byteCount == 9 && bytes.uint8(at: 0) == 0 ? NodeID(bytes.bigEndianUInt64(at: 1)) : nil
    }

    /// Whether the row is a component, not a step of the forest.
    package static func isComponent(_ bytes: RawSpan) -> Bool { parent(of: bytes) == nil }

    static func link(_ bytes: RawSpan, at offset: inout Int) throws(CodecError) -> ActiveLink {
        guard offset + 4 <= bytes.byteCount else { throw .truncated }
        let left = bytes.bigEndianUInt16(at: offset)
        let right = bytes.bigEndianUInt16(at: offset + 2)
        offset += 4
        let row = try LinkBytes.decode(bytes, at: &offset)
        return ActiveLink(left: left, right: right, kind: row.kind, verdict: row.verdict, evidence: row.evidence)
    }
}
