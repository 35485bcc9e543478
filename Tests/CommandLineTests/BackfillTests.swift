import Foundation
import Testing

@Suite("selvedge backfill") struct BackfillCommandTests {
    private static let mapping = """
        source: {constant: web}
        time: {column: at, format: "%Y-%m-%d %H:%M:%S", zone: UTC}
        identifiers:
          - {namespace: email, column: email}
          - {namespace: cookie, column: cookie}
          - {namespace: phone, column: phone}
        """

    /// The same rows as CSV and as observations.
    private static func rows(_ count: Int) -> (csv: String, lines: String) {
        var (csv, lines) = ("at,email,cookie,phone\n", "")
        for number in 0..<count {
            let second = number % 60 < 10 ? "0\(number % 60)" : "\(number % 60)"
            let email = number % 3 == 0 ? "" : "\(Tool.secret)\(number % 701)@example.org"
            let cookie = "\(Tool.secret)-\(number % 1_009)"
            let phone = number % 5 == 0 ? "+4930\(1_000_000 + number % 307)" : ""
            csv += "2026-01-02 03:04:\(second),\(email),\"\(cookie)\",\(phone)\n"
            let all = [("email", email), ("cookie", cookie), ("phone", phone)].filter { !$0.1.isEmpty }
            lines += Lines.observation(all, time: "2026-01-02T03:04:\(second)Z")
        }
        return (csv, lines)
    }

    /// What a store holds that recorded them one by one, under the keys of another store.
    private func digest(_ tool: Tool, recording lines: String) throws -> String {
        let other = tool.path + "/recorded"
        try #require(tool.run(["init", "--data", other] + tool.keys()).status == 0)
        let answer = try tool.run(["record", "--data", other], input: lines)
        try #require(answer.status == 0, "\(answer.err)")
        return try tool.run(["digest", "--content", "--data", other]).out
    }

    private func withStore() throws -> Tool {
        let tool = try Tool()
        try #require(tool.run(["init", "--data", tool.store] + tool.keys()).status == 0)
        return tool
    }

    private func gzip(_ path: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = [path]
        try process.run()
        process.waitUntilExit()
    }

    @Test func rowsGiveWhatTheyGiveOneByOne() throws {
        let rows = Self.rows(5_000)
        let map = "map.yaml"
        for form in ["csv", "gzip", "stdin", "folder", "jsonl", "halves"] {
            let tool = try withStore()
            try tool.file(map, Self.mapping)
            let expected = try digest(tool, recording: rows.lines)
            let answer: Answer
            switch form {
            case "stdin":
                answer = try tool.run(["backfill", "--data", tool.store, "--mapping", map, "-"], input: rows.csv)
            case "jsonl":
                let path = try tool.file("rows.jsonl", rows.lines)
                answer = try tool.ask("backfill", path)
            case "folder", "halves":
                try FileManager.default.createDirectory(atPath: tool.path + "/in", withIntermediateDirectories: false)
                let lines = rows.csv.split(separator: "\n")
                for half in 0..<2 {
                    let part = lines[0...0] + lines[(1 + half * 2_500)..<(2_501 + half * 2_500)]
                    try tool.file("in/\(1 - half).csv", part.joined(separator: "\r\n") + "\r\n")
                }
                if form == "folder" {
                    answer = try tool.ask("backfill", "--mapping", map, "in")
                } else {
                    try #require(tool.ask("backfill", "--mapping", map, "in/0.csv").status == 0)
                    answer = try tool.ask("backfill", "--mapping", map, "in/1.csv")
                }
            default:
                let path = try tool.file("rows.csv", rows.csv)
                if form == "gzip" { try gzip(path) }
                answer = try tool.ask("backfill", "--mapping", map, form == "gzip" ? path + ".gz" : path, "--json")
                let json = try answer.json()
                #expect(json["rows"] as? Int == 5_000)
                #expect(json["accepted"] as? Int == 5_000)
                let new = (json["identifiers"] as? [String: [String: Int]])?.mapValues { $0["new"] ?? 0 }
                #expect(new?["cookie"] == 1_009)
            }
            #expect(answer.status == 0, "\(form): \(answer.err)")
            #expect(try tool.ask("digest", "--content").out == expected, "\(form)")
            #expect(try tool.ask("check").status == 0, "\(form)")
        }
    }

    @Test func recordsAttributesAndDecisionsGiveWhatTheyGiveOneByOne() throws {
        let tool = try withStore()
        var (csv, lines) = ("id,at,mail,first,age,news\n", "")
        for number in 0..<300 {
            let (mail, news) = ("\(Tool.secret)\(number % 90)@example.org", number % 4)
            csv +=
                "r\(number),176732\(1_000 + number),\(mail),\"Ann, \"\"\(number)\"\"\",\(1920 + number),\(["", "yes", "no", "yes"][news])\n"
            let decision = ["", "granted", "denied", "granted"][news]
            let consents =
                decision.isEmpty
                ? "" : ",\"consents\":[{\"purpose\":\"marketing\",\"decision\":\"\(decision)\",\"scope\":\"profile\"}]"
            let time = ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(1_767_321_000 + number)))
            lines +=
                "{\"source\":\"crm\",\"record_id\":\"r\(number)\",\"time\":\"\(time)\",\"identifiers\":[{\"namespace\":\"email\",\"value\":\"\(mail)\"}]"
            lines +=
                ",\"attributes\":{\"given_name\":\"Ann, \\\"\(number)\\\"\",\"birth_year\":\(1920 + number)}\(consents)}\n"
        }
        let map = try tool.file(
            "map.yaml",
            """
            source: {constant: crm}
            record_id: id
            time: {column: at, format: unix_seconds}
            identifiers: [{namespace: email, column: mail}]
            attributes: {given_name: first, birth_year: {column: age, type: number}}
            consents: [{purpose: marketing, decision: {column: news, granted: yes, denied: no}, scope: profile}]
            """)
        let expected = try digest(tool, recording: lines)
        let answer = try tool.ask("backfill", "--mapping", map, try tool.file("rows.csv", csv))
        #expect(answer.status == 0, "\(answer.err)")
        #expect(try tool.ask("digest", "--content").out == expected)
    }

    @Test func badRowsAreKeptAndTheOthersAreLoaded() throws {
        let tool = try withStore()
        let map = try tool.file("map.yaml", Self.mapping)
        let rows = Self.rows(100)
        var lines = rows.csv.split(separator: "\n").map(String.init)
        lines.insert("2026-01-02 03:04:05,\(Tool.secret)@@example.org,,", at: 50)
        lines.insert("2026-13-02 03:04:05,,\(Tool.secret),", at: 70)
        lines.insert("\(Tool.secret)", at: 90)
        let path = try tool.file("rows.csv", lines.joined(separator: "\n"))
        let answer = try tool.ask("backfill", "--mapping", map, path, "--json")
        #expect(answer.status == 1)
        #expect(answer.err.contains("\(path):51: invalid_email at email: "))
        #expect(answer.err.contains("\(path):71: invalid_time at at: "))
        #expect(answer.err.contains("\(path):91: ragged_row: "))
        let json = try answer.json()
        #expect(json["rejected"] as? Int == 3)
        #expect(json["reasons"] as? [String: Int] == ["invalid_email": 1, "invalid_time": 1, "ragged_row": 1])
        let rejects = try String(contentsOfFile: tool.store + ".rejects.jsonl", encoding: .utf8)
        #expect(rejects.split(separator: "\n").count == 3)
        #expect(!rejects.contains(Tool.secret))
        #expect(try tool.ask("digest", "--content").out == digest(tool, recording: rows.lines))
    }

    @Test func tooManyRejectsStopTheLoadAndLeaveTheStore() throws {
        let tool = try withStore()
        let map = try tool.file("map.yaml", Self.mapping)
        let before = try tool.ask("digest", "--content").out
        let path = try tool.file("rows.csv", "at,email,cookie,phone\n" + String(repeating: "x,y\n", count: 20))
        let answer = try tool.ask("backfill", "--mapping", map, "--max-rejects", "10", path)
        #expect(answer.status == 1)
        #expect(answer.err.contains("more than 10 of 20 rows are rejected (ragged_row 20)"), "\(answer.err)")
        #expect(try tool.ask("digest", "--content").out == before)
        let good = try tool.file("good.csv", Self.rows(10).csv)
        #expect(try tool.ask("backfill", "--mapping", map, good).err.contains("--restart"))
        #expect(try tool.ask("backfill", "--mapping", map, "--restart", good).status == 0)
    }

    @Test func aDryRunChangesNothing() throws {
        let tool = try withStore()
        let map = try tool.file("map.yaml", Self.mapping)
        let before = try tool.ask("digest", "--content").out
        let path = try tool.file("rows.csv", Self.rows(100).csv)
        let answer = try tool.ask("backfill", "--mapping", map, "--dry-run", path, "--json")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(try answer.json()["accepted"] as? Int == 100)
        #expect(try tool.ask("digest", "--content").out == before)
        #expect(try tool.ask("backfill", "--mapping", map, path).status == 0)
    }

    @Test func whatIsWrongIsSaidBeforeARowIsRead() throws {
        let tool = try withStore()
        let path = try tool.file("rows.csv", Self.rows(10).csv)
        let map = try tool.file("map.yaml", Self.mapping.replacing("cookie, column", with: "fax, column"))
        let ask = { (arguments: [String]) in try tool.run(["backfill", "--data", tool.store] + arguments) }
        let wrong = try ask(["--mapping", map, path])
        #expect(wrong.status == 1)
        #expect(wrong.err.contains("map.yaml:5:17: identifiers[1].namespace: \"fax\" is no namespace"), "\(wrong.err)")
        for (arguments, status, words) in [
            ([path], 2, "--suggest"), ([], 2, "name the inputs"),
            (["--mapping", map, path + "x"], 1, "cannot be read"),
            (["--mapping", map, "--resume", "--restart", path], 2, "--resume or --restart"),
            (["--mapping", map, "--position", "p", path], 2, "--server"),
            (["--mapping", map, "--memory", "lots", path], 2, "--memory"),
            (["--mapping", map + "x", path], 1, "cannot be read"),
        ] as [([String], Int32, String)] {
            let answer = try ask(arguments)
            #expect(answer.status == status && answer.err.contains(words), "\(arguments): \(answer.err)")
        }
        // Nothing of a load is left that would have to be resumed.
        let right = try tool.file("right.yaml", Self.mapping)
        #expect(try ask(["--mapping", right, path]).status == 0)
    }

    @Test func aSuggestionIsAMapping() throws {
        let tool = try withStore()
        let path = try tool.file("rows.csv", Self.rows(500).csv)
        let suggested = try tool.run(["backfill", "--suggest", path])
        #expect(suggested.status == 0, "\(suggested.err)")
        let map = try tool.file("map.yaml", suggested.out)
        let answer = try tool.ask("backfill", "--mapping", map, path)
        #expect(answer.status == 0, "\(answer.err)")
        #expect(try tool.run(["backfill", "--suggest", path, "--data", tool.store]).out == suggested.out)
    }

    @Test func aSignalLeavesACheckpointToGoOnFrom() throws {
        let tool = try withStore()
        let map = try tool.file("map.yaml", Self.mapping)
        let rows = Self.rows(200_000)
        let path = try tool.file("rows.csv", rows.csv)
        let run = try tool.start(["backfill", "--data", tool.store, "--mapping", map, path])
        usleep(150_000)
        run.signal(SIGTERM)
        let answer = try run.finish()
        // It may have been done before.
        if answer.status != 0 {
            #expect(answer.status == 128 + SIGTERM, "\(answer.err)")
            #expect(answer.err.contains("go on with --resume"))
            #expect(try tool.ask("backfill", "--mapping", map, path).err.contains("--resume"))
            let resumed = try tool.ask("backfill", "--mapping", map, "--resume", path, "--json")
            #expect(resumed.status == 0, "\(resumed.err)")
            #expect(try resumed.json()["rows"] as? Int == 200_000)
        }
        #expect(try tool.ask("digest", "--content").out == digest(tool, recording: rows.lines))
    }

    @Test func overAServerItIsTheSame() throws {
        let tool = try withStore()
        let map = try tool.file("map.yaml", Self.mapping)
        let rows = Self.rows(5_000)
        var lines = rows.csv.split(separator: "\n").map(String.init)
        lines.insert("2026-01-02 03:04:05,\(Tool.secret)@@example.org,,", at: 2_000)
        lines.insert("x", at: 3_000)
        let path = try tool.file("rows.csv", lines.joined(separator: "\n"))
        let server = try ServerRun(tool)
        let address = try #require(server.addresses["wire"])
        let answer = try tool.run(["backfill", "--server", address, "--mapping", map, path, "--json"])
        #expect(answer.status == 1, "\(answer.err)")
        let json = try answer.json()
        #expect(json["accepted"] as? Int == 5_000)
        #expect(json["reasons"] as? [String: Int] == ["invalid_email": 1, "ragged_row": 1])
        let rejects = try String(contentsOfFile: tool.path + "/selvedge-backfill.rejects.jsonl", encoding: .utf8)
        #expect(rejects.split(separator: "\n").count == 2)
        #expect(!FileManager.default.fileExists(atPath: tool.path + "/selvedge-backfill.position"))
        // A second time changes nothing; a position of another load is refused.
        let again = try tool.run(["backfill", "--server", address, "--mapping", map, path])
        #expect(again.status == 1)
        try tool.file("selvedge-backfill.position", "{}")
        #expect(try tool.run(["backfill", "--server", address, "--mapping", map, path]).err.contains("--restart"))
        #expect(
            try tool.run(["backfill", "--server", address, "--mapping", map, "--resume", path]).err.contains(
                "no position file"))
        try server.end()
        #expect(try tool.ask("digest", "--content").out == digest(tool, recording: rows.lines))
    }
}
