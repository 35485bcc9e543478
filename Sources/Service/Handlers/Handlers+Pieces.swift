internal import SwiftProtobuf
internal import Wire

/// Streams whose messages come from a thread that blocks.
extension Handlers {
    /// Messages that may wait for a caller who reads slowly.
    private static let window = 4

    /// Sends each piece as a message while the next is made, and returns what making them came to. Once the caller has gone no
    /// more pieces are taken.
    ///
    /// - Parameters:
    ///   - limit: pieces that may wait.
    ///   - make: puts pieces; the queue is closed when it returns.
    func pump<Piece: Sendable, Value: Sendable>(
        _ stream: MessageStream, limit: Int = window, _ message: @Sendable (Piece) -> some SwiftProtobuf.Message,
        from make: @escaping @Sendable (PieceQueue<Piece>) async throws(CallError) -> Value
    ) async throws(CallError) -> Value {
        let pieces = PieceQueue<Piece>(limit: limit)
        async let making: Result<Value, CallError> = outcome { () async throws(CallError) in
            defer { pieces.close() }
            return try await make(pieces)
        }
        let sending = await outcome { () async throws(CallError) in
            while let piece = await pieces.next() { try await self.send(message(piece), stream) }
        }
        if case .failure = sending { pieces.giveUp() }
        let made = await making
        try sending.get()
        return try made.get()
    }

    private func outcome<Value: Sendable>(
        _ body: () async throws(CallError) -> Value
    ) async -> Result<Value, CallError> {
        do throws(CallError) { return .success(try await body()) } catch { return .failure(error) }
    }
}
