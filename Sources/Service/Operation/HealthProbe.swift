internal import Dispatch
package import Engine
package import NIOCore
internal import Synchronization

/// What a health check finds.
package enum HealthVerdict: Hashable, Sendable {
    case good
    /// - Parameters:
    ///   - status: one word for programs.
    ///   - reason: a sentence for people.
    case bad(status: String, reason: String)
}

/// Looks whether the server lives (a restart would help where it does not) and whether it is ready (callers should go
/// elsewhere while it is not).
package final class HealthProbe: Sendable {
    private struct Reading {
        var isUnderWay = false
        var asked: ContinuousClock.Instant?
        var verdict = HealthVerdict.good
    }

    private let readiness: Readiness
    private let engine: Engine
    private let loops: any EventLoopGroup
    private let patience: Duration
    private let reading = Mutex(Reading())
    private let queue = DispatchQueue(label: "selvedge.probe")

    /// - Parameters:
    ///   - loops: those that answer calls.
    ///   - patience: how long a loop or a read may take.
    package init(
        _ readiness: Readiness, engine: Engine, loops: any EventLoopGroup, patience: Duration = .seconds(1)
    ) {
        self.readiness = readiness
        self.engine = engine
        self.loops = loops
        self.patience = patience
    }

    /// Whether every event loop answers.
    package func alive() async -> HealthVerdict {
        for loop in loops.makeIterator() {
            let answers = await Self.answer(within: patience) { done in loop.execute { done(true) } }
            guard answers == true else {
                return .bad(status: "stuck", reason: "an event loop does not answer; restart the server")
            }
        }
        return .good
    }

    /// Whether calls are taken, commits succeed and reads answer.
    package func ready() async -> HealthVerdict {
        switch readiness.state {
        case .starting: return .bad(status: "starting", reason: "the server is starting")
        case .draining: return .bad(status: "draining", reason: "the server is being stopped")
        case .failed(let reason): return .bad(status: "failed", reason: reason)
        case .ready: break
        }
        if let trouble = readiness.trouble {
            return .bad(status: "not_writing", reason: "the last commit failed: \(trouble)")
        }
        return await read()
    }

    /// A read of the store, at most one at a time and at most one a second, whoever asks.
    private func read() async -> HealthVerdict {
        let held: HealthVerdict? = reading.withLock { reading in
            if reading.isUnderWay { return Self.slow }
            if let asked = reading.asked, asked.duration(to: .now) < .seconds(1) { return reading.verdict }
            reading.isUnderWay = true
            return nil
        }
        if let held { return held }
        return await Self.answer(within: patience) { done in
            self.queue.async {
                let verdict = self.look()
                self.reading.withLock { $0 = Reading(asked: .now, verdict: verdict) }
                done(verdict)
            }
        } ?? Self.slow
    }

    private static let slow = HealthVerdict.bad(status: "not_reading", reason: "the store does not answer reads")

    private func look() -> HealthVerdict {
        do {
            _ = try engine.state()
            return .good
        } catch {
            return .bad(status: "not_reading", reason: LogField.words(error))
        }
    }

    /// The first answer; nil where there is none in time.
    private static func answer<Value: Sendable>(
        within time: Duration, _ start: (@escaping @Sendable (Value) -> Void) -> Void
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let once = Once(continuation)
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(time.nanoseconds))) {
                once.resume(nil)
            }
            start { once.resume($0) }
        }
    }
}

/// A continuation that several may want to resume.
private final class Once<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

    init(_ continuation: CheckedContinuation<Value?, Never>) { self.continuation = Mutex(continuation) }

    func resume(_ value: Value?) {
        let taken = continuation.withLock { held in
            defer { held = nil }
            return held
        }
        taken?.resume(returning: value)
    }
}
