internal import NIOCore
internal import SwiftProtobuf
internal import Synchronization
public import Wire

/// Batches of observations on their way, and the acknowledgements that come back. Any task may send; one reads.
///
/// Forgetting it gives the call up.
public final class RecordStream: Sendable {
    private let call: CallStream
    private let sequence = Mutex<UInt64>(0)

    init(_ call: CallStream) { self.call = call }

    deinit { call.cancel() }

    /// Sends a batch of 1 to 1,000; suspends while the server has no room for it.
    ///
    /// - Returns: its number, ascending from 1, which its acknowledgement names.
    @discardableResult
    public func send(_ observations: [SelvedgeObservation]) async throws(SelvedgeError) -> UInt64 {
        let sent = Mutex<UInt64>(0)
        try await call.send { () throws(SelvedgeError) in
            let number = sequence.withLock { last in
                last += 1
                return last
            }
            sent.withLock { $0 = number }
            return try RecordStream.encode(number, observations)
        }
        return sent.withLock { $0 }
    }

    static func encode(
        _ sequence: UInt64, _ observations: [SelvedgeObservation], outcomes: Bool = false
    ) throws(SelvedgeError) -> [UInt8] {
        try SelvedgeRecordStreamRequest.with {
            ($0.sequence, $0.observations, $0.outcomes) = (sequence, observations, outcomes)
        }.wireBytes()
    }

    /// An encoded batch, by its own number.
    func send(encoded batch: [UInt8]) async throws(SelvedgeError) { try await call.send(batch) }

    /// Says that no batch follows: the acknowledgements end with the last.
    public func finish() { call.finish() }

    /// Gives the call up. What was sent may be recorded all the same.
    public func cancel() { call.cancel() }

    /// The next acknowledgement: its batch and all before it are durable. Nil: the stream has ended.
    public func acknowledgement() async throws(SelvedgeError) -> SelvedgeRecordStreamResponse? {
        guard let message = try await call.next() else { return nil }
        return try SelvedgeRecordStreamResponse(wireBytes: message)
    }

    /// One that has arrived already; it never waits.
    func acknowledgementIfThere() throws(SelvedgeError) -> SelvedgeRecordStreamResponse? {
        guard let message = call.nextIfThere() else { return nil }
        return try SelvedgeRecordStreamResponse(wireBytes: message)
    }

    /// They can be read once.
    public var acknowledgements: Acknowledgements { Acknowledgements(stream: self) }

    public struct Acknowledgements: AsyncSequence, AsyncIteratorProtocol, Sendable {
        public typealias Element = SelvedgeRecordStreamResponse
        public typealias Failure = SelvedgeError

        let stream: RecordStream

        public func makeAsyncIterator() -> Self { self }

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(SelvedgeError) -> SelvedgeRecordStreamResponse? {
            try await stream.acknowledgement()
        }
    }
}
