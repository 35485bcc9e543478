internal import Dispatch
internal import Foundation
package import Identity
internal import Synchronization

/// Where lines of the log go: one at a time, by a queue of its own, so that nobody waits for whoever reads them.
///
/// Bounded: while 4,096 lines wait, further ones are dropped, and the next that is written says how many.
package final class LogSink: Sendable {
    package typealias Output = @Sendable (String) -> Void

    private static let limit = 4_096

    let level: LogLevel
    private let format: LogSettings.Format
    private let output: Output
    private let now: @Sendable () -> Timestamp
    private let queue = DispatchQueue(label: "selvedge.log", qos: .utility)
    private let waiting = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)

    /// - Parameter output: gets whole lines; standard error, if not given.
    package init(
        _ settings: LogSettings, output: Output? = nil, now: (@Sendable () -> Timestamp)? = nil
    ) {
        level = settings.level
        format = settings.format
        self.output = output ?? { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) }
        self.now = now ?? { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }
    }

    func write(_ level: LogLevel, _ message: String, _ fields: [LogField]) {
        guard level >= self.level else { return }
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.limit else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            dropped.wrappingAdd(1, ordering: .relaxed)
            return
        }
        let time = now()
        queue.async {
            self.waiting.wrappingSubtract(1, ordering: .relaxed)
            var fields = fields.filter { level == .debug || !$0.isForDebugging }
            let lost = self.dropped.exchange(0, ordering: .relaxed)
            if lost > 0 { fields.append(.count("lines_dropped", lost)) }
            let line = LogLine(time: time, level: level, message: message, fields: fields)
            self.output(self.format == .json ? line.json : line.text)
        }
    }

    /// Returns when everything is written that was said before.
    package func flush() { queue.sync {} }
}
