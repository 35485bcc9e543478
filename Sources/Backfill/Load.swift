internal import Foundation
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching
internal import Synchronization

/// What the stages of one load share: the store as it is, the state that it will have, the spill, and the report.
final class Load: @unchecked Sendable {
    let store: Store
    let directory: String
    let threads: Int
    let memory: Int
    /// The state at the load's end, but for what building, merging and replaying change.
    let state: StoreState
    /// Whether the store has no identifiers.
    let isNew: Bool
    let segments: [BlockFile]
    /// The store's numbers of the load's sources.
    let sourceNumbers: [UInt16]
    private let progress: @Sendable (BackfillProgress) -> Void
    /// Called after every step; for tests.
    private let afterStep: @Sendable () throws -> Void
    private let running: Mutex<Running>

    private struct Running {
        var stage = ""
        var began = ContinuousClock.now
        var done = 0
        var total = 0
        var bytes = 0
        var told = ContinuousClock.now
        var stages: [BackfillReport.Stage] = []
        var peak = 0
    }

    var policies: Policies { state.policies }
    /// The hour at which evidence is judged.
    var hour: Int32 { state.clock.hour }
    var purgeHour: Int32? { state.purgeHorizon?.hour }

    /// Bytes that each identifier of a load takes at most at one time, columns and sorting together.
    private static let bytesPerIdentifier = 48

    init(
        store: Store, plan: SpillPlan, options: BackfillOptions,
        progress: @escaping @Sendable (BackfillProgress) -> Void, afterStep: @escaping @Sendable () throws -> Void
    ) throws {
        self.store = store
        self.progress = progress
        self.afterStep = afterStep
        directory = plan.directory
        threads = max(1, options.threads)
        memory = options.memory
        segments = try plan.segments.filter { $0.eventBytes > 0 }.map { try $0.openEvents(in: plan.directory) }
        let configuration = store.configuration
        var counts = SpillCounts()
        for segment in plan.segments { counts.add(segment.counts) }
        let (read, identifiers) = try store.environment.read { transaction in
            (
                try StoreState(transaction, configuration: configuration),
                try transaction.count(Tables.identifiers)
            )
        }
        var state = read
        isNew = identifiers == 0
        sourceNumbers = try Self.register(plan.sources, counts, &state)
        state.advance(to: Timestamp(milliseconds: counts.clock))
        self.state = state
        running = Mutex(Running())
    }

    /// Numbers the load's new sources by (first event, name), and notes their newest events.
    private static func register(
        _ sources: [SpillPlan.Source], _ counts: SpillCounts, _ state: inout StoreState
    ) throws -> [UInt16] {
        func oldest(_ index: Int) -> Int64 { counts.oldest.indices.contains(index) ? counts.oldest[index] : .max }
        let order = sources.indices.sorted {
            oldest($0) != oldest($1) ? oldest($0) < oldest($1) : sources[$0].name < sources[$1].name
        }
        var numbers = Array(repeating: UInt16(0), count: sources.count)
        for index in order {
            let number = state.register(source: sources[index].name)
            guard number.rawValue <= UInt32(UInt16.max) else {
                throw BackfillError.tooMuch("the store has more than 65,536 sources, which a load cannot tell apart")
            }
            numbers[index] = UInt16(number.rawValue)
            guard oldest(index) != .max else { continue }
            state.note(Timestamp(milliseconds: counts.newest[index]), eventOf: number)
        }
        return numbers
    }

    func path(_ name: String) -> String { directory + "/" + name }

    /// Refuses a load whose identifiers alone need more memory than it may have.
    func demand(identifiers: Int) throws(BackfillError) {
        let needed = identifiers * Self.bytesPerIdentifier
        guard needed <= memory else { throw .tooLittleMemory(given: memory, needed: needed) }
    }

    // MARK: Progress

    /// Begins a stage; its steps count up to `total`.
    func begin(_ stage: String, total: Int) {
        end()
        running.withLock { running in
            running.stage = stage
            running.began = .now
            running.told = .now
            running.done = 0
            running.total = total
            running.bytes = 0
        }
        progress(BackfillProgress(stage: stage, done: 0, total: total))
    }

    /// Ends the running stage.
    func end() {
        running.withLock { running in
            guard !running.stage.isEmpty else { return }
            let seconds = running.began.duration(to: .now) / .seconds(1)
            running.stages.append(.init(name: running.stage, seconds: seconds, bytes: running.bytes))
            running.peak = max(running.peak, Self.residentBytes())
            running.stage = ""
        }
    }

    /// One step of the running stage is done.
    func step() throws {
        let told: BackfillProgress? = running.withLock { running in
            running.done += 1
            guard running.told.duration(to: .now) > .milliseconds(200) else { return nil }
            running.told = .now
            running.peak = max(running.peak, Self.residentBytes())
            return BackfillProgress(stage: running.stage, done: running.done, total: running.total)
        }
        if let told { progress(told) }
        try afterStep()
    }

    /// Notes bytes that the running stage has written.
    func add(bytes: Int) { running.withLock { $0.bytes += bytes } }

    var stages: [BackfillReport.Stage] { running.withLock { $0.stages } }
    var peakMemory: Int { running.withLock { $0.peak } }

    /// Bytes of memory of the process that no file stands behind.
    private static func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") {
            return (Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0) * 1_024
        }
        return 0
    }
}
