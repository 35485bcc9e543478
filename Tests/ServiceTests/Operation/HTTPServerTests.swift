import Engine
import Foundation
import FoundationNetworking
import NIOCore
import NIOPosix
import Service
import TestSupport
import Testing
import Wire

@Suite("Health and metrics over HTTP") struct HTTPServerTests {
    /// A server with its parts, on a port of the system's choice.
    private final class Served {
        let graph: TestGraph
        let readiness = Readiness()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let server: HTTPServer
        let metrics = ServiceMetrics(purposes: ["service"])
        private var address = ""

        init() throws {
            graph = try TestGraph()
            let probe = HealthProbe(readiness, engine: graph.engine, loops: loops, patience: .milliseconds(300))
            let (metrics, engine, readiness) = (metrics, graph.engine, readiness)
            let log = ServiceLog(LogSink(LogSettings(), output: { _ in }))
            server = HTTPServer(at: .tcp(host: "127.0.0.1", port: 0), probe: probe, log: log) {
                metrics.exposition(engine: engine, isReady: readiness.isReady)
            }
        }

        func start() async throws { address = try await server.start().description }

        func stop() async throws {
            await server.stop()
            try await loops.shutdownGracefully()
        }

        func get(_ path: String) async throws -> (status: Int, body: String, type: String) {
            let url = try #require(URL(string: "http://\(address)\(path)"))
            let (data, response) = try await URLSession.shared.data(from: url)
            let http = try #require(response as? HTTPURLResponse)
            let type = http.value(forHTTPHeaderField: "Content-Type") ?? ""
            return (http.statusCode, String(decoding: data, as: UTF8.self), type)
        }

        func check(_ path: String) async throws -> String {
            let answer = try await get(path)
            let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: String]
            #expect(answer.body.hasSuffix("}\n") && answer.body.filter(\.isNewline).count == 1)
            return "\(answer.status) \(object?["status"] ?? "?")"
        }
    }

    private func with(_ body: (Served) async throws -> Void) async throws {
        let served = try Served()
        try await served.start()
        do { try await body(served) } catch {
            try await served.stop()
            throw error
        }
        try await served.stop()
    }

    @Test func lifeAndReadinessDiffer() async throws {
        try await with { served async throws in
            #expect(try await served.check("/healthz") == "200 alive")
            #expect(try await served.check("/readyz") == "503 starting")
            served.readiness.becomeReady()
            #expect(try await served.check("/readyz") == "200 ready")
            served.readiness.beginDraining()
            #expect(try await served.check("/readyz") == "503 draining")
            #expect(try await served.check("/healthz") == "200 alive")
            served.readiness.fail("the disk is gone")
            #expect(try await served.check("/readyz") == "503 failed")
            #expect(try await served.get("/readyz").body.contains("the disk is gone"))
            #expect(try await served.check("/healthz") == "200 alive")
        }
    }

    @Test func aCommitThatFailedIsNotReadyUntilOneSucceeds() async throws {
        try await with { served async throws in
            served.readiness.becomeReady()
            served.readiness.committed(trouble: "no room")
            #expect(try await served.check("/readyz") == "503 not_writing")
            served.readiness.committed(trouble: nil)
            #expect(try await served.check("/readyz") == "200 ready")
        }
    }

    @Test func anEventLoopThatHangsIsNoLife() async throws {
        try await with { served async throws in
            served.readiness.becomeReady()
            let gate = DispatchSemaphore(value: 0)
            served.loops.next().execute { gate.wait() }
            #expect(try await served.check("/healthz") == "503 stuck")
            #expect(try await served.check("/readyz") == "200 ready")
            gate.signal()
            #expect(try await served.check("/healthz") == "200 alive")
        }
    }

    @Test func metricsAreShown() async throws {
        try await with { served async throws in
            try served.graph.see(("email", 1), ("cookie", 1))
            served.metrics.called(.resolve, purpose: 0, status: .ok, nanoseconds: 5_000)
            served.metrics.store.counted(try served.graph.engine.statistics())
            served.readiness.becomeReady()
            let answer = try await served.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
            for name in [
                "selvedge_ready 1", "selvedge_store_hubs{namespace=\"email\"} 0",
                "selvedge_calls_total{method=\"Identity/Resolve\",status=\"OK\"} 1",
            ] { #expect(answer.body.contains("\n\(name)\n"), "\(name)") }
            for name in [
                "selvedge_store_map_bytes", "selvedge_store_used_bytes", "selvedge_store_readers",
                "process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total",
            ] {
                let line = answer.body.split(separator: "\n").first { $0.hasPrefix(name + " ") }
                let value = try #require(line?.split(separator: " ").last.flatMap { Double($0) })
                #expect(value > 0, "\(name)")
            }
        }
    }

    @Test func nothingElseIsServed() async throws {
        try await with { served async throws in
            for path in ["/", "/metrics/x", "/v1/resolve"] { #expect(try await served.get(path).status == 404) }
        }
    }

    @Test func anAddressInUseIsAnError() async throws {
        try await with { served async throws in
            _ = served
            let taken = try await ServerBootstrap(group: served.loops).bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(taken.localAddress?.port)
            let probe = HealthProbe(served.readiness, engine: served.graph.engine, loops: served.loops)
            let log = ServiceLog(LogSink(LogSettings(), output: { _ in }))
            let second = HTTPServer(at: .tcp(host: "127.0.0.1", port: port), probe: probe, log: log) { "" }
            await #expect(throws: (any Error).self) { try await second.start() }
            await second.stop()
            try await taken.close()
        }
    }
}
