internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Joins links to what the store has, in the way of recording: each piece of graph is loaded, changed, evaluated and written.
struct Merging {
    private let build: Build
    private let generation: Generation
    private var state: StoreState
    private let linkage: Linkage?
    /// Keys of new identifiers, by number.
    private let arena = Arena()
    private let high: Column<UInt64>
    private let low: Column<UInt64>

    /// Nodes and links to a workspace: bounds memory, not meaning.
    private static let workspaceLoad = 200_000
    /// Links to a transaction, more or less: a commit is a sync, and a mark two more.
    private static let linksToCommit = 500_000

    init(_ build: Build, _ generation: Generation, state: StoreState) throws {
        self.build = build
        self.generation = generation
        self.state = state
        let store = build.load.store
        linkage = try generation.environment.read {
            try Linkage.active($0, store.configuration, store.keyRing, store.sealing)
        }
        high = try arena.column(of: UInt64.self, count: build.numbering.count)
        low = try arena.column(of: UInt64.self, count: build.numbering.count)
    }

    /// - Parameters:
    ///   - first: the first range that is not merged yet; one that is merged twice changes nothing.
    ///   - mark: told now and then how many ranges are merged.
    mutating func run(from first: Int, mark: (Int) throws -> Void) throws -> StoreState {
        guard build.groups.mergedCount > 0 else { return state }
        build.load.begin("merging", total: Placement.ranges)
        let buffer = FileBuffer(capacity: 1 << 16)
        for range in 0..<Placement.ranges { try loadKeys(range, buffer) }
        var transaction = try generation.environment.beginWrite()
        var merged = 0
        for range in first..<Placement.ranges {
            merged += try merge(range, buffer, &transaction)
            try build.load.step()
            guard merged >= Self.linksToCommit || range == Placement.ranges - 1 else { continue }
            try state.save(&transaction)
            try transaction.commit()
            try mark(range + 1)
            merged = 0
            transaction = try generation.environment.beginWrite()
        }
        transaction.abort()
        return state
    }

    private func loadKeys(_ range: Int, _ buffer: FileBuffer) throws {
        try build.placed.forEachBlock(.members, range, buffer) { bytes in
            for offset in stride(from: 0, to: bytes.byteCount, by: 24) {
                let number = Int(bytes.bigEndianUInt32(at: offset + 4))
                high[number] = bytes.bigEndianUInt64(at: offset + 8)
                low[number] = bytes.bigEndianUInt64(at: offset + 16)
            }
        }
    }

    /// Merges the links of one range, by their lower ends, in as many workspaces as they need.
    /// - Returns: how many there were.
    private mutating func merge(
        _ range: Int, _ buffer: FileBuffer, _ transaction: inout WriteTransaction
    ) throws -> Int {
        try build.placed.load(.merged, range, into: buffer)
        let order = Self.order(buffer.bytes)
        var next = 0
        while next < order.count {
            var workspace = Workspace(policies: state.policies, hour: state.clock.hour, nextNode: state.nextNode)
            workspace.linkage = linkage
            while next < order.count, workspace.load < Self.workspaceLoad {
                try join(LinkView(buffer.bytes, at: order[next]), &workspace, transaction)
                next += 1
            }
            try finish(&workspace, &transaction)
        }
        return order.count
    }

    private static func order(_ bytes: RawSpan) -> [Int] {
        var found: [(ends: UInt64, offset: Int)] = []
        var offset = 0
        while offset < bytes.byteCount {
            found.append((bytes.bigEndianUInt64(at: offset), offset))
            offset += LinkPass.headerBytes + Int(bytes.bigEndianUInt16(at: offset + 14)) * BulkBytes.foldBytes
        }
        return found.sorted { $0.ends < $1.ends }.map(\.offset)
    }

    private func join(
        _ link: LinkView, _ workspace: inout Workspace, _ transaction: borrowing WriteTransaction
    ) throws {
        let left = try dense(link.left, &workspace, transaction)
        let right = link.left == link.right ? left : try dense(link.right, &workspace, transaction)
        var folds: [Fold] = []
        for index in 0..<link.foldCount { folds.append(BulkBytes.fold(link.folds, index)) }
        try workspace.join(folds, to: left, right, .deterministic, transaction)
    }

    private func dense(
        _ number: Int, _ workspace: inout Workspace, _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        let node = build.numbering.node(number)
        if number < build.numbering.knownCount { return try workspace.load(node, transaction) }
        return try workspace.intern(
            IdentityKey(high: high[number], low: low[number]), NamespaceID(build.numbering.namespaces[number]),
            as: node, transaction)
    }

    private mutating func finish(_ workspace: inout Workspace, _ transaction: inout WriteTransaction) throws {
        workspace.judge(by: state.policies, at: state.clock.hour)
        try workspace.settle(transaction)
        try state.feed(workspace.changes(), &transaction)
        try workspace.write(&transaction)
        state.componentLimited += workspace.totals.componentLimited
    }
}
