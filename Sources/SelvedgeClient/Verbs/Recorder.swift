internal import Synchronization
package import Wire

/// Records batches for a caller that has something to do between them; see ``SelvedgeClient/recordAll(_:window:acknowledged:)``.
/// Its acknowledgements name every observation. Used by one task at a time.
package actor Recorder {
    private let run: RecordRun
    private let inbox: Inbox

    /// - Parameter window: most batches kept for being sent again.
    package init(_ client: SelvedgeClient, window: Int = 16) {
        let inbox = Inbox()
        self.inbox = inbox
        run = RecordRun(client, window: window, outcomes: true) { inbox.add($0) }
    }

    /// Sends a batch of 1 to 1,000; suspends while the window is full.
    package func add(_ batch: [SelvedgeObservation]) async throws(SelvedgeError) { try await run.add(batch) }

    /// Waits until all that was added is durable.
    package func settle() async throws(SelvedgeError) { try await run.settle() }

    /// The same, and ends the stream.
    package func finish() async throws(SelvedgeError) { _ = try await run.finish() }

    /// The acknowledgements that came since this was last asked, in order: one for each batch.
    nonisolated package func acknowledgements() -> [SelvedgeRecordStreamResponse] { inbox.take() }

    private final class Inbox: Sendable {
        private let held = Mutex<[SelvedgeRecordStreamResponse]>([])

        func add(_ response: SelvedgeRecordStreamResponse) { held.withLock { $0.append(response) } }

        func take() -> [SelvedgeRecordStreamResponse] {
            held.withLock { held in
                defer { held = [] }
                return held
            }
        }
    }
}
