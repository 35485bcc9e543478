internal import Wire

/// A time past which a call is given up.
enum Deadline {
    /// - Parameter isGone: returns once nobody waits for the body any more; nil: that is not looked at.
    /// - Throws: `deadline_exceeded` once the time has passed or the caller is gone; the body is cancelled then.
    static func run<Value: Sendable>(
        _ time: Duration, isGone: (@Sendable () async -> Void)? = nil,
        _ body: @escaping @Sendable () async throws(CallError) -> Value
    ) async throws(CallError) -> Value {
        let result = await withTaskGroup(of: Result<Value, CallError>?.self) { group in
            group.addTask {
                do throws(CallError) { return .success(try await body()) } catch { return .failure(error) }
            }
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
            }
            if let isGone {
                group.addTask {
                    await isGone()
                    // gRPC does not tell which: who gave the call up reads no answer, and whose time is over reads this.
                    return .failure(CallError(.deadlineExceeded, "the caller's deadline has passed"))
                }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let result else {
            throw CallError(.deadlineExceeded, "the call took longer than \(time.milliseconds) milliseconds")
        }
        return try result.get()
    }
}
