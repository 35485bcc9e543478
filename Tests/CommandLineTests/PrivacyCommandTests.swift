import Foundation
import TestSupport
import Testing

/// Erasure by the command line, from the request to the certificate; killed, and on a full disk; and what a backup brings back.
@Suite("Privacy", .serialized) struct PrivacyCommandTests {
    private static let one = "privacy: {approvals: 1}\n"
    private static let people = (0..<60).map { number in
        Lines.observation([("email", email(number)), ("cookie", "\(Tool.secret)-c\(number)")])
            + Lines.observation([("email", email(number))], source: "crm", record: "r\(number)")
    }.joined()

    private static func email(_ number: Int) -> String { "\(Tool.secret)\(number)@example.org" }

    private static func act(_ principal: String) -> [String] { ["--by", principal, "--reason", "a test"] }

    private static func store(_ config: String = "") throws -> Tool {
        let tool = try Tool.withStore(config: config.isEmpty ? nil : config)
        try #require(try tool.ask("record", input: people).status == 0)
        return tool
    }

    private func outcome(_ tool: Tool, _ number: Int, in store: String? = nil) throws -> String {
        let arguments = ["resolve", "--data", store ?? tool.store, "--purpose", "service"]
        return try tool.run(arguments + ["email:\(Self.email(number))"]).out.hasPrefix("prf_") ? "profile" : "generic"
    }

    /// The number of a request for somebody, under a configuration in which one principal is enough.
    private func request(_ tool: Tool, _ number: Int) throws -> String {
        let arguments = ["privacy", "request", "--data", tool.store, "--json", "email:\(Self.email(number))"]
        let answer = try tool.run(arguments + Self.act("alice"))
        try #require(answer.status == 0, "\(answer.err)")
        return "\(try #require(try answer.json()["number"] as? Int))"
    }

    @Test func twoPrincipalsEraseOnePerson() throws {
        let tool = try Self.store()
        let asked = try tool.run(
            ["privacy", "request", "--data", tool.store, "--json", "email:\(Self.email(3))"] + Self.act("alice")
        ).json()
        let hash = try #require(asked["hash"] as? String)
        let approve = ["privacy", "approve", "--data", tool.store, "1", "--hash", hash]
        let own = try tool.run(approve + Self.act("alice"))
        #expect(own.status == 1 && own.err.contains("second principal"))
        #expect(try tool.run(["privacy", "run", "--data", tool.store, "1"]).status == 0)
        #expect(try outcome(tool, 3) == "profile")
        #expect(try tool.run(approve + Self.act("bob")).status == 0)
        let ran = try tool.run(["privacy", "run", "--data", tool.store, "--json", "1"])
        #expect(ran.status == 0, "\(ran.err)")
        #expect(try ran.json()["state"] as? String == "certified")
        #expect(try outcome(tool, 3) == "generic")
        #expect(try outcome(tool, 4) == "profile")
        let certificate = try tool.run(["privacy", "certificate", "--data", tool.store, "1"])
        #expect(certificate.out.contains("alice") && certificate.out.contains("bob"))
        #expect(try tool.ask("check").status == 0)
        let again = try tool.ask("record", input: Self.people)
        #expect(again.status == 1 && again.err.contains("suppressed"))
        #expect(try outcome(tool, 3) == "generic")
    }

    /// 200 kills in full, a tenth by default: each at a random moment of a run, which then is run again to its end.
    @Test func aKillAtAnyMomentIsGoneOnFrom() throws {
        let tool = try Self.store(Self.one)
        var generator = SeededGenerator(seed: 31)
        let rounds = max(3, Int(200 * TestScale.factor))
        for round in 0..<rounds {
            let number = try request(tool, round % 60)
            let run = try tool.start(["privacy", "run", "--data", tool.store, number])
            usleep(UInt32(generator.int(1_000...400_000)))
            run.signal(SIGKILL)
            _ = try run.finish()
            let end = try tool.run(["privacy", "run", "--data", tool.store, "--json", number])
            #expect(end.status == 0, "\(end.err)")
            #expect(try end.json()["state"] as? String == "certified", "round \(round)")
            #expect(try outcome(tool, round % 60) == "generic")
        }
        #expect(try tool.ask("check").status == 0)
    }

    /// Files may not grow at all, as on a disk that is full: what is held can be deleted; the scrub says what it needs.
    @Test func aFullDiskLeavesRoomForErasure() throws {
        let tool = try Self.store(Self.one)
        let number = try request(tool, 5)
        let data = tool.store + "/gen-1/data.mdb"
        let size = try #require(try FileManager.default.attributesOfItem(atPath: data)[.size] as? Int)
        let full = try tool.run(["privacy", "run", "--data", tool.store, number], fileLimit: size / 512 * 512)
        #expect([0, 3].contains(full.status), "\(full.err)")
        #expect(try outcome(tool, 5) == "generic")
        let state = try tool.run(["privacy", "status", "--data", tool.store, "--json", number]).json()["state"]
        #expect(["deleted", "scrubbed", "certified"].contains(state as? String))
        let end = try tool.run(["privacy", "run", "--data", tool.store, "--json", number])
        #expect(try end.json()["state"] as? String == "certified", "\(end.err)")
        #expect(try tool.ask("check").status == 0)
    }

    @Test func whoWasErasedSinceABackupDoesNotComeBackWithIt() throws {
        let tool = try Self.store(Self.one)
        let (backup, ledger, again) = (tool.path + "/backup", tool.path + "/ledger", tool.path + "/again")
        let taken = try tool.run(["backup", "--data", tool.store, "--to", backup, "--expires", "7d"])
        #expect(taken.status == 0, "\(taken.err)")
        let number = try request(tool, 7)
        let ran = try tool.run(["privacy", "run", "--data", tool.store, number])
        #expect(ran.status == 0, "\(ran.err)")
        // The certificate says that the backup has the person still.
        let certificate = try tool.run(["privacy", "certificate", "--data", tool.store, "--json", number])
        #expect(certificate.out.contains("backup"))
        #expect(try tool.run(["privacy", "ledger", "--data", tool.store, "--to", ledger]).status == 0)
        let place = ["--key-file", tool.store + "/root.key", "--backup-keys", tool.store + "/backup.keys"]
        let restore = ["restore", "--from", backup, "--data", again] + place
        #expect(try tool.run(restore).status == 2)
        let restored = try tool.run(restore + ["--ledger", ledger])
        #expect(restored.status == 0, "\(restored.err)")
        #expect(try outcome(tool, 7, in: again) == "generic")
        #expect(try outcome(tool, 8, in: again) == "profile")
        #expect(try tool.run(["check", "--data", again]).status == 0)
        let digests = try [tool.store, again].map { try tool.run(["digest", "--content", "--data", $0]).out }
        #expect(digests[0] == digests[1])
        #expect(try tool.run(restore + ["--ledger", ledger]).status == 3)
    }

    @Test func aServerDoesTheSame() throws {
        let tool = try Self.store(Self.one)
        let server = try ServerRun(tool)
        let address = try #require(server.addresses["wire"])
        let asked = try tool.run(
            ["privacy", "request", "--server", address, "--reason", "a test", "--json", "email:\(Self.email(9))"])
        #expect(asked.status == 0, "\(asked.err)")
        let done = waitUntil(seconds: 60) {
            let status = try? tool.run(["privacy", "status", "--server", address, "--json", "1"]).json()["state"]
            return status as? String == "certified"
        }
        #expect(done)
        let others = try tool.run(
            ["resolve", "--server", address, "--purpose", "service", "email:\(Self.email(9))"]
                + ["email:\(Self.email(10))"])
        #expect(others.out.contains("generic") && others.out.contains("prf_"))
        let held = try tool.run(
            ["privacy", "access", "--server", address, "--reason", "a test", "email:\(Self.email(10))"])
        #expect(held.out.contains("selvedge.subject-access/1"))
        #expect(try server.end().status == 0)
        #expect(try tool.ask("check").status == 0)
    }
}
