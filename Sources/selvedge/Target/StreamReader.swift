/// The messages of a stream, one after another, for a command that waits for each.
actor StreamReader<Messages: AsyncSequence & Sendable> where Messages.Element: Sendable {
    private var iterator: Messages.AsyncIterator

    init(_ messages: Messages) { iterator = messages.makeAsyncIterator() }

    func next() async throws -> Messages.Element? {
        // Out of the actor while it waits, as nobody else asks.
        var taken = iterator
        defer { iterator = taken }
        return try await taken.next(isolation: self)
    }
}
