internal import LMDB

/// Writes identifiers on a thread of its own, while others find their links.
final class EarlyIdentifiers {
    private let thread: JoinedThread
    private let failure: FailureBox
    private var hasEnded = false

    init(_ writer: IdentifierWriter) throws {
        let failure = FailureBox()
        thread = try JoinedThread {
            do { try writer.run() } catch { failure.keep(error) }
        }
        self.failure = failure
    }

    /// Waits until all are written.
    func end() throws {
        join()
        if let error = failure.first { throw error }
    }

    func join() {
        if !hasEnded { thread.join() }
        hasEnded = true
    }
}
