internal import Dispatch
internal import Synchronization

/// From commands, which wait, to what is asynchronous.
enum Bridge {
    /// How soon a signal is noticed.
    private static let pause = DispatchTimeInterval.milliseconds(100)

    /// Runs a body and waits for it, on a thread that has nothing else to do. A signal that `Interruption` takes cancels
    /// the body where `isInterruptible`.
    static func wait<Value: Sendable>(
        isInterruptible: Bool = false, _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let outcome = Outcome<Value>()
        let task = Task.detached {
            do { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
            done.signal()
        }
        while done.wait(timeout: isInterruptible ? .now() + pause : .distantFuture) == .timedOut {
            if Interruption.signal != nil { task.cancel() }
        }
        return try outcome.get()
    }

    /// How something ended that another thread waits for.
    private final class Outcome<Value: Sendable>: Sendable {
        private let held = Mutex<Result<Value, any Error>?>(nil)

        func set(_ result: Result<Value, any Error>) { held.withLock { $0 = result } }

        func get() throws -> Value {
            guard let result = held.withLock({ $0 }) else { throw CancellationError() }
            return try result.get()
        }
    }
}
