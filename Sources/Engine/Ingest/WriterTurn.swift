internal import Synchronization

/// How something long that mostly reads has the store to itself now and then: on the writer's thread, between two transactions.
package struct WriterTurn: Sendable {
    private let wait: @Sendable (@escaping @Sendable () -> Void) throws -> Void

    /// - Parameter wait: runs a body while nobody else writes, and returns when it has ended; throws where it was not run.
    package init(_ wait: @escaping @Sendable (@escaping @Sendable () -> Void) throws -> Void) { self.wait = wait }

    /// Of a caller who is the writer himself.
    package static let caller = WriterTurn { $0() }

    package func callAsFunction<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        try wait { outcome.held.withLock { $0 = Result { try body() } } }
        guard let result = outcome.held.withLock({ $0 }) else { throw EngineError.stopped }
        return try result.get()
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let held = Mutex<Result<Value, any Error>?>(nil)
    }
}
