internal import Glibc

/// A thread of a stage. When `join` returns, it has ended and holds nothing any more.
@safe
final class JoinedThread: @unchecked Sendable {
    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) throws(BackfillError) {
        // Sound: the context is retained for the thread, which takes it over.
        let context = unsafe Unmanaged.passRetained(ThreadBody(body))
        let code = unsafe pthread_create(&thread, nil, runThreadBody, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            throw .inputOutput(path: "a thread", operation: "starting", message: "error \(code)")
        }
    }

    func join() { pthread_join(thread, nil) }
}

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
