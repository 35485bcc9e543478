internal import Glibc
internal import NIOPosix
internal import Synchronization
internal import Wire

/// Threads for reads that are too long for an event loop: explanations, statistics, digests. Bounded: past the bound a call is
/// refused at once.
package final class ReadingPool: Sendable {
    private let pool: NIOThreadPool
    private let limit: Int
    private let pending = Atomic<Int>(0)

    /// - Parameter limit: reads that may wait or run at a time.
    package init(threads: Int, limit: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        self.limit = limit
        pool.start()
    }

    /// Runs a blocking read on a thread of the pool.
    ///
    /// - Throws: `reader_busy`; or what the read throws, as a caller is told of it.
    package func read<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws(CallError) -> Value
    {
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

    package func stop() async { try? await pool.shutdownGracefully() }
}
