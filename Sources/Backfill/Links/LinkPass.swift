internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching
internal import Synchronization

/// From pairs to links: every pair once, its events folded, with what they are worth at the store's hour.
///
///     edge    | left 4 | right 4 |                                           live links of two ends, in `edges`
///     link    | left 4 | right 4 | until 4 | live 1 | 0 | folds 2 | folds x 24 |
///
/// `until` is the hour at which it has to be looked at (0: never), the folds are as the store keeps them.
final class LinkPass: @unchecked Sendable {
    static let headerBytes = 16

    private let load: Load
    private let numbering: Numbering
    private var pairs: [BlockFile] = []
    private let finished = Mutex<[(worker: Int, file: BlockFile)]>([])
    /// By number: how many live links to others there are; no more than 65,535 are counted. One column a thread.
    private let counterparts: [Column<UInt16>]
    let evidence: NodeColumns

    /// Streams of the file of links.
    static let edges = 0
    /// Links that are not live, of two ends: they connect what is evaluated together, and nothing else.
    static let deadEdges = 1
    static let links = 2
    static let streams = 3

    init(_ load: Load, _ numbering: Numbering) throws {
        self.load = load
        self.numbering = numbering
        evidence = try NodeColumns(numbering.count)
        counterparts = try (0..<load.threads).map { [evidence] _ in
            try evidence.arena.column(of: UInt16.self, count: numbering.count)
        }
    }

    private struct Tools: ~Copyable {
        let counterparts: Column<UInt16>
        let writer: BlockWriter
        let buffer = FileBuffer(capacity: 1 << 16)
        var table: LinkTable
        var row = ByteWriter(capacity: 4096)

        init(_ number: Int, _ pass: LinkPass) throws {
            counterparts = pass.counterparts[number]
            writer = try BlockWriter(pass.load.path("links-\(number)"), streams: LinkPass.streams, blockBytes: 1 << 18)
            table = LinkTable(pass.load.policies.sources)
        }
    }

    /// - Parameter marks: where they say that the links are found already, they are read again.
    func run(_ marks: inout StageMarks) throws -> Links {
        if marks.isLinked { return try reopen(marks) }
        pairs = try PairPass(load, numbering).run()
        let links = try fold()
        for file in links.files { try file.file.sync() }
        marks.links = links.files.map { StageMarks.LinkFile(bytes: $0.file.length, blocks: $0.blocks) }
        return links
    }

    /// Opens what another run has left, and counts again what it had counted.
    private func reopen(_ marks: StageMarks) throws -> Links {
        load.begin("links", total: marks.links.count)
        var files: [BlockFile] = []
        for (worker, entry) in marks.links.enumerated() {
            let file = try SpillFile.open(load.path("links-\(worker)"), bytes: entry.bytes)
            files.append(BlockFile(file: file, streams: Self.streams, blocks: entry.blocks))
        }
        let links = Links(files: files, nodes: evidence)
        try links.forEachLink(FileBuffer(capacity: 1 << 18)) { link in
            count(link.left, link.right, link.isLive, counterparts[0])
        }
        sumUp()
        return links
    }

    private func fold() throws -> Links {
        load.begin("links", total: PairPass.streams)
        try Workers.share(
            PairPass.streams, threads: load.threads, make: { [self] in try Tools($0, self) },
            { [self] stream, tools in
                let parts = parts(of: stream)
                for part in 0..<parts {
                    tools.table.removeAll()
                    let buffer = tools.buffer
                    for file in pairs {
                        try file.forEachBlock(of: stream, buffer) { Self.fold($0, part, of: parts, &tools.table) }
                    }
                    try write(&tools)
                }
                try load.step()
            },
            end: { [self] worker, tools in
                let file = try tools.writer.finish()
                load.add(bytes: file.file.length)
                finished.withLock { $0.append((worker, file)) }
            })
        sumUp()
        let files = finished.withLock { $0.sorted { $0.worker < $1.worker }.map(\.file) }
        return Links(files: files, nodes: evidence)
    }

    /// In how many parts a stream is folded: a hub's pairs all lie in one, and the links of a part must fit in memory.
    private func parts(of stream: Int) -> Int {
        let rows = pairs.reduce(0) { $0 + $1.byteCount(of: stream) } / PairPass.pairBytes
        return 1 + rows * LinkTable.bytesPerPair * load.threads / (load.memory / 2)
    }

    private static func fold(_ bytes: RawSpan, _ part: Int, of parts: Int, _ table: inout LinkTable) {
        var offset = 0
        while offset < bytes.byteCount {
            let ends = bytes.bigEndianUInt64(at: offset)
            if parts == 1 || Int(FixedHash.mix(ends) % UInt64(parts)) == part {
                table.add(ends, bytes.bigEndianUInt64(at: offset + 8))
            }
            offset += PairPass.pairBytes
        }
    }

    private func write(_ tools: inout Tools) throws {
        let (policies, hour) = (load.policies, load.hour)
        let servesAll = policies.servesAll
        for index in tools.table.links.indices {
            let link = tools.table.links[index]
            let (left, right) = (Int(link.ends >> 32), Int(link.ends & 0xffff_ffff))
            let timeToLive = policies.timeToLive(
                NamespaceID(numbering.namespaces[left]), NamespaceID(numbering.namespaces[right]))
            tools.row.removeAll()
            tools.row.append(link.ends)
            tools.row.append(UInt32(0))
            tools.row.append(UInt16(0))
            tools.row.append(UInt16(link.folds))
            var latest: Int64 = 0
            var next = Int32.max
            tools.table.forEachFold(of: link) { fold in
                BulkBytes.append(fold, to: &tools.row)
                latest = max(latest, fold.last.milliseconds)
                guard let timeToLive, !servesAll else { return }
                // One of several sources may lapse before the others: what the ends may serve is found again then.
                let until = Evidence.expiryHour(fold.last, timeToLive: timeToLive)
                if until > hour { next = min(next, until) }
            }
            var isLive = true
            if let timeToLive {
                let until = Evidence.expiryHour(Timestamp(milliseconds: latest), timeToLive: timeToLive)
                isLive = hour < until
                tools.row.patch(UInt32(bitPattern: min(until, next)), at: 8)
            }
            tools.row.patch(UInt16(isLive ? 256 : 0), at: 12)
            try Self.append(tools.row, tools.writer)
            try note(link.ends, left, right, isLive, tools)
        }
    }

    private static func append(_ row: borrowing ByteWriter, _ writer: BlockWriter) throws {
        try writer.append(row.bytes, to: links)
    }

    private func note(_ ends: UInt64, _ left: Int, _ right: Int, _ isLive: Bool, _ tools: borrowing Tools) throws {
        count(left, right, isLive, tools.counterparts)
        guard left != right else { return }
        try tools.writer.append(ends, to: isLive ? Self.edges : Self.deadEdges)
    }

    @inline(__always)
    private func count(_ left: Int, _ right: Int, _ isLive: Bool, _ counterparts: Column<UInt16>) {
        evidence.isHeld[left] = 1
        evidence.isHeld[right] = 1
        if isLive {
            evidence.isAlive[left] = 1
            evidence.isAlive[right] = 1
        }
        guard left != right, isLive else { return }
        if counterparts[left] < .max { counterparts[left] += 1 }
        if counterparts[right] < .max { counterparts[right] += 1 }
    }

    /// Adds what the threads have counted to the first one's column.
    private func sumUp() {
        let sums = evidence.counterparts
        for number in 0..<sums.count {
            var total = 0
            for column in counterparts { total += Int(column[number]) }
            sums[number] = UInt16(min(total, Int(UInt16.max)))
        }
    }
}

/// What is known of identifiers by number.
struct NodeColumns: Sendable {
    let arena = Arena()
    /// 1 where any evidence is held on it.
    let isHeld: Column<UInt8>
    /// 1 where any of that has not expired.
    let isAlive: Column<UInt8>
    /// Live links to others, at most 65,535.
    let counterparts: Column<UInt16>
    /// Why it is a hub: a `SuspensionReason`; 0: it is none.
    let hub: Column<UInt8>
    /// 1 where it has suspended links, and so a row of `nodes`.
    let hasRow: Column<UInt8>

    init(_ count: Int) throws(BackfillError) {
        isHeld = try arena.column(of: UInt8.self, count: count)
        isAlive = try arena.column(of: UInt8.self, count: count)
        counterparts = try arena.column(of: UInt16.self, count: count)
        hub = try arena.column(of: UInt8.self, count: count)
        hasRow = try arena.column(of: UInt8.self, count: count)
    }
}

/// The links of a load.
struct Links: Sendable {
    let files: [BlockFile]
    let nodes: NodeColumns

    /// Hands over the ends of links of two ends: the live ones, or the others.
    func forEachEdge(_ stream: Int, _ buffer: FileBuffer, _ body: (Int, Int) throws -> Void) throws {
        for file in files {
            try file.forEachRow(of: stream, width: 8, buffer) { bytes, offset in
                try body(Int(bytes.bigEndianUInt32(at: offset)), Int(bytes.bigEndianUInt32(at: offset + 4)))
            }
        }
    }

    /// Joins the ends of links of two ends: of the live ones, or of the others.
    func join(_ stream: Int, _ buffer: FileBuffer, in sets: inout UnionFind) throws {
        for file in files {
            try file.forEachBlock(of: stream, buffer) { bytes in
                sets.unionAll(count: bytes.byteCount / 8) { index in
                    (
                        Int32(truncatingIfNeeded: bytes.bigEndianUInt32(at: 8 * index)),
                        Int32(truncatingIfNeeded: bytes.bigEndianUInt32(at: 8 * index + 4))
                    )
                }
            }
        }
    }
}
