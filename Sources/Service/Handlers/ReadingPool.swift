internal import Glibc
internal import NIOPosix
internal import Synchronization
internal import Wire

/// Threads for reads that are too long for an event loop: explanations, scores, statistics, digests. Bounded: past the bound a
/// call is refused at once. Those that may take minutes, or wait for a caller who takes what they have found, have threads of
/// their own: nobody who asks for a score waits for a backup that nobody reads.
package final class ReadingPool: Sendable {
    private let short: Lane
    private let long: Lane

    /// Long reads at a time, and how many may wait for one of them.
    private static let longThreads = 4
    private static let longLimit = 32

    /// - Parameters:
    ///   - threads: for short reads.
    ///   - limit: short reads that may wait or run at a time.
    package init(threads: Int, limit: Int) {
        short = Lane(threads: threads, limit: limit)
        long = Lane(threads: Self.longThreads, limit: min(limit, Self.longLimit))
    }

    /// Runs a blocking read on a thread of the pool.
    ///
    /// - Throws: `reader_busy`; or what the read throws, as a caller is told of it.
    package func read<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws(CallError) -> Value
    {
        try await short.run(body)
    }

    /// The same for what reads all of the store, or puts pieces into a stream.
    package func readLong<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(CallError) -> Value {
        try await long.run(body)
    }

    package func stop() async {
        await short.stop()
        await long.stop()
    }
}

private final class Lane: Sendable {
    private let pool: NIOThreadPool
    private let limit: Int
    private let pending = Atomic<Int>(0)

    init(threads: Int, limit: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        self.limit = limit
        pool.start()
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws(CallError) -> Value {
        guard pending.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            pending.wrappingSubtract(1, ordering: .relaxed)
            throw CallError(
                .readerBusy, "more than \(limit) long reads wait; send again later", limit: limit, retryAfter: 200)
        }
        defer { pending.wrappingSubtract(1, ordering: .relaxed) }
        do {
            return try await pool.runIfActive(body)
        } catch {
            throw CallError(store: error)
        }
    }

    func stop() async { try? await pool.shutdownGracefully() }
}
