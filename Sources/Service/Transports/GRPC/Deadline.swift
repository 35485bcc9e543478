internal import Wire

/// A time past which a call is given up.
enum Deadline {
    /// - Throws: `deadline_exceeded` once the time has passed; the body is cancelled then.
    static func run<Value: Sendable>(
        _ time: Duration, _ body: @escaping @Sendable () async throws(CallError) -> Value
    ) async throws(CallError) -> Value {
        let result = await withTaskGroup(of: Result<Value, CallError>?.self) { group in
            group.addTask {
                do throws(CallError) { return .success(try await body()) } catch { return .failure(error) }
            }
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
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
