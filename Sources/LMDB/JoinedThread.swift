internal import Glibc

/// A thread with an end. When `join` returns, it has ended and holds nothing any more.
@safe
package final class JoinedThread: @unchecked Sendable {
    private var thread = pthread_t()

    /// Throws where the system gives no thread.
    package init(_ body: @escaping @Sendable () -> Void) throws(LMDBError) {
        // Sound: the context is retained for the thread, which takes it over.
        let context = unsafe Unmanaged.passRetained(ThreadBody(body))
        let code = unsafe pthread_create(&thread, nil, runThreadBody, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            throw LMDBError(code: code, operation: "starting a thread")
        }
    }

    /// Waits for its end; once, and not from itself.
    package func join() {
        precondition(pthread_equal(pthread_self(), thread) == 0, "a thread cannot wait for itself")
        pthread_join(thread, nil)
    }
}

/// What a new thread is to run, as one retained pointer.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    // Sound: `context` is the body that was retained for this thread alone.
    unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
