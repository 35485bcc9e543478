import Engine
import Foundation
import GraphStore
import Identity
import Service
import TestSupport

/// The handlers over a small store of their own, and a server of the wire protocol for each input: what an input leaves
/// behind is then its own.
final class FuzzServer: Sendable {
    private static let configuration = """
        purposes:
          ads: {legal_basis: consent}
          news: {legal_basis: consent, max_age: never, defaults: {GDPR: granted}}
          service: {legal_basis: contract, max_age: never}

        """

    let handlers: Handlers
    private let metrics: ServiceMetrics
    private let writer: WriterQueue
    private let readers: ReadingPool
    private let store: TemporaryDirectory
    private let engine: Engine

    static let limits: ServiceLimits = {
        var limits = ServiceLimits()
        limits.streamDeadline = .seconds(1)
        return limits
    }()

    init() throws {
        store = try TemporaryDirectory()
        engine = try Self.engine(at: store.path + "/store")
        let authority = Authority(policy: .insecureLoopback, clock: { Self.now })
        writer = try WriterQueue(engine: engine, limit: Self.limits.pendingObservations, onFailure: { _ in })
        readers = ReadingPool(threads: 1, limit: Self.limits.pendingReads)
        metrics = ServiceMetrics(purposes: engine.store.configuration.purposeNames)
        handlers = try Handlers(
            engine: engine, authority: authority, limits: Self.limits, writer: writer, readers: readers,
            metrics: metrics, clock: { Self.now },
            // The check itself is tested elsewhere, and costs more than a thousand inputs.
            inspect: { IntegrityReport() })
    }

    private static func engine(at path: String) throws -> Engine {
        let configuration = try Configuration(yaml: Self.configuration, file: "fuzz.yaml")
        return try TemporaryStore.engine(at: path, configuration)
    }

    private static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    /// For one input.
    func wire() -> WireServer {
        let log = ServiceLog(LogSink(LogSettings(), output: { _ in }))
        return WireServer(handlers, metrics: metrics, log: log, insecure: .insecure, isServing: { true })
    }

    /// Afterwards: the store is whole.
    func end() async throws {
        writer.stop()
        await readers.stop()
        try checkIntegrity(engine)
    }
}
