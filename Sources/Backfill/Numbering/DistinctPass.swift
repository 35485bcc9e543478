internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching
internal import Synchronization

/// The first pass of numbering: of each stream of keys the distinct ones, ascending, and for each identifier the rank of
/// its key in the stream.
final class DistinctPass: @unchecked Sendable {
    private let load: Load
    private(set) var streams = Array(repeating: Numbering.KeyStream(), count: SpillPlan.partitions)
    private(set) var keyFiles: [SpillFile] = []
    private(set) var idFiles: [SpillFile] = []
    private let done = Mutex<[(stream: Int, place: Numbering.KeyStream)]>([])

    init(_ load: Load) { self.load = load }

    /// What one thread works with.
    private struct Tools {
        var worker: Int
        var table = KeyTable()
        var ids: [UInt32] = []
        var buffer = FileBuffer(capacity: 1 << 16)
    }

    func run() throws {
        for worker in 0..<load.threads {
            keyFiles.append(try SpillFile.create(load.path("keys-\(worker)")))
            idFiles.append(try SpillFile.create(load.path("ids-\(worker)")))
        }
        load.begin("numbering", total: SpillPlan.partitions)
        try Workers.share(
            SpillPlan.partitions, threads: load.threads, make: { Tools(worker: $0) },
            { [self] stream, tools in
                let place = try number(stream, &tools)
                done.withLock { $0.append((stream, place)) }
                try load.step()
            })
        done.withLock { for entry in $0 { streams[entry.stream] = entry.place } }
    }

    // MARK: Going on

    /// Says where all lies, synced.
    func mark(_ marks: inout StageMarks) throws {
        for file in keyFiles + idFiles { try file.sync() }
        marks.keyBytes = keyFiles.map(\.length)
        marks.rankBytes = idFiles.map(\.length)
        marks.streams = streams
    }

    /// Opens what another run has left.
    func reopen(_ marks: StageMarks) throws {
        streams = marks.streams
        for worker in marks.keyBytes.indices {
            keyFiles.append(try SpillFile.open(load.path("keys-\(worker)"), bytes: marks.keyBytes[worker]))
            idFiles.append(try SpillFile.open(load.path("ids-\(worker)"), bytes: marks.rankBytes[worker]))
        }
    }

    // MARK: One stream

    private func number(_ stream: Int, _ tools: inout Tools) throws -> Numbering.KeyStream {
        var place = Numbering.KeyStream(worker: tools.worker)
        tools.table.removeAll()
        tools.ids.removeAll(keepingCapacity: true)
        var ends: [Int] = []
        for segment in load.segments {
            try segment.forEachBlock(of: stream, tools.buffer) { bytes in
                Self.take(bytes, &tools.table, &tools.ids)
            }
            ends.append(tools.ids.count)
        }
        let (order, ranks) = tools.table.ranks()
        place.count = order.count
        place.keyOffset = try writeKeys(order, tools)
        var start = 0
        for end in ends {
            place.ids.append((try writeIDs(start..<end, ranks, tools), end - start))
            start = end
        }
        return place
    }

    private static func take(_ bytes: RawSpan, _ table: inout KeyTable, _ ids: inout [UInt32]) {
        var offset = 0
        while offset < bytes.byteCount {
            let key = IdentityKey(
                high: bytes.bigEndianUInt64(at: offset), low: bytes.bigEndianUInt64(at: offset + 8))
            ids.append(table.index(of: key, bytes.bigEndianUInt64(at: offset + 16)))
            offset += Segment.identifierBytes
        }
    }

    /// Writes the keys of a stream in order, with the nodes of those that the store has.
    private func writeKeys(_ order: [UInt32], _ tools: Tools) throws -> Int {
        var rows = ByteWriter(capacity: max(order.count * Numbering.keyBytes, 16))
        let table = tools.table
        if load.isNew {
            for index in order { Self.append(table.entries[Int(index)], node: 0, to: &rows) }
        } else {
            let snapshot = try load.store.environment.beginRead()
            for index in order {
                let entry = table.entries[Int(index)]
                let known = try snapshot.get(Tables.identifiers, entry.key)
                Self.append(entry, node: known?.node.rawValue ?? 0, to: &rows)
            }
        }
        return try keyFiles[tools.worker].append(rows.bytes)
    }

    private static func append(_ entry: KeyTable.Entry, node: UInt64, to rows: inout ByteWriter) {
        rows.append(entry.key.high)
        rows.append(entry.key.low)
        rows.append(entry.sighting)
        rows.append(node)
    }

    private func writeIDs(_ range: Range<Int>, _ ranks: [UInt32], _ tools: Tools) throws -> Int {
        var rows = ByteWriter(capacity: max(range.count * 4, 16))
        for place in range { rows.append(ranks[Int(tools.ids[place])]) }
        return try idFiles[tools.worker].append(rows.bytes)
    }
}
