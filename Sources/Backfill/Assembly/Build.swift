internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// All that is known of a load before anything is written.
struct Build: Sendable {
    let load: Load
    let numbering: Numbering
    let links: Links
    let groups: Groups
    let placed: Placed
}

/// Writes what was built into the next generation: table by table in key order, behind what is there.
struct BuildWriter: ~Copyable {
    private let build: Build
    private let generation: Generation
    private var state: StoreState
    private var created: [Change] = []
    private(set) var counts = AssemblyCounts()

    /// Bytes of values to a transaction: few syncs, and what one holds in memory stays bounded.
    private static let transactionBytes = 96 << 20

    init(_ build: Build, _ generation: Generation, state: StoreState) {
        self.build = build
        self.generation = generation
        self.state = state
    }

    /// - Returns: the state as it was saved.
    consuming func run() throws -> (state: StoreState, counts: AssemblyCounts) {
        let looks = try LookSpill(build.load)
        try writeRanges(looks)
        try writeLooks(looks)
        state.componentLimited += build.placed.componentLimited
        try saveState()
        return (state, counts)
    }

    // MARK: Ranges

    /// One thread assembles while this one writes.
    private mutating func writeRanges(_ looks: LookSpill) throws {
        build.load.begin("assembly", total: Placement.ranges)
        let channel = Channel<RowBatch>(capacity: 4)
        let assembly = try AssemblyThread(build, looks, channel)
        defer { assembly.end() }
        var bytes = 0
        var transaction = try generation.environment.beginWrite()
        while let batch = channel.receive() {
            bytes += try write(batch, &transaction)
            counts.add(batch.rows.counts)
            if bytes > Self.transactionBytes {
                try transaction.commit()
                build.load.add(bytes: bytes)
                bytes = 0
                transaction = try generation.environment.beginWrite()
            }
            try build.load.step()
        }
        try assembly.rethrow()
        try flushCreated(&transaction)
        try transaction.commit()
        build.load.add(bytes: bytes)
    }

    private mutating func write(_ batch: RowBatch, _ transaction: inout WriteTransaction) throws -> Int {
        try Self.putNodeRows(batch.rows.components, Tables.components, &transaction)
        try Self.putNodeRows(batch.rows.nodes, Tables.nodes, &transaction)
        try Self.putSuspended(batch.rows.suspended, &transaction)
        for link in batch.rows.links { try transaction.putBytes(Tables.links, link.key, link.value.rawBytes) }
        for anchor in batch.rows.created {
            created.append(Change(kind: .created, anchor: anchor))
            if created.count == ChangeRow.limit { try flushCreated(&transaction) }
        }
        return batch.rows.components.count + batch.rows.nodes.count + batch.rows.suspended.count
    }

    private static func putSuspended(_ rows: borrowing ByteWriter, _ transaction: inout WriteTransaction) throws {
        let rows = rows.bytes
        var offset = 0
        while offset < rows.byteCount {
            let key = NodePair(NodeID(rows.bigEndianUInt64(at: offset)), NodeID(rows.bigEndianUInt64(at: offset + 8)))
            let end = offset + 20 + Int(rows.bigEndianUInt32(at: offset + 16))
            try transaction.putBytes(Tables.suspended, key, rows.extracting(offset + 20..<end), .append)
            offset = end
        }
    }

    private static func putNodeRows<V: ValueCodec>(
        _ rows: borrowing ByteWriter, _ table: Table<NodeKeyCodec, V>, _ transaction: inout WriteTransaction
    ) throws {
        let rows = rows.bytes
        var offset = 0
        while offset < rows.byteCount {
            let node = NodeID(rows.bigEndianUInt64(at: offset))
            let end = offset + 12 + Int(rows.bigEndianUInt32(at: offset + 8))
            try transaction.putBytes(table, node, rows.extracting(offset + 12..<end), .append)
            offset = end
        }
    }

    private mutating func flushCreated(_ transaction: inout WriteTransaction) throws {
        try state.feed(created, &transaction)
        created.removeAll(keepingCapacity: true)
    }

    // MARK: The rest

    private func writeLooks(_ looks: LookSpill) throws {
        try generation.environment.write { transaction in
            try looks.forEach { try transaction.put(Tables.expiries, $0, ()) }
        }
    }

    private mutating func saveState() throws {
        var transaction = try generation.environment.beginWrite()
        try state.save(&transaction)
        try transaction.commit()
        var hasMore = true
        while hasMore {
            var transaction = try generation.environment.beginWrite()
            hasMore = try state.trimFeed(&transaction)
            try state.save(&transaction)
            try transaction.commit()
        }
    }
}
