import Foundation
import Testing

/// A store that runs out of map or of disk says so, keeps what it acknowledged, and goes on when there is room.
@Suite("A full store") struct FullStoreTests {
    private static let small = "limits: {map_bytes: 16777216, group_records: 200}\n"

    /// Records with so much attached that 6,000 of them are more than 16 MiB.
    private static func records(_ numbers: Range<Int>) -> String {
        let texts = [
            "family_name", "given_name", "locality", "national_id", "organization", "postal_code", "region", "unit",
        ]
        let text = "abcdefghijklmnopqrstuvwxyz0123456789zyxwvutsrqponmlkjihgfedcba"
        let attributes = texts.map { "\"\($0)\":\"\(text)\"" }.joined(separator: ",")
        return numbers.map { number in
            """
            {"source":"crm","record_id":"r\(number)","time":"2026-01-02T03:04:05Z",\
            "identifiers":[{"namespace":"email","value":"\(Tool.secret)\(number)@example.org"}],\
            "attributes":{\(attributes)}}

            """
        }.joined()
    }

    /// - Returns: how many records are durable.
    private func fill(_ tool: Tool, fileLimit: Int? = nil, says text: String) throws -> Int {
        let arguments = ["record", "--data", tool.store, "--acknowledge"]
        let answer = try tool.run(arguments, input: Self.records(0..<6_000), fileLimit: fileLimit)
        #expect(answer.status == 3, "\(answer.err)")
        #expect(answer.err.contains(text), "\(answer.err)")
        let last = try #require(answer.lines.last { $0.hasPrefix("ack ") })
        let durable = try #require(Int(last.dropFirst(4)))
        #expect(durable > 500)
        #expect(answer.err.contains("lines up to \(durable) are durable, later ones are not"))
        try holds(tool, durable)
        return durable
    }

    private func holds(_ tool: Tool, _ durable: Int) throws {
        #expect(try tool.ask("check").status == 0)
        #expect(try tool.ask("stats", "--json").json()["records"] as? Int == durable)
        for (number, isHeld) in [(0, true), (durable - 1, true), (durable, false)] {
            let answer = try tool.ask("resolve", "--purpose", "service", "email:\(Tool.secret)\(number)@example.org")
            #expect(answer.out.hasPrefix("prf_") == isHeld)
        }
    }

    @Test func aFullMapRefusesRecordsAndTakesRetractions() throws {
        let tool = try Tool.withStore(config: Self.small)
        let durable = try fill(tool, says: "ingest stops at 80 %")
        let refused = try tool.ask("record", input: Lines.person)
        #expect(refused.status == 3)
        #expect(refused.err.contains("map-bytes"))
        #expect(try tool.ask("retract", "--source", "crm", "--record", "r0").status == 0)
        #expect(try tool.ask("stats", "--json").json()["records"] as? Int == durable - 1)
        #expect(try tool.ask("check").status == 0)
    }

    @Test func whatIsTakenBackMakesRoom() throws {
        // In groups so small that the last goes little past the limit.
        let tool = try Tool.withStore(config: Self.small.replacing("200", with: "20"))
        _ = try fill(tool, says: "ingest stops at 80 %")
        for number in 1..<40 {
            #expect(try tool.ask("retract", "--source", "crm", "--record", "r\(number)").status == 0)
        }
        let recorded = try tool.ask("record", input: Self.records(0..<1))
        #expect(recorded.status == 0, "\(recorded.err)")
        #expect(try tool.ask("check").status == 0)
    }

    @Test func theMapIsRaisedInTheLabel() throws {
        let tool = try Tool.withStore(config: Self.small)
        let durable = try fill(tool, says: "ingest stops at 80 %")
        let path = tool.store + "/STORE"
        let label = try String(contentsOfFile: path, encoding: .utf8)
        #expect(label.contains("\nmap-bytes 16777216\n"))
        try tool.file("store/STORE", label.replacing("map-bytes 16777216", with: "map-bytes 67108864"))
        #expect(try tool.ask("record", input: Self.records(durable..<6_000)).status == 0)
        try holds(tool, 6_000)
        for wrong in ["1", "much", "-67108864"] {
            try tool.file("store/STORE", label.replacing("map-bytes 16777216", with: "map-bytes \(wrong)"))
            let answer = try tool.ask("stats")
            #expect(answer.status == 3)
            #expect(answer.err.contains("map-bytes"))
        }
    }

    @Test func aLabelWithoutTheLineHasTheDefault() throws {
        let tool = try Tool.withStore(config: Self.small)
        let label = try String(contentsOfFile: tool.store + "/STORE", encoding: .utf8)
        try tool.file("store/STORE", label.replacing("map-bytes 16777216\n", with: ""))
        let space = try tool.ask("stats", "--json").json()["space"] as? [String: Any]
        #expect(space?["map_bytes"] as? Int == 1 << 40)
    }

    @Test func aFullDiskLosesNothingThatWasAcknowledged() throws {
        let tool = try Tool.withStore(config: "limits: {group_records: 200}\n")
        let durable = try fill(tool, fileLimit: 8 << 20, says: "free disk space")
        #expect(try tool.ask("record", input: Self.records(durable..<6_000)).status == 0)
        try holds(tool, 6_000)
    }
}
