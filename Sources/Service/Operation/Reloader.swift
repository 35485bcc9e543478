internal import Dispatch
internal import Foundation
internal import ServiceLifecycle

/// A file that may change while the server runs.
package struct ReloadableFile: Sendable {
    package let path: String
    /// Reads it and puts it in force; where it throws, what was in force stays.
    package let reload: @Sendable () async throws -> Void

    package init(path: String, reload: @escaping @Sendable () async throws -> Void) {
        self.path = path
        self.reload = reload
    }
}

/// SIGHUP: every file is read again. One that is bad is logged, and what it was before stays in force.
package final class Reloader: Service {
    private let files: [ReloadableFile]
    private let log: ServiceLog
    private let metrics: ServiceMetrics
    private let queue = DispatchQueue(label: "selvedge.reload")

    package init(_ files: [ReloadableFile], log: ServiceLog, metrics: ServiceMetrics) {
        self.files = files
        self.log = log
        self.metrics = metrics
    }

    package func run() async throws {
        signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: queue)
        // One after another: a signal that comes while files are read has them read once more.
        let (signals, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        source.setEventHandler { continuation.yield() }
        source.resume()
        defer { source.cancel() }
        for await _ in signals.cancelOnGracefulShutdown() { await reload() }
    }

    /// Reads every file again.
    package func reload() async {
        for file in files {
            do {
                try await file.reload()
                metrics.reloaded(isInForce: true)
                log.info("a file was read again and is in force", .file(file.path))
            } catch {
                metrics.reloaded(isInForce: false)
                log.error(
                    "a file could not be taken; what was in force before stays", .file(file.path), .problem(error))
            }
        }
    }
}
