internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching
internal import Synchronization

/// Puts every link and every identifier where it will be written: ranges of numbers, so that a range is assembled in memory.
///
///     active      a link, in the range of its component's lowest number
///     suspended   a link with its reason in the byte behind `live`, in the ranges of both its ends, that end first
///     merged      a link whose component is not built but merged, in the range of its lower end
///     members     | root 4 | number 4 | key 16 |, in the range of the root; of merged ones the root is the number
final class Placement: @unchecked Sendable {
    static let ranges = 256

    private let load: Load
    private let numbering: Numbering
    private let links: Links
    private let groups: Groups
    private let finished = Mutex<[BlockFile]>([])
    private let limited = Counter()
    private let suspended = Counter()

    enum Kind: Int {
        case active, suspended, merged, members
    }

    init(_ load: Load, _ numbering: Numbering, _ links: Links, _ groups: Groups) {
        self.load = load
        self.numbering = numbering
        self.links = links
        self.groups = groups
    }

    /// What one thread works with.
    private struct Tools: ~Copyable {
        let writer: BlockWriter
        let buffer = FileBuffer(capacity: 1 << 18)
        var row = ByteWriter(capacity: 4096)
        var limited = 0
        var suspended = 0
        /// By number: the purposes that its suspended links may serve; empty where all sources may serve all.
        let masks: Column<UInt32>

        init(_ writer: BlockWriter, _ masks: Column<UInt32>) {
            self.writer = writer
            self.masks = masks
        }
    }

    func run() throws -> Placed {
        let arena = Arena()
        let count = load.policies.servesAll ? 0 : numbering.count
        let masks = try (0..<load.threads).map { _ in try arena.column(of: UInt32.self, count: count) }
        let pieces = links.files.count + numbering.streams.count
        load.begin("placement", total: pieces)
        try Workers.share(
            pieces, threads: load.threads,
            make: { [self] worker in
                let path = load.path("placed-\(worker)")
                let writer = try BlockWriter(path, streams: Self.ranges * 4, blockBytes: 1 << 15)
                return Tools(writer, masks[worker])
            },
            { [self] piece, tools in
                if piece < links.files.count {
                    let buffer = tools.buffer
                    try Links.forEachLink(of: links.files[piece], buffer) { try place($0, &tools) }
                } else {
                    try placeMembers(piece - links.files.count, tools)
                }
                try load.step()
            },
            end: { [self] _, tools in
                limited.add(tools.limited)
                suspended.add(tools.suspended)
                let file = try tools.writer.finish()
                load.add(bytes: file.file.length)
                finished.withLock { $0.append(file) }
            })
        for number in 0..<count {
            for column in masks.dropFirst() { masks[0][number] |= column[number] }
        }
        return Placed(
            arena: arena, suspendedMasks: masks[0], files: finished.withLock { $0 }, rangeSize: rangeSize,
            componentLimited: limited.current,
            suspended: suspended.current)
    }

    private var rangeSize: Int { max(1, (numbering.count + Self.ranges - 1) / Self.ranges) }

    private func stream(_ kind: Kind, _ number: Int) -> Int { kind.rawValue * Self.ranges + number / rangeSize }

    private func place(_ link: LinkView, _ tools: inout Tools) throws {
        if groups.isMerged[link.left] == 1 {
            return try tools.writer.append(link.bytes, to: stream(.merged, link.left))
        }
        guard let reason = suspension(link) else {
            return try tools.writer.append(link.bytes, to: stream(.active, Int(groups.roots[link.left])))
        }
        tools.suspended += 1
        if reason == .componentLimit { tools.limited += 1 }
        if tools.masks.count > 0, link.isLive {
            let mask = serving(link)
            tools.masks[link.left] |= mask
            tools.masks[link.right] |= mask
        }
        links.nodes.hasRow[link.left] = 1
        links.nodes.hasRow[link.right] = 1
        try append(link, reason, from: link.left, to: link.right, &tools)
        if link.left != link.right { try append(link, reason, from: link.right, to: link.left, &tools) }
    }

    /// The purposes that a link may serve now.
    private func serving(_ link: LinkView) -> UInt32 {
        let timeToLive = load.policies.timeToLive(
            NamespaceID(numbering.namespaces[link.left]), NamespaceID(numbering.namespaces[link.right]))
        var mask: UInt32 = 0
        for index in 0..<link.foldCount {
            let fold = BulkBytes.fold(link.folds, index)
            guard Evidence.lives(fold.last, load.hour, timeToLive) else { continue }
            mask |= load.policies.sources[Int(fold.source.rawValue)].purposes
        }
        return mask
    }

    /// Why a link is not active; nil: it is.
    private func suspension(_ link: LinkView) -> SuspensionReason? {
        guard link.isLive else { return .expired }
        let (left, right) = (links.nodes.hub[link.left], links.nodes.hub[link.right])
        if left != 0 || right != 0 {
            let reason = left == 0 ? right : right == 0 ? left : min(left, right)
            return SuspensionReason(rawValue: reason) ?? .hub
        }
        return groups.roots[link.left] == groups.roots[link.right] ? nil : .componentLimit
    }

    private func append(
        _ link: LinkView, _ reason: SuspensionReason, from node: Int, to other: Int, _ tools: inout Tools
    ) throws {
        Self.encode(link, reason, from: node, to: other, &tools.row)
        try Self.append(tools.row, to: stream(.suspended, node), tools.writer)
    }

    private static func encode(
        _ link: LinkView, _ reason: SuspensionReason, from node: Int, to other: Int, _ row: inout ByteWriter
    ) {
        row.removeAll()
        row.append(UInt32(truncatingIfNeeded: node))
        row.append(UInt32(truncatingIfNeeded: other))
        row.append(UInt32(bitPattern: link.until))
        row.append(UInt8(link.isLive ? 1 : 0))
        row.append(reason.rawValue)
        row.append(UInt16(link.foldCount))
        row.append(contentsOf: link.folds)
    }

    private static func append(_ row: borrowing ByteWriter, to stream: Int, _ writer: BlockWriter) throws {
        try writer.append(row.bytes, to: stream)
    }

    private func placeMembers(_ keys: Int, _ tools: borrowing Tools) throws {
        let writer = tools.writer
        try numbering.forEachKey(ofStream: keys, tools.buffer) { bytes, offset, rank in
            let number = Int(numbering.numberOfRank[rank])
            let root = groups.isMerged[number] == 1 ? number : Int(groups.roots[number])
            try writer.append(
                UInt64(root) << 32 | UInt64(number), bytes.bigEndianUInt64(at: offset),
                bytes.bigEndianUInt64(at: offset + 8), to: stream(.members, root))
        }
    }
}

/// Links and identifiers by range.
struct Placed: Sendable {
    fileprivate let arena: Arena
    fileprivate let suspendedMasks: Column<UInt32>
    let files: [BlockFile]
    let rangeSize: Int
    /// Links that the component limit keeps suspended.
    let componentLimited: Int
    let suspended: Int

    /// The purposes that suspended links of a number may serve; where all sources may serve all, it is of no account.
    func suspendedMask(_ number: Int) -> UInt32 { suspendedMasks.count > 0 ? suspendedMasks[number] : 0 }

    func forEachBlock(_ kind: Placement.Kind, _ range: Int, _ buffer: FileBuffer, _ body: (RawSpan) throws -> Void)
        throws
    {
        for file in files {
            try file.forEachBlock(of: kind.rawValue * Placement.ranges + range, buffer, body)
        }
    }

    func byteCount(_ kind: Placement.Kind, _ range: Int) -> Int {
        files.reduce(0) { $0 + $1.byteCount(of: kind.rawValue * Placement.ranges + range) }
    }

    /// All bytes of one kind in a range, one after another.
    func load(_ kind: Placement.Kind, _ range: Int, into buffer: FileBuffer) throws {
        buffer.empty(reserving: byteCount(kind, range))
        for file in files { try file.load(kind.rawValue * Placement.ranges + range, behind: buffer) }
    }
}
