package import Engine
internal import Foundation
internal import Synchronization

/// Counts what only a pass over all of the store can count, on a thread of its own and at the lowest priority.
///
/// Ten minutes lie between two passes, or twenty times what the last one took where that is more: at most a twentieth of
/// one processor, and a snapshot that is held for so long at most.
package final class StatisticsPass: Sendable {
    private static let pause = Duration.seconds(600)
    private static let share = 20

    private let engine: Engine
    private let metrics: StoreMetrics
    private let log: ServiceLog
    private let isStopped = Atomic<Bool>(false)

    package init(_ engine: Engine, metrics: StoreMetrics, log: ServiceLog) {
        self.engine = engine
        self.metrics = metrics
        self.log = log
    }

    package func start() {
        let thread = Thread { self.run() }
        thread.name = "selvedge-stats"
        thread.start()
    }

    /// No further pass begins. One that is under way is left to itself.
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    private func run() {
        // Of this thread alone, as Linux has it.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        while !isStopped.load(ordering: .relaxed) {
            let start = ContinuousClock.now
            do {
                metrics.counted(try engine.statistics())
            } catch {
                log.warning("the store could not be counted", .problem(error))
            }
            wait(max(Self.pause, start.duration(to: .now) * Self.share))
        }
    }

    private func wait(_ time: Duration) {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end, !isStopped.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.5) }
    }
}
