internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Makes the rows of one range of numbers after another. For one thread.
struct RangeAssembler: ~Copyable {
    private let load: Load
    private let numbering: Numbering
    private let links: Links
    private let groups: Groups
    private let placed: Placed
    private let memberBytes = FileBuffer(capacity: 1 << 16)
    private let linkBytes = FileBuffer(capacity: 1 << 16)
    private var members = RangeSort()
    private var active = RangeSort()
    private var builder: ComponentBuilder
    private let looks: LookSpill

    private static let memberBytes = 24

    init(_ build: Build, _ looks: LookSpill) {
        load = build.load
        numbering = build.numbering
        links = build.links
        groups = build.groups
        placed = build.placed
        self.looks = looks
        builder = ComponentBuilder(policies: build.load.policies, hour: build.load.hour)
    }

    mutating func assemble(_ range: Int) throws -> RowBatch {
        var rows = Rows()
        try assemble(range, &rows)
        return RowBatch(rows)
    }

    private mutating func assemble(_ range: Int, _ rows: inout Rows) throws {
        let first = range * placed.rangeSize
        let end = min(first + placed.rangeSize, numbering.count)
        guard first < end else { return }
        try loadMembers(range, first, end)
        try loadLinks(.active, range, first, end)
        for number in first..<end where groups.isMerged[number] == 0 && links.nodes.isHeld[number] == 1 {
            if Int(groups.roots[number]) == number {
                try component(number, slot: number - first, &rows)
            } else {
                append(parent: Int(groups.roots[number]), of: number, &rows)
            }
        }
        try suspended(range, first, end, &rows)
    }

    // MARK: Reading

    private mutating func loadMembers(_ range: Int, _ first: Int, _ end: Int) throws {
        let memberBytes = memberBytes
        try placed.load(.members, range, into: memberBytes)
        members.begin()
        let bytes = memberBytes.bytes
        var offset = 0
        while offset < bytes.byteCount {
            members.add(
                slot: Int(bytes.bigEndianUInt32(at: offset)) - first,
                order: UInt64(bytes.bigEndianUInt32(at: offset + 4)), offset: offset)
            offset += Self.memberBytes
        }
        members.sort(slots: end - first)
    }

    private mutating func loadLinks(_ kind: Placement.Kind, _ range: Int, _ first: Int, _ end: Int) throws {
        let linkBytes = linkBytes
        try placed.load(kind, range, into: linkBytes)
        active.begin()
        let bytes = linkBytes.bytes
        var offset = 0
        while offset < bytes.byteCount {
            let left = Int(bytes.bigEndianUInt32(at: offset))
            let owner = kind == .active ? Int(groups.roots[left]) : left
            let order =
                kind == .active ? bytes.bigEndianUInt64(at: offset) : UInt64(bytes.bigEndianUInt32(at: offset + 4))
            active.add(slot: owner - first, order: order, offset: offset)
            offset += LinkPass.headerBytes + Int(bytes.bigEndianUInt16(at: offset + 14)) * BulkBytes.foldBytes
        }
        active.sort(slots: end - first)
    }

    // MARK: Components

    private mutating func component(_ number: Int, slot: Int, _ rows: inout Rows) throws {
        let linkBytes = linkBytes
        builder.begin()
        for place in members.range(of: slot) { add(members.items[place]) }
        for place in active.range(of: slot) {
            let link = LinkView(linkBytes.bytes, at: Int(active.items[place].offset))
            guard let left = builder.place(of: numbering.node(link.left)),
                let right = builder.place(of: numbering.node(link.right))
            else { throw StoreError.damaged("a link of the load has an end outside of its component") }
            builder.addLink(left, right, folds: link.folds)
        }
        builder.finish()
        let root = numbering.node(number)
        Self.append(root, builder, &rows.components)
        if builder.linksApart {
            builder.forEachApartLink { rows.links.append(($0, $1.byteArray)) }
        }
        if let look = builder.nextLook { try looks.append(hour: look, root, NodeID(0)) }
        rows.counts.note(members: members.range(of: slot).count)
        rows.counts.activeLinks += active.range(of: slot).count
        // What is hidden has no active link: it stands alone, in no profile.
        guard links.nodes.isAlive[number] == 1 else { return }
        rows.counts.profiles += builder.clusterCount
        for anchor in builder.anchors { rows.created.append(anchor) }
    }

    private mutating func add(_ item: RangeSort.Item) {
        let memberBytes = memberBytes
        let bytes = memberBytes.bytes
        let offset = Int(item.offset)
        let number = Int(truncatingIfNeeded: item.order)
        // By their bits: a set's own operations are not specialised across modules, and take longer than all else here.
        var flags: UInt8 = 0
        if links.nodes.isAlive[number] == 0 { flags |= MemberFlags.hidden.rawValue }
        if links.nodes.hub[number] != 0 { flags |= MemberFlags.hub.rawValue }
        if links.nodes.hasRow[number] == 1 { flags |= MemberFlags.hasNodeRow.rawValue }
        builder.add(
            numbering.node(number),
            IdentityKey(high: bytes.bigEndianUInt64(at: offset + 8), low: bytes.bigEndianUInt64(at: offset + 16)),
            NamespaceID(numbering.namespaces[number]), MemberFlags(rawValue: flags),
            suspendedMask: placed.suspendedMask(number))
    }

    private static func append(_ node: NodeID, _ builder: borrowing ComponentBuilder, _ rows: inout ByteWriter) {
        let value = builder.value
        rows.append(node.rawValue)
        rows.append(UInt32(value.byteCount))
        rows.append(contentsOf: value)
    }

    private func append(parent: Int, of number: Int, _ rows: inout Rows) {
        rows.components.append(numbering.node(number).rawValue)
        let place = rows.components.count
        rows.components.append(UInt32(0))
        BulkBytes.appendParent(numbering.node(parent), to: &rows.components)
        rows.components.patch(UInt32(rows.components.count - place - 4), at: place)
    }

    // MARK: Suspended links

    private mutating func suspended(_ range: Int, _ first: Int, _ end: Int, _ rows: inout Rows) throws {
        let linkBytes = linkBytes
        try loadLinks(.suspended, range, first, end)
        for slot in 0..<(end - first) where !active.range(of: slot).isEmpty {
            var row = NodeRow()
            let node = numbering.node(first + slot)
            for place in active.range(of: slot) {
                try append(LinkView(linkBytes.bytes, at: Int(active.items[place].offset)), node, &row, &rows)
            }
            rows.nodes.append(node.rawValue)
            let place = rows.nodes.count
            rows.nodes.append(UInt32(0))
            NodeRowCodec.encode(row, into: &rows.nodes)
            rows.nodes.patch(UInt32(rows.nodes.count - place - 4), at: place)
        }
    }

    private func append(_ link: LinkView, _ node: NodeID, _ row: inout NodeRow, _ rows: inout Rows) throws {
        // In these the owner comes first, whichever of the two is lower; the reason lies behind `live`.
        let other = numbering.node(link.right)
        guard let reason = SuspensionReason(rawValue: link.bytes.uint8(at: 13)) else {
            throw StoreError.damaged("a suspended link of the load has no reason")
        }
        let look = link.isLive && link.until != 0 ? link.until : nil
        rows.suspended.append(node.rawValue)
        rows.suspended.append(other.rawValue)
        let place = rows.suspended.count
        rows.suspended.append(UInt32(0))
        BulkBytes.appendSuspended(reason, look: look, folds: link.folds, to: &rows.suspended)
        rows.suspended.patch(UInt32(rows.suspended.count - place - 4), at: place)
        row.rows += 1
        guard link.isLive else { return }
        row.live += 1
        if link.left != link.right { row.suspended.add(NamespaceID(numbering.namespaces[link.right])) }
        if let look, node <= other { try looks.append(hour: look, node, other) }
    }
}
