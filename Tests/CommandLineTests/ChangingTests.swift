import Foundation
import Testing

@Suite("Changing a store") struct ChangingTests {
    private static let first = "email:\(Lines.email)"
    private static let second = "login:\(Tool.secret)-login"

    private func profile(_ tool: Tool, _ identifier: String) throws -> String? {
        try tool.ask("resolve", "--json", "--purpose", "service", identifier).json()["profile"] as? String
    }

    @Test func anAssertionJoinsAndItsWithdrawalParts() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person + Lines.observation([("login", "\(Tool.secret)-login")]))
        let before = try profile(tool, Self.second)
        let answer = try tool.ask("assert", "same", Self.first, Self.second, "--by", "desk", "--reason", "called us")
        #expect(answer.status == 0 && answer.out.contains("both are now in prf_"))
        #expect(try profile(tool, Self.first) == profile(tool, Self.second))
        let contradiction = try tool.ask("assert", "different", Self.first, Self.second, "--by", "desk")
        #expect(contradiction.status == 1 && contradiction.err.contains("desk (called us)"))
        #expect(try tool.ask("assert", "same", Self.first, Self.second, "--by", "desk", "--withdraw").status == 0)
        #expect(try profile(tool, Self.second) == before)
    }

    @Test func recordsMayBeAsserted() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        let json = try tool.ask(
            "assert", "different", "record:crm:r2", "record:crm:r,\"1\"", "--by", "desk", "--json"
        ).json()
        #expect(Set(json["profiles"] as? [String] ?? []).count == 2)
    }

    @Test func aRetractedRecordIsAsIfItHadNeverCome() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        let before = try tool.ask("digest", "--content").out
        let third = Lines.observation(
            [("phone", Lines.phone), ("login", "\(Tool.secret)")], source: "crm", record: "r3")
        try tool.ask("record", input: third)
        let answer = try tool.ask("retract", "--source", "crm", "--record", "r3")
        #expect(answer.status == 0)
        #expect(try tool.ask("digest", "--content").out == before)
        #expect(try tool.ask("record", input: third).out.contains("retracted 1"))
        let again = try tool.ask("retract", "--source", "crm", "--record", "r3", "--json").json()
        #expect(again["records_retracted"] as? Int == 0)
    }

    @Test func aWholeSourceIsRetracted() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        let json = try tool.ask("retract", "--source", "crm", "--time", "2026-01-03T00:00:00Z", "--json").json()
        #expect(json["records_retracted"] as? Int == 2)
        #expect(try tool.ask("clusters").lines.count == 1)
        #expect(try profile(tool, "phone:\(Lines.phone)") == nil)
        #expect(try profile(tool, Self.first) != nil)
    }

    @Test func sweepingHidesAndPurgingDeletes() throws {
        let tool = try Tool.withStore()
        let session = "session:\(Tool.secret)-session"
        let lines = Lines.observation([("session", "\(Tool.secret)-session"), ("email", Lines.email)])
        try tool.ask("record", input: lines)
        #expect(try profile(tool, session) != nil)
        let sweep = try tool.ask("sweep", "--as-of", "2029-06-01T00:00:00Z", "--json").json()
        #expect(sweep["clock"] as? String == "2029-06-01T00:00:00.000Z")
        #expect(try profile(tool, session) == nil)
        let hidden = try tool.ask("digest", "--content").out
        #expect(try tool.ask("purge").out.contains("nothing before 2029-06-01T00:00:00.000Z"))
        #expect(try tool.ask("digest", "--content").out != hidden)
        #expect(try tool.ask("record", input: lines).out.contains("older_than_purge 1"))
        #expect(try tool.ask("check").status == 0)
    }
}
