internal import NIOCore
internal import Synchronization
public import Wire

/// What became of all batches.
public struct RecordSummary: Hashable, Sendable {
    /// Batches that are durable: all that were given.
    public var batches: UInt64 = 0
    /// Observations that were accepted; one that was sent again is counted once.
    public var accepted: UInt64 = 0
    /// Observations that were refused, lost an identifier, or carried decisions.
    public var exceptions: UInt64 = 0
    /// Streams that were opened: 1 where nothing was lost.
    public var streams = 0
}

extension SelvedgeClient {
    /// Records batches of 1 to 1,000 observations, as fast as the server takes them, and returns when the last is durable.
    /// Where a connection is lost, or a stream reaches its deadline, the batches without acknowledgement are sent again on
    /// another, with the numbers that they had: nothing is lost, and what comes twice changes nothing.
    ///
    /// - Parameters:
    ///   - window: most batches kept for being sent again; reading waits while there are so many.
    ///   - acknowledged: called for each acknowledgement, in order.
    /// - Throws: what `batches` throws, and ``SelvedgeError`` where a batch is refused or ``ClientConfiguration/retry``
    ///   is exhausted without one acknowledgement.
    public func recordAll<Batches: AsyncSequence>(
        _ batches: Batches, window: Int = 64,
        acknowledged: @escaping @Sendable (SelvedgeRecordStreamResponse) -> Void = { _ in }
    ) async throws -> RecordSummary where Batches.Element == [SelvedgeObservation] {
        let run = RecordRun(self, window: max(1, window), acknowledged)
        var iterator = batches.makeAsyncIterator()
        while let batch = try await iterator.next(isolation: #isolation) { try await run.add(batch) }
        return try await run.finish()
    }

    /// The same of batches that are there.
    public func recordAll<Batches: Sequence>(
        _ batches: Batches, window: Int = 64,
        acknowledged: @escaping @Sendable (SelvedgeRecordStreamResponse) -> Void = { _ in }
    ) async throws(SelvedgeError) -> RecordSummary where Batches.Element == [SelvedgeObservation] {
        let run = RecordRun(self, window: max(1, window), acknowledged)
        for batch in batches { try await run.add(batch) }
        return try await run.finish()
    }
}

/// One run of ``SelvedgeClient/recordAll(_:window:acknowledged:)``, used by one task.
final class RecordRun {
    private struct Batch {
        let sequence: UInt64
        let bytes: [UInt8]
    }

    private let client: SelvedgeClient
    private let window: Int
    private let outcomes: Bool
    private let acknowledged: @Sendable (SelvedgeRecordStreamResponse) -> Void
    /// Without acknowledgement, in order.
    private var kept = CircularBuffer<Batch>()
    private var lastSequence: UInt64 = 0
    private var stream: RecordStream?
    private var retrying: Retrying
    private var summary = RecordSummary()
    /// Whether the stream has brought an acknowledgement.
    private var hasProgress = false

    /// - Parameter outcomes: whether acknowledgements name every observation.
    init(
        _ client: SelvedgeClient, window: Int, outcomes: Bool = false,
        _ acknowledged: @escaping @Sendable (SelvedgeRecordStreamResponse) -> Void
    ) {
        self.client = client
        self.window = window
        self.outcomes = outcomes
        self.acknowledged = acknowledged
        retrying = Self.patience(client)
    }

    private static func patience(_ client: SelvedgeClient) -> Retrying {
        Retrying(client.configuration.retry, isIdempotent: true, expires: .distantFuture)
    }

    func add(_ observations: [SelvedgeObservation]) async throws(SelvedgeError) {
        while kept.count >= window { try await collect() }
        lastSequence += 1
        let batch = Batch(
            sequence: lastSequence, bytes: try RecordStream.encode(lastSequence, observations, outcomes: outcomes))
        kept.append(batch)
        do throws(SelvedgeError) {
            // A stream that is opened here sends the batch with the others that are kept.
            if let stream { try await stream.send(encoded: batch.bytes) } else { _ = try await current() }
            while let response = try stream?.acknowledgementIfThere() { note(response) }
        } catch {
            try await recover(from: error)
        }
    }

    /// Waits until all is durable.
    func settle() async throws(SelvedgeError) {
        while !kept.isEmpty { try await collect() }
    }

    func finish() async throws(SelvedgeError) -> RecordSummary {
        try await settle()
        // All is durable: how the stream ends changes nothing.
        stream?.finish()
        do { while try await stream?.acknowledgement() != nil {} } catch {}
        return summary
    }

    /// Waits for one acknowledgement.
    private func collect() async throws(SelvedgeError) {
        do throws(SelvedgeError) {
            guard let response = try await current().acknowledgement() else {
                throw SelvedgeError.lost("the server ended the stream")
            }
            note(response)
        } catch {
            try await recover(from: error)
        }
    }

    private func note(_ response: SelvedgeRecordStreamResponse) {
        guard let first = kept.first, response.sequence >= first.sequence else { return }
        while let batch = kept.first, batch.sequence <= response.sequence {
            kept.removeFirst()
            summary.batches += 1
        }
        summary.accepted += UInt64(response.accepted)
        summary.exceptions += UInt64(response.exceptions.count)
        retrying = Self.patience(client)
        hasProgress = true
        acknowledged(response)
    }

    private func current() async throws(SelvedgeError) -> RecordStream {
        if let stream { return stream }
        let stream = try await client.recordStream()
        summary.streams += 1
        hasProgress = false
        self.stream = stream
        for batch in kept { try await stream.send(encoded: batch.bytes) }
        return stream
    }

    /// Leaves the stream that failed; the next step opens another. The deadline of a stream that went on is no failure.
    private func recover(from error: SelvedgeError) async throws(SelvedgeError) {
        stream?.cancel()
        stream = nil
        if error.status != .deadlineExceeded || !hasProgress { try await retrying.pause(after: error) }
    }
}
