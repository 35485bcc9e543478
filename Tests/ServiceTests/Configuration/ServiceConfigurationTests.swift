import Identity
import Service
import Testing

@Suite("serve.yaml") struct ServiceConfigurationTests {
    private func read(_ yaml: String) throws -> ServiceConfiguration {
        try ServiceConfiguration(yaml: yaml, file: "serve.yaml", folder: "/etc/selvedge")
    }

    private func plan(_ yaml: String, insecure: Bool = false) throws -> ServicePlan {
        try ServicePlan(try read(yaml), insecureLoopback: insecure, processors: 3)
    }

    @Test func anEmptyFileIsTheDefault() throws {
        let plan = try plan("# nothing\n", insecure: true)
        #expect("\(plan.wire)" == "127.0.0.1:7420")
        #expect(plan.grpc.map { "\($0)" } == "127.0.0.1:7421")
        #expect(plan.http.map { "\($0)" } == "127.0.0.1:7422")
        #expect(plan.limits == ServiceLimits())
        #expect(plan.threads == 3)
        #expect(plan.access == .insecureLoopback)
    }

    @Test func everyFieldIsRead() throws {
        let plan = try plan(
            """
            listen: "0.0.0.0:7500"
            grpc_listen: none
            http_listen: unix:/run/selvedge/http.sock
            tls: {certificate: server.pem, key: /keys/server.key, client_ca: ca.pem}
            policy: policy.yaml
            threads: 7
            decoy_refresh: 90s
            sweep_interval: 2h
            log: {level: warning, format: text}
            limits:
              max_frame_bytes: 2 MiB
              batch: 500
              identifiers: 8
              streams: 64
              connections: 2_000
              handshake: 250ms
              idle: 1m
              write_stall: 10s
              unary_deadline: 2s
              stream_deadline: 20m
              drain: 0s
              pending_observations: 20_000
              pending_reads: 16
              outbound_bytes: 512 KiB
              control_frames: 50
            """)
        #expect(plan.wire == .tcp(host: "0.0.0.0", port: 7_500))
        #expect(plan.grpc == nil)
        #expect(plan.http == .unix(path: "/run/selvedge/http.sock"))
        #expect(plan.tls?.certificate == "/etc/selvedge/server.pem")
        #expect(plan.tls?.key == "/keys/server.key")
        #expect(plan.tls?.clientCA == "/etc/selvedge/ca.pem")
        #expect(plan.access == .policy(path: "/etc/selvedge/policy.yaml"))
        #expect(plan.threads == 7)
        #expect(plan.decoyRefresh == .seconds(90))
        #expect(plan.sweepInterval == .seconds(7_200))
        #expect(plan.log.level == .warning && plan.log.format == .text)
        var limits = ServiceLimits()
        limits.maxFrameBytes = 2_097_152
        limits.batch = 500
        limits.identifiers = 8
        limits.streams = 64
        limits.connections = 2_000
        limits.handshake = .milliseconds(250)
        limits.idle = .seconds(60)
        limits.writeStall = .seconds(10)
        limits.unaryDeadline = .seconds(2)
        limits.streamDeadline = .seconds(1_200)
        limits.drain = .zero
        limits.pendingObservations = 20_000
        limits.pendingReads = 16
        limits.outboundBytes = 524_288
        limits.controlFrames = 50
        #expect(plan.limits == limits)
    }

    private static let wrong: [(String, Int, Int, String)] = [
        ("liste: 127.0.0.1:1", 1, 1, "unknown key; the keys here are decoy_refresh, grpc_listen"),
        ("listen: 127.0.0.1", 1, 9, "is not an IP address and a port"),
        ("listen: shop.example:7420", 1, 9, "is not an IP address and a port"),
        ("listen: ::1:7420", 1, 9, "is not an IP address and a port"),
        ("listen: unix:run.sock", 1, 9, "is not an IP address and a port"),
        ("listen: none", 1, 9, "is not an IP address and a port"),
        ("listen: 127.0.0.1:70000", 1, 9, "is not an IP address and a port"),
        ("threads: 0", 1, 10, "is not a whole number in 1...256"),
        ("limits:\n  streams: many", 2, 12, "is not a whole number in 1...10000"),
        ("limits:\n  idle: 5", 2, 9, "is not a time of 1s to 24h"),
        ("limits:\n  idle: 25h", 2, 9, "is not a time of 1s to 24h"),
        ("limits:\n  idle: -5s", 2, 9, "is not a time of 1s to 24h"),
        ("limits:\n  max_frame_bytes: 1 GiB", 2, 20, "is not a number of bytes in 65536...67108864"),
        ("limits:\n  max_frame_bytes: 9999999999999999999 MiB", 2, 20, "is not a number of bytes"),
        ("limits: {batch: 10_000, max_frame_bytes: 64 KiB}", 1, 9, "has no room for a batch"),
        ("limits:\n  max_frames: 1", 2, 3, "unknown key"),
        ("tls: {certificate: a.pem}", 1, 6, "takes both certificate and key"),
        ("tls:\n  certificate: ''\n  key: k", 2, 16, "must be the path of a file"),
        ("log: {level: loud}", 1, 14, "is not one of debug, info, warning, error"),
        ("policy: [a]", 1, 9, "expected one value"),
        ("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2", 1, 1, "given more than once"),
        ("a: b: c", 1, 5, "not YAML"),
    ]

    @Test(arguments: wrong) func anErrorSaysWhereAndWhatToDo(yaml: String, line: Int, column: Int, text: String) throws
    {
        let error = try #require(throws: ConfigurationError.self) { try read(yaml) }
        #expect((error.line, error.column) == (line, column), "\(error)")
        #expect("\(error)".hasPrefix("serve.yaml:\(line):\(column): "))
        #expect("\(error)".contains(text), "\(error)")
    }

    private static let refused: [(String, Bool, String)] = [
        ("", false, "Write `policy: policy.yaml` into serve.yaml"),
        ("policy: p.yaml", true, "serve.yaml:1:9: policy: and --insecure-loopback contradict each other"),
        ("listen: 0.0.0.0:7420", true, "serve.yaml:1:9: listen: 0.0.0.0:7420 can be reached from other machines"),
        ("http_listen: '[::]:7422'", true, "http_listen: [::]:7422 can be reached from other machines"),
        ("grpc_listen: 192.0.2.1:7421", true, "grpc_listen: 192.0.2.1:7421 can be reached"),
        (
            "policy: p\nlisten: 0.0.0.0:7420", false,
            "serve.yaml:2:9: listen: 0.0.0.0:7420 can be reached from other machines, which takes TLS"
        ),
        ("policy: p\ngrpc_listen: '[::]:1'", false, "which takes TLS"),
        ("policy: p\nlisten: unix:/a", false, ""),
        ("listen: unix:/a", false, "policy: is missing"),
        ("listen: unix:/a", true, ""),
        ("policy: p\nhttp_listen: 0.0.0.0:9100", false, ""),
        ("policy: p\nlisten: 127.0.0.1:7421", false, "is that of listen too"),
        ("policy: p\nlisten: 127.0.0.1:0\ngrpc_listen: 127.0.0.1:0", false, ""),
        ("policy: p\nlisten: 0.0.0.0:1\ngrpc_listen: none\ntls: {certificate: c, key: k}", false, ""),
    ]

    @Test(arguments: refused) func onlyWhatIsSafeIsRun(yaml: String, insecure: Bool, text: String) throws {
        do {
            _ = try plan(yaml, insecure: insecure)
            #expect(text.isEmpty)
        } catch let error as ConfigurationError {
            #expect(!text.isEmpty, "\(error)")
            #expect("\(error)".contains(text), "\(error)")
        }
    }

    @Test(arguments: [
        ("127.0.0.1:1", true), ("127.9.9.9:1", true), ("[::1]:1", true), ("localhost:1", true), ("unix:/a", true),
        ("0.0.0.0:1", false), ("[::]:1", false), ("10.0.0.1:1", false), ("[::ffff:127.0.0.1]:1", false),
        ("[2001:db8::1]:1", false),
    ])
    func loopbackIsTold(text: String, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.isLoopback == isLoopback)
        if text != "localhost:1" { #expect("\(address)" == text) }
    }

    @Test func theCommandLineIsOverTheFile() throws {
        var configuration = try read("listen: 0.0.0.0:1\npolicy: p")
        try configuration.set(.wire, to: "127.0.0.1:9")
        try configuration.set(.grpc, to: "none")
        let plan = try ServicePlan(configuration, insecureLoopback: false, processors: 1)
        #expect("\(plan.wire)" == "127.0.0.1:9" && plan.grpc == nil)
        let error = try #require(throws: ConfigurationError.self) { try configuration.set(.wire, to: "none") }
        #expect("\(error)".contains("--listen: \"none\" is not an IP address"))
        try configuration.set(.http, to: "0.0.0.0:5")
        #expect(throws: ConfigurationError.self) {
            try ServicePlan(configuration, insecureLoopback: true, processors: 1)
        }
    }
}
