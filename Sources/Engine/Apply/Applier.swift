package import GraphStore
internal import Identity
package import LMDB
internal import Stitching

/// `apply`: the one deterministic function by which a store changes. It reads no clock and no randomness.
///
/// Works on a copy of the state; the caller keeps it only when the transaction has committed.
package struct Applier {
    package var state: StoreState
    let keyRing: KeyRing
    /// Seals and opens what lies under the data key of a node.
    var sealing: Sealing
    let storedKeys: StoredKeys
    /// Of the command at hand: keys of nodes that wait to be rotated, with the new ones; and keys as stored, with those of the
    /// first version.
    var renewed: [IdentityKey: IdentityKey] = [:]
    var firstKeys: [IdentityKey: IdentityKey] = [:]
    /// The store's numbers of the configuration's namespaces, by index.
    let namespaceIDs: [NamespaceID]
    /// The hour of the last sweep.
    var sweptHour: Int32
    let sourceMasks: SourceMasks
    /// What offers are decided with, once one was.
    var desk: OfferDesk?
    /// Whether nothing but offers was written since the desk was read.
    var isDeskFresh = false
    private var heldContext: ViewContext?
    /// Whether anything is suppressed: while nothing is, nobody looks.
    private(set) var hasSuppressions = false
    /// What keeps matching true; nil where no model is active.
    var likeness: LinkageIndex?
    var isLinkageLoaded = false

    /// A workspace is settled and written once it holds this many nodes and links: bounds memory, not meaning.
    static let workspaceLoad = 200_000
    /// Rows of `expiries`, or places to clean, taken at a time.
    static let pieceSize = 10_000

    package init(state: StoreState, store: Store) {
        self.state = state
        keyRing = store.keyRing
        sealing = store.sealing
        storedKeys = store.storedKeys
        namespaceIDs = state.configuration.namespaces.map { state.namespace(named: $0.name) ?? .record }
        sweptHour = state.clock.hour
        sourceMasks = SourceMasks(state)
    }

    /// Applies one command inside a transaction. Throws where the store is in trouble; the caller then aborts.
    package mutating func apply(
        _ command: Command, _ transaction: inout WriteTransaction
    ) throws -> CommandReport {
        var report = CommandReport()
        try loadLinkage(transaction)
        hasSuppressions = try transaction.count(Tables.suppressions) > 0
        switch try brought(command, &transaction) {
        case .record(let observations):
            report.outcomes = try record(observations, &report, &transaction)
        case .decide(let observations):
            report.outcomes = try decide(observations, &transaction)
            report.suppressed = report.outcomes.reduce(0) { $0 + $1.decisions.count { $0.effect == .suppressed } }
        case .retractRecord(let source, let record, let time):
            report = try retractRecord(source, record, time, &transaction)
        case .retractSource(let source, let time):
            report = try retractSource(source, time, &transaction)
        case .assert(let assertion):
            try assert(assertion, &transaction)
        case .withdraw(let assertion):
            try withdraw(assertion, &transaction)
        case .sweep(let time):
            report.componentsEvaluated = try sweep(to: time, &transaction)
        case .purge(let time):
            report.componentsEvaluated = try purge(at: time, &transaction)
        case .privacy(let command):
            try apply(command, &report, &transaction)
        case .rotation(let step):
            try apply(step, &report, &transaction)
        case .keepModel(let bytes, let time):
            try keep(bytes, time, &transaction)
        case .link(let version):
            report.componentsEvaluated = try link(version, &transaction)
        case .offers(let command):
            // Nothing of a profile changes, and nothing is due.
            try apply(command, &report, &transaction)
            return report
        }
        isDeskFresh = false
        try sweepDue(&transaction)
        // What was read for this command is not kept for the next.
        likeness = likeness.map { LinkageIndex($0.linkage) }
        try state.trimFeed(&transaction, sealing: sealing)
        try state.save(&transaction)
        return report
    }

    /// What views are judged by while a decision is applied; decoys are for those who ask from outside.
    mutating func viewContext(_ state: StoreState) -> ViewContext {
        if let heldContext { return heldContext }
        let context = ViewContext(state)
        heldContext = context
        return context
    }

    // MARK: Workspaces

    func makeWorkspace() -> Workspace {
        var workspace = Workspace(policies: state.policies, hour: state.clock.hour, nextNode: state.nextNode)
        workspace.linkage = likeness?.linkage
        return workspace
    }

    /// Evaluates and writes; afterwards the workspace only answers where its nodes are.
    ///
    /// - Returns: how many profiles are others than before.
    @discardableResult
    mutating func finish(_ workspace: inout Workspace, _ transaction: inout WriteTransaction) throws -> Int {
        workspace.judge(by: state.policies, at: state.clock.hour)
        try workspace.settle(transaction)
        let changes = workspace.changes()
        try state.feed(changes, &transaction)
        try workspace.write(&transaction)
        try dropKeys(of: workspace, &transaction)
        let vanished = workspace.vanished
        state.nextNode = workspace.totals.nextNode
        state.componentLimited += workspace.totals.componentLimited
        try unfile(vanished: vanished, &transaction)
        return changes.count { $0.kind != .consent }
    }

    /// The data keys of nodes that are gone go with them.
    func dropKeys(of workspace: borrowing Workspace, _ transaction: inout WriteTransaction) throws {
        let vanished = workspace.vanished
        guard !vanished.isEmpty, try transaction.count(Tables.dataKeys) > 0 else { return }
        for node in vanished { try sealing.drop(node, &transaction) }
    }

    func profileID(_ anchor: NodeID) -> ProfileID {
        let words = keyRing.profileCipher.encrypt(anchor.rawValue)
        return ProfileID(high: words.0, low: words.1)
    }

    var factMaker: FactMaker { FactMaker(keyRing) }

    func namespaceID(_ identifier: KeyedIdentifier) -> NamespaceID { namespaceIDs[identifier.namespace] }

    // MARK: Sweeping

    mutating func sweep(to time: Timestamp, _ transaction: inout WriteTransaction) throws -> Int {
        guard time >= state.clock else {
            throw EngineError.beforeClock(asked: time, clock: state.clock)
        }
        state.advance(to: time)
        return try sweepDue(&transaction)
    }

    /// Looks at everything that is due at the clock's hour.
    @discardableResult
    mutating func sweepDue(_ transaction: inout WriteTransaction) throws -> Int {
        guard state.clock.hour > sweptHour else { return 0 }
        var looked = 0
        while true {
            let due = try takeDue(&transaction)
            if due.isEmpty { break }
            looked += due.count
            var workspace = makeWorkspace()
            for key in due { try workspace.noteDue(key, transaction) }
            try finish(&workspace, &transaction)
        }
        sweptHour = state.clock.hour
        return looked
    }

    private func takeDue(_ transaction: inout WriteTransaction) throws -> [ExpiryKey] {
        let hour = state.clock.hour
        var due: [ExpiryKey] = []
        try transaction.scan(Tables.expiries) { key, _ in
            guard key.hour <= hour, due.count < Self.pieceSize else { return .stop }
            due.append(key)
            return .proceed
        }
        for key in due { _ = try transaction.delete(Tables.expiries, key) }
        return due
    }
}
