import Engine
import Foundation
import GRPCNIOTransportHTTP2Posix
import GraphStore
import Identity
import NIOCore
import NIOPosix
import SelvedgeClient
import Service
import TestSupport
import Wire

/// A server in this process, on ports of the system's choice, over a store of its own. It ends with the test.
final class TestServer: Sendable {
    struct Setup: Sendable {
        /// Nil: nobody is asked who they are.
        var policy: String?
        /// Nil: in the clear.
        var tls: TLSFiles?
        var start = TokenForge.now
        var limits = ServiceLimits()
        /// Of erasures; nil: they end deleted.
        var tools: ErasureTools?
        var log = ServiceLog(LogSink(LogSettings(), output: { _ in }))
        var configuration: Configuration = {
            // Many servers run beside each other, and a TiB of address space for each is more than there is.
            let yaml = "limits: {map_bytes: 1073741824}"
            guard let small = try? Configuration(yaml: yaml, file: "test") else {
                preconditionFailure("the configuration of a test cannot be read")
            }
            return small
        }()
    }

    let directory: TemporaryDirectory
    let store: TemporaryStore
    let authority: Authority
    let clock: MovingClock
    let metrics: ServiceMetrics
    private let setup: Setup
    private let group: MultiThreadedEventLoopGroup
    private let writer: WriterQueue
    private let readers: ReadingPool
    private let erasures: ErasureWorker
    private let wire: WireTransport
    private let grpc: GRPCTransport
    /// What gRPC shows; nil: in the clear.
    private let certificates: ReloadedCertificates?
    private let ports: [DoorKind: Int]

    var engine: Engine { store.engine }

    private init(_ setup: Setup, in directory: TemporaryDirectory) async throws {
        self.setup = setup
        self.directory = directory
        let clock = MovingClock(setup.start)
        self.clock = clock
        store = try TemporaryStore(setup.configuration)
        var policy = Policy.insecureLoopback
        if let text = setup.policy { policy = try await Self.policy(text, in: directory) }
        authority = Authority(policy: policy) { clock.now }
        writer = try WriterQueue(engine: store.engine, limit: setup.limits.pendingObservations) { _ in }
        readers = ReadingPool(threads: 2, limit: setup.limits.pendingReads)
        erasures = ErasureWorker(engine: store.engine, turn: writer.turn, tools: setup.tools)
        erasures.start()
        group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let metrics = ServiceMetrics(purposes: store.engine.store.configuration.purposeNames)
        self.metrics = metrics
        let handlers = try Handlers(
            engine: store.engine, authority: authority, limits: setup.limits, writer: writer, readers: readers,
            metrics: metrics, clock: { clock.now }, erasures: erasures)
        let insecure = setup.policy == nil ? Principal.insecure : nil
        let server = WireServer(
            handlers, metrics: metrics, log: setup.log, insecure: insecure, isServing: { true })
        wire = WireTransport(
            server, at: .tcp(host: "127.0.0.1", port: 0), group: group, tls: try setup.tls?.wireContext())
        var security = HTTP2ServerTransport.Posix.TransportSecurity.plaintext
        certificates = try setup.tls.map { try ReloadedCertificates($0) }
        if let tls = setup.tls, let certificates { security = tls.grpcSecurity(certificates) }
        grpc = GRPCTransport(
            handlers, metrics: metrics, at: .ipv4(host: "127.0.0.1", port: 0), security: security, insecure: insecure,
            isServing: { true })
        ports = [.wire: try Self.port(await wire.start()), .grpc: try Self.port(await grpc.start())]
    }

    private static func port(_ address: BoundAddress) throws -> Int {
        guard let text = address.description.split(separator: ":").last, let port = Int(text) else {
            throw CocoaError(.formatting)
        }
        return port
    }

    /// The policy's text with the forge's keys beside it.
    private static func policy(_ text: String, in directory: TemporaryDirectory) async throws -> Policy {
        let keys = try await TokenForge.shared.value.keySet
        try keys.write(toFile: directory.path + "/jwks.json", atomically: false, encoding: .utf8)
        return try await Policy(yaml: text, file: directory.path + "/policy.yaml")
    }

    /// Runs a server for as long as the body runs; then the store is checked.
    static func with<Value>(
        _ setup: Setup = Setup(), in directory: TemporaryDirectory? = nil,
        _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        let server = try await TestServer(setup, in: directory ?? TemporaryDirectory())
        do {
            let value = try await body(server)
            try await server.stop()
            try checkIntegrity(server.engine)
            return value
        } catch {
            try await server.stop()
            throw error
        }
    }

    private func stop() async throws {
        await wire.stop()
        await grpc.stop()
        erasures.stop()
        writer.stop()
        await readers.stop()
        try await group.shutdownGracefully()
    }

    /// Calls that begin after this are judged by another policy.
    func reload(_ text: String) async throws { authority.reload(try await Self.policy(text, in: directory)) }

    /// New connections are shown other certificates.
    func reload(_ tls: TLSFiles) throws {
        wire.reload(tls: try tls.wireContext())
        try certificates?.reload(tls)
    }

    /// A request for erasure by somebody who is not at a door.
    func request(_ key: SelvedgeKeyResponse, _ act: PrivacyAct) throws -> UInt64 {
        let words = [key.key.prefix(8), key.key.suffix(8)].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let namespace = engine.store.configuration.namespaceIndex(named: key.namespace) ?? 0
        let subject = KeyedIdentifier(namespace: namespace, key: IdentityKey(high: words[0], low: words[1]))
        let engine = engine
        return try writer.turn { try engine.requestErasure(of: .key(subject), act).number }
    }

    // MARK: Doors

    func port(_ kind: DoorKind) -> Int { ports[kind] ?? 0 }

    func counted(_ kind: DoorKind) -> ConnectionMetrics { metrics[kind == .wire ? .wire : .grpc] }

    /// How somebody calls.
    struct Credentials: Sendable {
        /// On the wire in HELLO, over gRPC as `Bearer`.
        var token: String?
        /// PEM files of a client's certificate and its key.
        var certificate: (file: String, key: String)?
        /// Whom the caller trusts, PEM.
        var authority: String?
    }

    func door(_ kind: DoorKind, _ credentials: Credentials = Credentials()) throws -> any Door {
        let port = port(kind)
        switch kind {
        case .wire:
            var options = TLSOptions()
            options.authorityFile = credentials.authority
            options.certificateFile = credentials.certificate?.file
            options.keyFile = credentials.certificate?.key
            let scheme = setup.tls == nil ? "tcp" : "tls"
            return try WireDoor("\(scheme)://127.0.0.1:\(port)", tls: options, token: credentials.token ?? "")
        case .grpc:
            return try GRPCDoor(
                port: port, security: security(credentials),
                authorization: credentials.token.map { ["Bearer \($0)"] } ?? [])
        }
    }

    private func security(_ credentials: Credentials) -> HTTP2ClientTransport.Posix.TransportSecurity {
        guard setup.tls != nil else { return .plaintext }
        return .tls(
            .defaults { config in
                // The address has no name to verify; the chain is.
                config.serverCertificateVerification = .noHostnameVerification
                if let authority = credentials.authority {
                    config.trustRoots = .certificates([.file(path: authority, format: .pem)])
                }
                guard let certificate = credentials.certificate else { return }
                config.certificateChain = [.file(path: certificate.file, format: .pem)]
                config.privateKey = .file(path: certificate.key, format: .pem)
            })
    }

    /// One call by a door of its own.
    func ask(
        _ kind: DoorKind, _ method: Wire.Method, _ message: [UInt8] = [], _ credentials: Credentials = Credentials()
    ) async throws -> Reply {
        let door = try door(kind, credentials)
        let reply = await door.ask(method, message)
        await door.close()
        return reply
    }
}
