internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Identity
internal import Service

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a store to other programs, until SIGTERM.",
        discussion: """
            Callers prove who they are by certificate or token, and a policy says what they may do: both are named in the \
            configuration. To try it on this machine alone: --insecure-loopback.

            When the server is ready it prints one line, where it listens; all else is logged on standard error. SIGTERM \
            and SIGINT drain it: what was acknowledged is durable. SIGHUP reads policy and certificates again. When the \
            store fails the exit code is 3.
            """)

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: ArgumentHelp("How to serve, in YAML.", valueName: "serve.yaml"))
    var config: String?

    @Flag(name: .long, help: "Do not ask callers who they are; listen on this machine's loopback only.")
    var insecureLoopback = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where: 127.0.0.1:7420 if not given, an address and port, or unix:/path.", valueName: "address")
    )
    var listen: String?

    @Option(name: .long, help: ArgumentHelp("The same for gRPC, 127.0.0.1:7421; or none.", valueName: "address"))
    var grpcListen: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The same for metrics and health, 127.0.0.1:7422; or none.", valueName: "address"))
    var httpListen: String?

    mutating func run() throws {
        signal(SIGHUP, SIG_IGN)
        let plan = try plan()
        let engine = try store.store.openForWriting("serve")
        let log = ServiceLog(LogSink(plan.log))
        defer { log.sink.flush() }
        let json = store.json
        do {
            try Bridge.wait {
                let server = try await Server(plan, engine: engine, log: log, tools: .ofProgram)
                try await server.run { doors in
                    // Where nobody reads the line, the server serves all the same.
                    try? Self.say(doors.map { ($0.door, $0.address.description) }, json)
                    try? Console.flush()
                }
            }
        } catch let failure as ServiceFailure {
            try end(failure, engine, log)
        } catch {
            engine.endCleanly()
            throw error
        }
    }

    private func plan() throws -> ServicePlan {
        var settings = ServiceConfiguration()
        if let config {
            guard let yaml = try? String(contentsOfFile: config, encoding: .utf8) else {
                throw Failure(.refusedInput, "\(config): cannot be read as UTF-8; check the path and its permissions")
            }
            let folder = URL(fileURLWithPath: config).deletingLastPathComponent().path
            settings = try ServiceConfiguration(yaml: yaml, file: config, folder: folder)
        }
        if let listen { try settings.set(.wire, to: listen) }
        if let grpcListen { try settings.set(.grpc, to: grpcListen) }
        if let httpListen { try settings.set(.http, to: httpListen) }
        return try ServicePlan(
            settings, insecureLoopback: insecureLoopback, processors: ProcessInfo.processInfo.activeProcessorCount)
    }

    private func end(_ failure: ServiceFailure, _ engine: Engine, _ log: ServiceLog) throws {
        guard case .store = failure else {
            engine.endCleanly()
            throw Failure(.refusedInput, failure.description)
        }
        log.sink.flush()
        Console.error("selvedge: \(failure)")
        // Without releasing the writer's lock, so that the next writer checks the store.
        Foundation.exit(ExitStatus.storeTrouble.rawValue)
    }

    private static func say(_ doors: [(name: String, address: String)], _ json: Bool) throws {
        if json { return try JSONLine.print(Dictionary(doors) { $1 }) }
        try Console.line("listening " + doors.map { "\($0.name)=\($0.address)" }.joined(separator: " "))
    }
}
