import Foundation
import TestSupport
import Testing

/// Servers that ask who calls, over TLS, and one behind a Unix socket: as a command reaches them.
@Suite("--server with credentials", .serialized) struct CredentialTests {
    private let tool: Tool
    private let files: CertificateFiles

    init() throws {
        tool = try Tool.withStore()
        files = try CertificateFiles(namesAddress: true)
        try #require(tool.ask("record", input: Lines.person).status == 0)
    }

    private static let policy = """
        tokens: {audience: selvedge, algorithms: [HS256], hmac_key_file: secret}
        certificates: {trust_domain: shop.example}
        principals:
          - {id: ops, roles: [admin, resolve, ingest], purposes: [service], sources: [web]}
          - {id: spiffe://shop.example/web, roles: [resolve], purposes: [service]}

        """

    /// Shows the certificate that lies beside the store, and knows its callers by the authority of `files`.
    private func serve() throws -> ServerRun {
        let secret = try tool.file("secret", SecretToken.secret)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: secret)
        try tool.file("policy.yaml", Self.policy)
        try show(files)
        let tls = "tls: {certificate: server.pem, key: server.key, client_ca: \(files.authority)}"
        return try ServerRun(
            tool, ["--config", try tool.file("serve.yaml", "policy: policy.yaml\n\(tls)\nlog: {level: debug}\n")],
            others: ["--grpc-listen", "127.0.0.1:0", "--http-listen", "none"])
    }

    /// The server's own files are these from the next SIGHUP on.
    private func show(_ files: CertificateFiles) throws {
        try tool.file("server.pem", String(contentsOfFile: files.server, encoding: .utf8))
        try tool.file("server.key", String(contentsOfFile: files.serverKey, encoding: .utf8))
    }

    private func token(_ text: String, name: String = "token") throws -> [String] {
        ["--token-file", try tool.file(name, text + "\n")]
    }

    private static let question = ["--purpose", "service", "email:\(Lines.email)"]

    @Test func aTokenOutOfAFileSaysWhoAsks() throws {
        let server = try serve()
        let port = try #require(server.addresses["wire"]?.split(separator: ":").last)
        let ops = try token(SecretToken.text("ops"))
        for host in ["localhost", "127.0.0.1"] {
            let place = ["--server", "tls://\(host):\(port)", "--ca", files.authority]
            let stats = try tool.run(["stats", "--json"] + place + ops)
            #expect(stats.status == 0, "\(stats.err)")
            let known = try tool.run(["resolve"] + place + ops + Self.question)
            #expect(known.status == 0 && known.out.contains("prf_"), "\(known.err)")
        }
        let place = ["--server", "tls://localhost:\(port)"]
        let trusted = place + ["--ca", files.authority]
        let refusals: [(arguments: [String], status: Int32, text: String)] = [
            (trusted, 1, "nobody has been authenticated"),
            (trusted + (try token(SecretToken.text("ops", end: -3_600), name: "old")), 1, "ended"),
            (trusted + (try token(SecretToken.text("somebody"), name: "other")), 1, "role"),
            (trusted + (try token("nonsense", name: "none")), 1, "token"),
            (trusted + ["--token-file", tool.path + "/nothing"], 1, "token"),
            (place + ops, 3, "TLS"), (place + ["--ca", tool.path + "/nothing"] + ops, 2, "nothing cannot be read"),
        ]
        for (arguments, status, text) in refusals {
            let answer = try tool.run(["stats"] + arguments)
            #expect(answer.status == status && answer.err.contains(text), "\(answer.status) \(answer.err)")
        }
        #expect(try server.end().status == 0)
    }

    @Test func soDoesACertificate() throws {
        let server = try serve()
        let place = ["--server", "tls://" + (server.addresses["wire"] ?? ""), "--ca", files.authority]
        let own = ["--certificate", files.client, "--key", files.clientKey]
        let known = try tool.run(["resolve"] + place + own + Self.question)
        #expect(known.status == 0 && known.out.contains("prf_"), "\(known.err)")
        let stats = try tool.run(["stats"] + place + own)
        #expect(stats.status == 1 && stats.err.contains("role"), "\(stats.err)")
        let stranger = try CertificateFiles()
        let other = try tool.run(
            ["resolve"] + place + ["--certificate", stranger.client, "--key", stranger.clientKey] + Self.question)
        #expect(other.status == 3, "\(other.err)")
        let mixed = try tool.run(
            ["resolve"] + place + ["--certificate", files.client, "--key", stranger.clientKey] + Self.question)
        #expect(mixed.status == 2 && mixed.err.contains("do not go together"), "\(mixed.err)")
        #expect(try server.end().status == 0)
    }

    /// A new certificate is shown to who connects after SIGHUP; who is connected already is not disturbed.
    @Test func afterSIGHUPTheNewCertificateIsShown() throws {
        let server = try serve()
        let ops = try token(SecretToken.text("ops"))
        let place = ["--server", "tls://" + (server.addresses["wire"] ?? "")] + ops
        let watch = try tool.start(["watch", "--purpose", "service", "--follow", "--ca", files.authority] + place)
        #expect(waitUntil(seconds: 20) { watch.output.contains("created") })
        let next = try CertificateFiles(namesAddress: true)
        try show(next)
        server.run.signal(SIGHUP)
        let taken = "a file was read again and is in force"
        // The policy, and the certificate for each protocol.
        #expect(waitUntil(seconds: 20) { (try? server.log(taken).count) == 3 })
        let old = try tool.run(["stats", "--ca", files.authority] + place)
        #expect(old.status == 3 && old.err.contains("TLS"), "\(old.err)")
        let person = Lines.observation([("email", "\(Tool.secret)4@example.org")])
        let new = try tool.run(["record", "--ca", next.authority] + place, input: person)
        #expect(new.status == 0, "\(new.err)")
        #expect(waitUntil(seconds: 20) { watch.output.split(separator: "\n").count >= 2 })
        watch.signal(SIGINT)
        #expect(try watch.finish().status == 130)
        // Half a pair is not taken, and the new one stays.
        try tool.file("server.key", String(contentsOfFile: files.serverKey, encoding: .utf8))
        server.run.signal(SIGHUP)
        let refused = "a file could not be taken; what was in force before stays"
        #expect(waitUntil(seconds: 20) { (try? server.log(refused).count) == 2 })
        #expect(try tool.run(["stats", "--ca", next.authority] + place).status == 0)
        #expect(try server.end().status == 0)
    }

    @Test func aUnixSocketIsAnAddressToo() throws {
        let path = tool.path + "/selvedge.sock"
        let server = try ServerRun(
            tool, ["--insecure-loopback", "--listen", "unix:" + path],
            others: ["--grpc-listen", "none", "--http-listen", "none"])
        #expect(server.addresses["wire"] == "unix:" + path)
        for address in ["unix:" + path, "unix://" + path] {
            let answer = try tool.run(["resolve", "--server", address] + Self.question)
            #expect(answer.status == 0 && answer.out.contains("prf_"), "\(answer.err)")
        }
        #expect(try server.end().status == 0)
        let gone = try tool.run(["resolve", "--server", "unix:" + path] + Self.question)
        #expect(gone.status == 3, "\(gone.err)")
        #expect(gone.err.contains("cannot connect to unix://" + path) && gone.err.contains("start the server"))
        let none = try tool.run(["stats", "--server", "127.0.0.1:1"])
        #expect(none.err.contains("cannot connect to tcp://127.0.0.1:1: nothing listens there"), "\(none.err)")
    }

    /// What the command line got wrong is told alike, wherever the store is.
    @Test func aPurposeThatIsNoneIsWrongUsageOverAServerToo() throws {
        let copy = tool.path + "/copy"
        try FileManager.default.copyItem(atPath: tool.store, toPath: copy)
        let server = try ServerRun(tool, data: copy, others: ["--grpc-listen", "none", "--http-listen", "none"])
        let decide = [
            "consent", "decide", "--source", "cmp", "--purpose", "none", "--decision", "granted",
            "email:\(Lines.email)",
        ]
        let here = try tool.run(decide + ["--data", tool.store])
        let there = try tool.run(decide + ["--server", server.addresses["wire"] ?? ""])
        #expect(here.status == 2 && here.err.contains("--purpose is none of the configuration's: "), "\(here.err)")
        #expect(there.status == 2 && there.err == here.err, "\(there.err)")
        #expect(try server.end().status == 0)
    }
}
