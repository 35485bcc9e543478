internal import ServiceLifecycle

/// Something that is done now and then for as long as the server runs. When it fails, that is logged, and it is tried again
/// next time.
struct PeriodicTask: Service, CustomStringConvertible {
    let name: StaticString
    let log: ServiceLog
    let interval: Duration
    /// Whether it is done at the start too.
    var startsAtOnce = false
    let body: @Sendable () async throws -> Void

    var description: String { "\(name)" }

    func run() async throws {
        // Ends by cancellation when the server is to stop; a body that has begun ends by itself.
        await cancelWhenGracefulShutdown {
            if startsAtOnce { await once() }
            while !Task.isCancelled {
                do { try await Task.sleep(for: interval) } catch { return }
                await once()
            }
        }
    }

    private func once() async {
        do {
            try await body()
        } catch {
            log.warning("a periodic task failed", .word("task", name), .problem(error))
        }
    }
}
