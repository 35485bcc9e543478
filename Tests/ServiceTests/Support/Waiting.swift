import Dispatch
import Foundation

/// Runs a body that blocks, such as one that reads a socket, on a thread of its own.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}

/// Whether something came true within five seconds; asked every 10 ms.
func soon(_ isTrue: @Sendable () -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(5)
    while !isTrue(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
    return isTrue()
}
