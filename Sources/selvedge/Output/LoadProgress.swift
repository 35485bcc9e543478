internal import Backfill
internal import Foundation
internal import Synchronization

/// How far a load is: one line on a terminal, and a plain line now and then elsewhere. Any thread may tell it.
final class LoadProgress: Sendable {
    private struct State {
        var stage = ""
        var stageStart = ContinuousClock.now
        var shown = ContinuousClock.now
        var isLineOpen = false
    }

    private let state = Mutex(State())
    private let isTerminal = Console.showsProgress

    /// Where there is no terminal.
    private static let plainPause = Duration.seconds(10)
    private static let pause = Duration.milliseconds(200)

    /// - Parameters:
    ///   - done: bytes of the inputs.
    ///   - size: of all inputs; nil: not known.
    func show(reading rows: Int, done: Int, of size: Int?) {
        show("reading", "\(rows) rows", rows, share: size.map { ($0 == 0 ? 1 : Double(done) / Double($0), done) })
    }

    func show(_ progress: BackfillProgress) {
        let share = progress.total > 0 ? (Double(progress.done) / Double(progress.total), progress.done) : nil
        show(progress.stage, "\(progress.done)", progress.done, share: share)
    }

    private func show(_ stage: String, _ what: String, _ count: Int, share: (part: Double, done: Int)?) {
        let line: String? = state.withLock { state in
            let now = ContinuousClock.now
            if state.stage != stage { (state.stage, state.stageStart) = (stage, now) }
            guard now - state.shown > (isTerminal ? Self.pause : Self.plainPause) else { return nil }
            state.shown = now
            state.isLineOpen = isTerminal
            let seconds = max((now - state.stageStart).seconds, 0.001)
            var line = "\(stage): \(what)"
            if let share, share.part > 0 {
                let part = min(share.part, 1)
                line += ", \(Int(part * 100)) %, \(Int(Double(count) / seconds)) a second"
                line += ", \(Self.span(seconds * (1 - part) / part)) left"
            } else {
                line += ", \(Int(Double(count) / seconds)) a second"
            }
            return line
        }
        guard let line else { return }
        if isTerminal { Console.errorPart("\r\(line)\u{1b}[K") } else { Console.error("selvedge: \(line)") }
    }

    /// Takes the line away.
    func clear() {
        let isOpen = state.withLock { state in
            defer { state.isLineOpen = false }
            return state.isLineOpen
        }
        if isOpen { Console.errorPart("\r\u{1b}[K") }
    }

    private static func span(_ seconds: Double) -> String {
        let whole = Int(seconds)
        return whole < 90 ? "\(whole) s" : "\(whole / 60) min"
    }
}
