package import Engine
internal import Foundation
internal import GRPCNIOTransportHTTP2Posix
internal import GraphStore
internal import Identity
internal import LMDB
internal import NIOPosix
internal import ServiceLifecycle
internal import UnixSignals

/// A server, put together from its parts after a plan.
package struct Server: Sendable {
    package let readiness: Readiness
    package let metrics: ServiceMetrics
    package let log: ServiceLog
    private let engine: Engine
    private let plan: ServicePlan
    private let writer: WriterQueue
    private let readers: ReadingPool
    private let erasures: ErasureWorker
    private let loops: MultiThreadedEventLoopGroup
    private let doors: [SelvedgeService.Door]
    private let files: [ReloadableFile]

    /// - Parameters:
    ///   - engine: opened for writing; the server alone applies to it.
    ///   - log: where the server says what it does.
    ///   - tools: how erasures are searched for and certified; nil: they end deleted.
    /// - Throws: `ConfigurationError` where a file that the plan names cannot be used.
    package init(
        _ plan: ServicePlan, engine: Engine, log: ServiceLog, tools: ErasureTools? = nil
    ) async throws {
        self.plan = plan
        self.engine = engine
        self.log = log
        let readiness = Readiness()
        let metrics = ServiceMetrics(purposes: engine.store.configuration.purposeNames)
        (self.readiness, self.metrics) = (readiness, metrics)
        writer = try WriterQueue(
            engine: engine, limit: plan.limits.pendingObservations,
            observer: { group in
                metrics.writer.committed(group)
                if group.error == nil { readiness.committed(trouble: nil) }
                if let error = group.error as? LMDBError { readiness.committed(trouble: error.description) }
            },
            onFailure: { readiness.fail($0) })
        readers = ReadingPool(threads: max(1, plan.threads), limit: plan.limits.pendingReads)
        erasures = ErasureWorker(engine: engine, turn: writer.turn, tools: tools, log: log)
        loops = MultiThreadedEventLoopGroup(numberOfThreads: plan.threads)
        var files: [ReloadableFile] = []
        let authority = try await Self.authority(plan, engine, &files)
        let handlers = try Handlers(
            engine: engine, authority: authority, limits: plan.limits, writer: writer, readers: readers,
            metrics: metrics, clock: { Self.now }, erasures: erasures)
        let wire = WireServer(
            handlers, metrics: metrics, log: log, insecure: plan.insecurePrincipal,
            isServing: { readiness.isReady })
        doors = try [
            Self.door(wire, plan, loops, &files), Self.door(handlers, metrics, plan, readiness, &files),
        ].compactMap { $0 }
        self.files = files
    }

    private static func authority(
        _ plan: ServicePlan, _ engine: Engine, _ files: inout [ReloadableFile]
    ) async throws -> Authority {
        guard case .policy(let path) = plan.access else {
            return Authority(policy: .insecureLoopback, clock: { now })
        }
        let configuration = engine.store.configuration
        let policy = try await Policy.load(file: path, against: configuration)
        let authority = Authority(policy: policy, clock: { now })
        files.append(
            ReloadableFile(path: path) {
                authority.reload(try await Policy.load(file: path, against: configuration))
            })
        return authority
    }

    private static func door(
        _ server: WireServer, _ plan: ServicePlan, _ loops: MultiThreadedEventLoopGroup,
        _ files: inout [ReloadableFile]
    ) throws -> SelvedgeService.Door? {
        let tls = plan.wire.isUnix ? nil : plan.tls
        let transport = WireTransport(server, at: plan.wire.wireAddress, group: loops, tls: try tls?.wireContext())
        if let tls {
            files.append(
                ReloadableFile(path: tls.certificate) { transport.reload(tls: try tls.wireContext()) })
        }
        return SelvedgeService.Door("wire", transport)
    }

    private static func door(
        _ handlers: Handlers, _ metrics: ServiceMetrics, _ plan: ServicePlan, _ readiness: Readiness,
        _ files: inout [ReloadableFile]
    ) throws -> SelvedgeService.Door? {
        guard let address = plan.grpc else { return nil }
        var security = HTTP2ServerTransport.Posix.TransportSecurity.plaintext
        if let tls = plan.tls, !address.isUnix {
            let certificates = try ReloadedCertificates(tls)
            security = tls.grpcSecurity(certificates)
            files.append(ReloadableFile(path: tls.certificate) { try certificates.reload(tls) })
        }
        let transport = GRPCTransport(
            handlers, metrics: metrics, at: address.grpcAddress, security: security, insecure: plan.insecurePrincipal,
            isServing: { readiness.isReady })
        return SelvedgeService.Door("grpc", transport)
    }

    private static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    // MARK: Running

    /// Runs until SIGTERM or SIGINT, or until the store fails.
    ///
    /// - Parameter onListening: gets where the server listens, once it is ready.
    /// - Throws: `ServiceFailure`.
    package func run(onListening: @escaping SelvedgeService.Listening) async throws {
        if plan.access == .insecureLoopback {
            // As an error, so that no level hides it.
            log.error(
                "INSECURE: started with --insecure-loopback: whoever reaches this machine's loopback may do everything")
        }
        let statistics = StatisticsPass(engine, metrics: metrics.store, log: log)
        statistics.start()
        erasures.start()
        defer { statistics.stop() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [service(onListening)] + tasks, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: log.library("lifecycle")))
        try await group.run()
        await readers.stop()
        engine.endCleanly()
    }

    private func service(_ onListening: @escaping SelvedgeService.Listening) -> any Service {
        SelvedgeService(
            doors: doors, http: http.map { SelvedgeService.Door("http", $0) }, readiness: readiness,
            drain: plan.limits.drain, log: log, onListening: onListening,
            onEnd: {
                erasures.stop()
                writer.stop()
            })
    }

    private var http: HTTPServer? {
        plan.http.map { address in
            let probe = HealthProbe(readiness, engine: engine, loops: loops)
            return HTTPServer(at: address, probe: probe, log: log) {
                metrics.writer.waiting(observations: writer.pending)
                return metrics.exposition(engine: engine, isReady: readiness.isReady)
            }
        }
    }

    /// What is done beside answering.
    private var tasks: [any Service] {
        [
            Reloader(files, log: log, metrics: metrics),
            PeriodicTask(name: "decoys", log: log, interval: plan.decoyRefresh, startsAtOnce: true) {
                _ = try await readers.readLong { try engine.refreshDecoys() }
            },
            PeriodicTask(name: "backup keys", log: log, interval: .seconds(3_600), startsAtOnce: true) {
                _ = try await readers.read { try engine.backupKeys()?.expire(at: Self.now) }
            },
            PeriodicTask(name: "sweep", log: log, interval: plan.sweepInterval) { try await sweep() },
            // After want of room, whether there is some again is only told by writing.
            PeriodicTask(name: "retry", log: log, interval: .seconds(5)) {
                if readiness.trouble != nil { try await sweep() }
            },
        ]
    }

    private func sweep() async throws {
        let clock = try await readers.read { try engine.state().clock }
        _ = try await writer.apply(.sweep(max(Self.now, clock)))
    }
}

extension ServicePlan {
    fileprivate var insecurePrincipal: Principal? {
        access == .insecureLoopback ? Principal(name: "insecure-loopback", kind: .insecure, expires: nil) : nil
    }
}

extension ListenAddress {
    fileprivate var grpcAddress: GRPCNIOTransportHTTP2Posix.SocketAddress {
        switch self {
        case .tcp(let host, let port) where host.contains(":"): .ipv6(host: host, port: port)
        case .tcp(let host, let port): .ipv4(host: host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    fileprivate var wireAddress: WireTransport.Address {
        switch self {
        case .tcp(let host, let port): .tcp(host: host, port: port)
        case .unix(let path): .unix(path: path)
        }
    }
}
