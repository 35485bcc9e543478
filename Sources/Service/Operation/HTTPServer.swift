internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization

/// Metrics and health over HTTP: `/metrics`, `/healthz`, `/readyz`; nothing about anybody.
///
/// On an event loop of its own, so that it can tell of the others. It is stopped last: while the server drains, `/readyz`
/// says so.
package final class HTTPServer: Transport {
    /// Most connections: for a few who look.
    private static let connections = 64

    private let address: ListenAddress
    private let log: ServiceLog
    private let probe: HealthProbe
    private let metrics: @Sendable () -> String
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let running = Mutex<(group: ServiceGroup, task: Task<Void, any Error>)?>(nil)

    /// - Parameter metrics: the text of `/metrics`; called on a thread that may block for some milliseconds.
    package init(
        at address: ListenAddress, probe: HealthProbe, log: ServiceLog, metrics: @escaping @Sendable () -> String
    ) {
        self.address = address
        self.probe = probe
        self.log = log
        self.metrics = metrics
    }

    package func start() async throws -> BoundAddress {
        let (stream, continuation) = AsyncThrowingStream<BoundAddress, any Error>.makeStream()
        let address = address
        let application = Application(
            router: router(),
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(30))),
            configuration: ApplicationConfiguration(
                address: address.bindAddress,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
            onServerRunning: { continuation.yield(address.bound(port: $0.localAddress?.port)) },
            eventLoopGroupProvider: .shared(group), logger: log.library("http"))
        let services = ServiceGroup(configuration: .init(services: [application], logger: log.library("http")))
        let task = Task {
            do {
                try await services.run()
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
                throw error
            }
        }
        running.withLock { $0 = (services, task) }
        for try await bound in stream { return bound }
        throw ServiceFailure.listening(door: "http", problem: "the server ended")
    }

    package func drain(within time: Duration) async {}

    package func stop() async {
        guard let (services, task) = running.withLock({ $0 }) else { return }
        running.withLock { $0 = nil }
        await services.triggerGracefulShutdown()
        let limit = Task {
            try await Task.sleep(for: .seconds(1))
            task.cancel()
        }
        _ = await task.result
        limit.cancel()
        try? await group.shutdownGracefully()
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        let (probe, metrics) = (probe, metrics)
        router.get("/metrics") { _, _ in
            Self.response(.ok, ExpositionText.contentType, metrics())
        }
        router.get("/healthz") { _, _ in Self.response(await probe.alive(), good: "alive") }
        router.get("/readyz") { _, _ in Self.response(await probe.ready(), good: "ready") }
        return router
    }

    private static func response(_ verdict: HealthVerdict, good: String) -> Response {
        let (code, body): (HTTPResponse.Status, String) =
            switch verdict {
            case .good: (.ok, "{\"status\":\"\(good)\"}")
            case .bad(let status, let reason):
                (
                    .serviceUnavailable,
                    "{\"status\":\(LogLine.quoted(status)),\"reason\":\(LogLine.quoted(reason))}"
                )
            }
        return response(code, "application/json", body + "\n")
    }

    private static func response(_ code: HTTPResponse.Status, _ type: String, _ body: String) -> Response {
        Response(
            status: code, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}

extension ListenAddress {
    fileprivate var bindAddress: BindAddress {
        switch self {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    /// With the port that the system chose where it was left to it.
    package func bound(port: Int?) -> BoundAddress {
        switch self {
        case .tcp(let host, let asked): BoundAddress(ListenAddress.tcp(host: host, port: port ?? asked).description)
        case .unix: BoundAddress(description)
        }
    }
}
