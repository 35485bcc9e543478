import Foundation
import Testing

@Suite("Asking a store") struct AskingTests {
    private static let all = [
        "email:\(Lines.email)", "phone:\(Lines.phone)", "cookie:\(Tool.secret)-cookie", "record:crm:r2",
        "record:crm/r2",
    ]

    private func filled() throws -> Tool {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        return tool
    }

    @Test func everyMemberResolvesToTheSameProfileAndItsIdToo() throws {
        let tool = try filled()
        let answer = try tool.run(["resolve", "--json", "--data", tool.store, "--purpose", "service"] + Self.all)
        #expect(answer.status == 0)
        let profiles = answer.lines.compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["profile"] as? String
        }
        #expect(profiles.count == Self.all.count && Set(profiles).count == 1)
        let id = try #require(profiles.first)
        let byID = try tool.ask("resolve", "--purpose", "service", id)
        #expect(byID.out.hasPrefix("\(id)  5 members"))
        #expect(byID.out.contains("crm r2"))
    }

    @Test func theUnknownIsGenericAndTheUnreadableRefusedWhileOthersAreAnswered() throws {
        let tool = try filled()
        let answer = try tool.ask(
            "resolve", "--json", "--purpose", "service", "cookie:\(Tool.secret)-other", "mail:\(Lines.email)",
            Self.all[0],
            "prf_0000000000000000000000000z", "prf_\(Tool.secret)")
        #expect(answer.status == 1)
        let outcomes = answer.lines.compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["outcome"] as? String
        }
        #expect(outcomes == ["generic", "refused", "profile", "generic", "refused"])
        #expect(answer.err.contains("selvedge: identifier 2: unknown_namespace"))
    }

    @Test func aHashedValueMeetsTheRawOne() throws {
        let tool = try Tool.withStore()
        let raw = try tool.ask("key", "email:user@example.com")
        let hashed = try tool.ask("key", "email#sha256:tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=")
        #expect(raw.status == 0 && raw.out == hashed.out)
        #expect(raw.out.count == 33)
        let hexadecimal = "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
        #expect(
            try tool.ask("key", "--json", "email#sha256:\(hexadecimal)").json()["key"] as? String
                == String(raw.out.dropLast()))
    }

    @Test func anExplanationNamesThePathAndTheSources() throws {
        let tool = try filled()
        let answer = try tool.ask("explain", Self.all[2], Self.all[1])
        #expect(answer.status == 0)
        #expect(answer.out.contains("crm") && answer.out.contains("web"))
        let json = try tool.ask("explain", "--json", Self.all[2], Self.all[1]).json()
        #expect(json["relation"] as? String == "one_profile")
        let unknown = try tool.ask("explain", "--json", Self.all[2], "login:\(Tool.secret)").json()
        #expect(unknown["relation"] as? String == "unknown")
    }

    @Test func aSimulationSaysWhatWouldBeAndWritesNothing() throws {
        let tool = try filled()
        try tool.ask("record", input: Lines.observation([("login", "\(Tool.secret)-login")]))
        let before = try tool.ask("digest", "--content").out
        let lines =
            Lines.observation(
                [("login", "\(Tool.secret)-login"), ("email", Lines.email)], time: "2026-02-02T00:00:00Z")
            + Lines.observation([("cookie", "\(Tool.secret)-new")])
        let file = try tool.file("b.jsonl", lines)
        let answer = try tool.ask("simulate", "--json", file)
        #expect(answer.status == 0)
        let first = try #require(try JSONSerialization.jsonObject(with: Data(answer.lines[0].utf8)) as? [String: Any])
        #expect(first["outcome"] as? String == "merged")
        #expect((first["before"] as? [[String: Any]])?.compactMap { $0["members"] as? Int } == [1, 5])
        #expect((first["after"] as? [String: Any])?["members"] as? Int == 6)
        #expect(try tool.ask("digest", "--content").out == before)
        #expect(try tool.ask("simulate", file).out.contains("1: merged: prf_"))
        #expect(try tool.ask("simulate", input: "{}\n").status == 1)
    }

    @Test func clustersAreSortedQuotedAndTheSameInAFile() throws {
        let tool = try filled()
        let answer = try tool.ask("clusters")
        try #require(answer.lines.count == 3)
        #expect(answer.lines.first == "source,record_id,profile_id")
        #expect(answer.lines[1].hasPrefix("crm,\"r,\"\"1\"\"\",prf_"))
        #expect(answer.lines[2].hasPrefix("crm,r2,prf_"))
        let file = tool.path + "/out.csv"
        #expect(try tool.ask("clusters", "--out", file).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == answer.out)
        #expect(!FileManager.default.fileExists(atPath: file + ".new"))
        #expect(try tool.ask("clusters", "--json").json()["record_id"] as? String == "r2")
    }

    @Test func theDigestLooksForwardAndChangesNothing() throws {
        let tool = try filled()
        let now = try tool.ask("digest").out
        #expect(now.count == 65)
        let later = try tool.ask("digest", "--as-of", "2030-01-01T00:00:00Z", "--json").json()
        #expect(later["digest"] as? String != String(now.dropLast()))
        #expect(try tool.ask("digest").out == now)
        #expect(try tool.ask("digest", "--as-of", "2020-01-01T00:00:00Z").status == 1)
    }

    @Test func theCheckCountsAndFindsAFlippedByte() throws {
        let tool = try filled()
        let clean = try tool.ask("check", "--json")
        #expect(clean.status == 0)
        #expect(try clean.json()["finding_count"] as? Int == 0)
        let file = tool.store + "/gen-1/data.mdb"
        var bytes = try Data(contentsOf: URL(filePath: file))
        let key = Array("built_in".utf8)
        let place = try #require(bytes.firstRange(of: key)?.lowerBound)
        bytes[place] ^= 1
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: [bytes[place]])
        try handle.close()
        let damaged = try tool.ask("check")
        #expect(damaged.status == 3)
        #expect(damaged.err.hasPrefix("selvedge: "))
        #expect(try tool.ask("resolve", "--purpose", "service", Self.all[0]).status == 3)
    }

    @Test func statisticsCountWhatWasRecorded() throws {
        let tool = try filled()
        let text = try tool.ask("stats")
        #expect(text.status == 0 && text.out.contains("cookie") && text.out.contains("map bytes"))
        let json = try tool.ask("stats", "--json").json()
        #expect(json["records"] as? Int == 2)
        #expect(json["profiles"] as? Int == 1)
        #expect((json["sources"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["crm", "web"])
        let largest = (json["largest_components"] as? [[String: Any]])?.first
        #expect(largest?["members"] as? Int == 5)
    }
}
