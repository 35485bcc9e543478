internal import NIOCore
internal import SwiftProtobuf
public import Wire

/// The changes of profiles, one by one. Where it follows, a stream that ends is opened again behind the last entry.
public struct Watch: AsyncSequence, Sendable {
    public typealias Element = SelvedgeWatchResponse.Entry
    public typealias Failure = SelvedgeError

    let client: SelvedgeClient
    let request: SelvedgeWatchRequest

    public func makeAsyncIterator() -> Iterator { Iterator(client: client, request: request) }

    public struct Iterator: AsyncIteratorProtocol {
        private let client: SelvedgeClient
        private var request: SelvedgeWatchRequest
        private var entries: ArraySlice<SelvedgeWatchResponse.Entry> = []
        private var messages: MessageSequence<SelvedgeWatchResponse>.Iterator
        private var retrying: Retrying
        private var isOver = false

        init(client: SelvedgeClient, request: SelvedgeWatchRequest) {
            self.client = client
            self.request = request
            messages = client.stream(.watch, request).makeAsyncIterator()
            retrying = Self.patience(client)
        }

        private static func patience(_ client: SelvedgeClient) -> Retrying {
            Retrying(client.configuration.retry, isIdempotent: true, expires: .distantFuture)
        }

        /// Where to go on: the first number that this iteration has not seen.
        public var position: UInt64 { entries.first?.sequence ?? request.from }

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(SelvedgeError) -> SelvedgeWatchResponse.Entry? {
            while !isOver {
                if let entry = entries.popFirst() { return entry }
                do throws(SelvedgeError) {
                    guard let response = try await messages.next(isolation: actor) else { break }
                    take(response)
                } catch {
                    guard request.follow, mayGoOn(after: error) else { throw error }
                    try await rest(after: error)
                    messages = client.stream(.watch, request).makeAsyncIterator()
                }
            }
            isOver = true
            return nil
        }

        /// The deadline of a stream is no failure of one that follows; it waits all the same, lest it ask without end.
        private mutating func rest(after error: SelvedgeError) async throws(SelvedgeError) {
            guard error.status == .deadlineExceeded else { return try await retrying.pause(after: error) }
            do { try await Task.sleep(for: client.configuration.retry.base) } catch { throw .cancelled }
        }

        private mutating func take(_ response: SelvedgeWatchResponse) {
            entries = response.entries[...]
            request.from = Swift.max(response.next, response.entries.last.map { $0.sequence + 1 } ?? 0, request.from)
            retrying = Self.patience(client)
            guard request.limit > 0 else { return }
            let count = UInt64(response.entries.count)
            if count >= request.limit { request.follow = false }
            request.limit = Swift.max(1, request.limit - Swift.min(count, request.limit))
        }

        private func mayGoOn(after error: SelvedgeError) -> Bool {
            switch error.status {
            case .deadlineExceeded, .unavailable, .resourceExhausted: true
            case .unauthenticated: error.code == ErrorCode.credentialsExpired.rawValue
            default: false
            }
        }
    }
}
