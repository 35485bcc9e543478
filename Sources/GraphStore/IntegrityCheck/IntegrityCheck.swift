internal import LMDB
internal import Identity
internal import Stitching

/// What a check has read and found. Findings name tables, node ids and counts, never an identifier.
package struct IntegrityReport: Sendable {
    package struct TableCount: Hashable, Sendable {
        package var name: String
        package var rows: Int
    }

    package internal(set) var tables: [TableCount] = []
    /// The first findings, in words.
    package internal(set) var findings: [String] = []
    /// All findings, also those past the limit of `findings`.
    package internal(set) var findingCount = 0
    package internal(set) var components = 0
    package internal(set) var profiles = 0

    package var isClean: Bool { findingCount == 0 }
    static let keptFindings = 100

    package init() {}

    mutating func add(_ finding: String) {
        findingCount += 1
        if findings.count < Self.keptFindings { findings.append(finding) }
    }
}

/// Reads all of a store in one snapshot and holds every row against every other: checksums, order, references in both
/// directions, degrees, hubs, liveness, and each component against the function of its evidence.
///
/// LMDB's own pages carry no checksum: a bit flipped there can end the process. So `selvedge check` runs it in a process
/// of its own, and takes such an end for a finding.
package enum IntegrityCheck {
    /// Checks a store on disk. A store that cannot be opened is a finding, not an error.
    package static func run(directory: String, acceptNormaliser: Bool = false) -> IntegrityReport {
        do {
            return run(
                try Store.open(
                    directory: directory, acceptNormaliser: acceptNormaliser,
                    options: Environment.Options(readOnly: true)))
        } catch {
            var report = IntegrityReport()
            report.add("the store cannot be opened: \(error)")
            return report
        }
    }

    package static func run(_ store: Store) -> IntegrityReport {
        do {
            // First the pages, read one by one: what they contradict, LMDB must not be let follow.
            let pages = try store.environment.inspectPages()
            guard pages.isEmpty else {
                var report = IntegrityReport()
                for finding in pages { report.add(finding) }
                return report
            }
            return try store.environment.read { transaction in
                let state = try StoreState(transaction, configuration: store.configuration)
                var inspection = Inspection(state: state, keyRing: store.keyRing, sealing: store.sealing)
                try inspection.run(transaction)
                return inspection.report
            }
        } catch {
            var report = IntegrityReport()
            report.add("reading stopped: \(error)")
            return report
        }
    }
}

/// One run of the check: what it has read so far, by node.
struct Inspection {
    /// A member of a component, with what the rest of the store must agree with.
    struct Held {
        var member: Member
        var root: NodeID
        var active = Degree()
        var inherited: [NodeID] = []
    }

    let state: StoreState
    let keyRing: KeyRing
    private let sealing: Sealing
    /// Nil where no model is active.
    var linkage: Linkage?
    var report = IntegrityReport()
    var held: [NodeID: Held] = [:]
    var parents: [NodeID: NodeID] = [:]
    var looks: [NodeID: Int32] = [:]
    var linksApart = 0
    /// Probabilistic links, by their ends.
    var likenesses: [NodePair: Likeness] = [:]

    init(state: StoreState, keyRing: KeyRing, sealing: Sealing) {
        self.sealing = sealing
        self.state = state
        self.keyRing = keyRing
    }

    var hour: Int32 { state.clock.hour }
    var policies: Policies { state.policies }

    mutating func run(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        for table in Tables.all { try inspectRows(table, snapshot) }
        guard report.isClean else { return }
        linkage = try Linkage.active(snapshot, state.configuration, keyRing, sealing)
        try readExpiries(snapshot)
        try inspectComponents(snapshot)
        try inspectIdentifiers(snapshot)
        try inspectForest(snapshot)
        try inspectSuspended(snapshot)
        try inspectRecords(snapshot)
        try inspectAssertions(snapshot)
        try inspectHeirs(snapshot)
        try inspectMeta(snapshot)
        try inspectConsents(snapshot)
        try inspectFacts(snapshot)
        try inspectDecisions(snapshot)
        try inspectChanges(snapshot)
        try inspectAudit(snapshot, keyRing)
        try inspectDataKeys(snapshot, sealing)
        try inspectLinkage(snapshot)
    }

    // MARK: Rows by themselves

    /// Width, order, checksum, and that each row is found by its key.
    private mutating func inspectRows(_ table: TableDeclaration, _ snapshot: borrowing some Snapshot & ~Copyable) throws
    {
        var rows = 0
        var damaged = 0
        var previous: [UInt8] = []
        try snapshot.scanRaw(table) { entry in
            rows += 1
            let key = bytes(entry.key)
            let isFound = try snapshot.contains(rawKey: key, in: table)
            let isInOrder = rows == 1 || previous.lexicographicallyPrecedes(key)
            if !entry.isIntact || key.count != table.keyWidth || !isInOrder || !isFound { damaged += 1 }
            previous = key
            return .proceed
        }
        report.tables.append(IntegrityReport.TableCount(name: table.name.description, rows: rows))
        if damaged > 0 {
            report.add("\(table.name): \(damaged) of \(rows) rows are damaged, out of order or not found")
        }
        let stated = try snapshot.statistics(table).entries
        if stated != rows { report.add("\(table.name): \(stated) rows are stated, \(rows) are there") }
    }

    private func bytes(_ span: RawSpan) -> [UInt8] {
        (0..<span.byteCount).map { span.uint8(at: $0) }
    }

    func root(of node: NodeID) -> NodeID? {
        var current = node
        for _ in 0..<1_000 {
            guard let parent = parents[current] else { return current }
            current = parent
        }
        return nil
    }
}
