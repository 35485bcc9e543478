import Foundation
import Testing

/// The server as its operator meets it.
@Suite("selvedge serve", .serialized) struct ServeTests {
    private let tool: Tool

    init() throws { tool = try Tool.withStore() }

    @Test func itSaysOnceWhereItListensAndSIGTERMEndsIt() throws {
        let server = try ServerRun(tool)
        #expect(server.run.output.filter(\.isNewline).count == 1)
        #expect(server.run.output.hasPrefix("listening wire=127.0.0.1:"))
        #expect(server.addresses.values.allSatisfy { !$0.hasSuffix(":0") })
        #expect(server.get("/readyz").status == 200)
        #expect(server.get("/healthz").status == 200)
        let answer = try server.end()
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.err.contains("INSECURE"))
        #expect(answer.lines.count == 1)
    }

    @Test func sigintEndsItTooAndNothingHasToBeCheckedAfterwards() throws {
        #expect(try ServerRun(tool).end(by: SIGINT).status == 0)
        let answer = try tool.ask("record", input: Lines.person)
        #expect(answer.status == 0)
        #expect(!answer.err.contains("did not end cleanly"))
    }

    @Test func afterAKillTheStoreIsCheckedFirst() throws {
        _ = try ServerRun(tool).end(by: SIGKILL)
        let server = try ServerRun(tool)
        #expect(server.run.errors.contains("did not end cleanly"))
        #expect(try server.end().status == 0)
    }

    @Test func everyLineOfTheLogIsJSON() throws {
        let server = try ServerRun(tool)
        #expect(try server.log("listening").count == server.addresses.count)
        let answer = try server.end()
        for line in answer.err.split(separator: "\n") {
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
        }
    }

    @Test func metricsTellOfTheStore() throws {
        _ = try tool.ask("record", input: Lines.person)
        let server = try ServerRun(tool)
        #expect(waitUntil(seconds: 20) { server.get("/metrics").body.contains("\nselvedge_store_profiles ") })
        let body = server.get("/metrics").body
        #expect(body.contains("\nselvedge_ready 1\n") && !body.contains(Tool.secret))
        try server.end()
    }

    @Test func nobodyElseWritesMeanwhile() throws {
        let server = try ServerRun(tool)
        let answer = try tool.ask("record", input: Lines.person)
        #expect(answer.status == 3 && answer.err.contains("selvedge serve"))
        try server.end()
    }

    private static let refusals: [(arguments: [String], status: Int32, text: String)] = [
        ([], 1, "Write `policy: policy.yaml`"),
        (
            ["--insecure-loopback", "--listen", "0.0.0.0:0"], 1,
            "--listen: 0.0.0.0:0 can be reached from other machines"
        ),
        (["--insecure-loopback", "--http-listen", "[::]:0"], 1, "--http-listen: [::]:0 can be reached"),
        (["--insecure-loopback", "--listen", "shop.example:1"], 1, "is not an IP address and a port"),
        (["--insecure-loopback", "--config", "nothing.yaml"], 1, "nothing.yaml: cannot be read"),
        (["--insecure-loopback", "--limit", "5"], 2, "Unknown option '--limit'"),
    ]

    @Test(arguments: refusals) func whatIsNotSafeIsNotStarted(arguments: [String], status: Int32, text: String) throws {
        let answer = try tool.run(["serve", "--data", tool.store] + arguments)
        #expect(answer.status == status, "\(answer.err)")
        #expect(answer.err.contains(text), "\(answer.err)")
        #expect(answer.out.isEmpty)
    }

    @Test func offThisMachineItTakesTLS() throws {
        let config = try tool.file("serve.yaml", "policy: policy.yaml\nlisten: 0.0.0.0:7420\n")
        let answer = try tool.run(["serve", "--data", tool.store, "--config", config])
        #expect(answer.status == 1)
        #expect(
            answer.err.contains(
                "serve.yaml:2:9: listen: 0.0.0.0:7420 can be reached from other machines, which takes TLS"))
    }

    private static let policy = """
        certificates: {trust_domain: shop.example}
        principals:
          - {id: spiffe://shop.example/web, roles: [resolve], purposes: [service]}

        """

    @Test func aBrokenPolicyIsSaidAndTheOldOneStays() throws {
        let policy = try tool.file("policy.yaml", Self.policy)
        let config = try tool.file("serve.yaml", "policy: policy.yaml\n")
        let server = try ServerRun(tool, ["--config", config])
        try tool.file("policy.yaml", Self.policy.replacing("[resolve]", with: "[rule]"))
        server.run.signal(SIGHUP)
        let refused = "a file could not be taken; what was in force before stays"
        #expect(waitUntil(seconds: 10) { server.run.errors.contains(refused) })
        let metadata = try #require(try server.log(refused).first?["metadata"] as? [String: String])
        #expect(metadata["file"] == policy)
        #expect(metadata["problem"]?.contains("policy.yaml:3:") == true, "\(metadata)")
        #expect(server.get("/readyz").status == 200)
        #expect(server.get("/metrics").body.contains("\nselvedge_reloads_total{result=\"refused\"} 1\n"))
        try tool.file("policy.yaml", Self.policy)
        server.run.signal(SIGHUP)
        #expect(waitUntil(seconds: 10) { server.run.errors.contains("a file was read again and is in force") })
        let answer = try server.end()
        #expect(answer.status == 0)
        #expect(!answer.err.contains("INSECURE"))
    }

    @Test func aBrokenPolicyAtTheStartIsRefusedWithItsPlace() throws {
        try tool.file("policy.yaml", Self.policy.replacing("roles", with: "rules"))
        let config = try tool.file("serve.yaml", "policy: policy.yaml\n")
        let answer = try tool.run(["serve", "--data", tool.store, "--config", config])
        #expect(answer.status == 1)
        #expect(answer.err.contains("policy.yaml:3:"), "\(answer.err)")
        // It ended in good order.
        #expect(try !tool.ask("record", input: Lines.person).err.contains("did not end cleanly"))
    }

    @Test func anAddressInUseIsSaid() throws {
        let server = try ServerRun(tool)
        let other = try Tool.withStore()
        let address = try #require(server.addresses["wire"])
        let answer = try other.run([
            "serve", "--data", other.store, "--insecure-loopback", "--listen", address, "--grpc-listen", "none",
            "--http-listen", "none",
        ])
        #expect(answer.status == 1)
        #expect(answer.err.contains("the address for wire cannot be listened on"))
        try server.end()
    }

    // MARK: A store that fails

    /// A library that fails every sync from the moment that a file is there.
    private static let failingSync = """
        #include <errno.h>
        #include <stdlib.h>
        #include <unistd.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>

        static int fails(void) {
            const char *path = getenv("SELVEDGE_TEST_FAIL");
            if (path == NULL || access(path, F_OK) != 0) return 0;
            errno = EIO;
            return 1;
        }
        int fdatasync(int fd) { return fails() ? -1 : (int)syscall(SYS_fdatasync, fd); }
        int fsync(int fd) { return fails() ? -1 : (int)syscall(SYS_fsync, fd); }
        int msync(void *at, size_t n, int flags) { return fails() ? -1 : (int)syscall(SYS_msync, at, n, flags); }
        """

    private func failingLibrary() throws -> String {
        let (source, library) = (try tool.file("fail.c", Self.failingSync), tool.path + "/fail.so")
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/cc")
        compiler.arguments = ["-shared", "-fPIC", "-o", library, source]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        return library
    }

    @Test func aSyncThatFailsIsNotReadyAndEndsWithAMessage() throws {
        let marker = tool.path + "/fail"
        let config = try tool.file("serve.yaml", "sweep_interval: 1s\n")
        let server = try ServerRun(
            tool, ["--insecure-loopback", "--config", config],
            environment: ["LD_PRELOAD": try failingLibrary(), "SELVEDGE_TEST_FAIL": marker])
        #expect(server.get("/readyz").status == 200)
        try tool.file("fail", "")
        // A sweep comes within a second, and its failure is known at once.
        #expect(waitUntil(seconds: 2) { server.get("/readyz").status == 503 })
        #expect(server.get("/readyz").body.contains("\"status\":\"failed\""))
        #expect(server.get("/healthz").status == 200)
        let answer = try server.finish(seconds: 10)
        #expect(answer.status == 3)
        #expect(answer.err.contains("the store failed and the server has stopped"))
        // Whoever writes next checks first.
        let next = try tool.ask("record", input: Lines.person)
        #expect(next.status == 0 && next.err.contains("did not end cleanly"))
        #expect(try tool.ask("check").status == 0)
    }
}
