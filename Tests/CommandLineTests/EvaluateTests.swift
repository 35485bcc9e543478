import Foundation
import Testing

@Suite("selvedge evaluate") struct EvaluateTests {
    /// Records a, b and c are one profile, d another; the list says a b | c d.
    @Test func recordsAreComparedPairwiseAndByItem() throws {
        let tool = try Tool.withStore()
        let lines = ["a", "b", "c"].map {
            Lines.observation([("login", "\(Tool.secret)")], source: "CRM", record: $0)
        }
        try tool.ask("record", input: lines.joined() + Lines.observation([("login", "x")], source: "CRM", record: "d"))
        let truth =
            "DATA_SOURCE,note,Record_ID,Entity\ncrm,\"x,\n\",a,1\r\nCrm,,b,1\nCRM,,c,2\n\ncrm,,\"d\",2\ncrm,,e,2\nother,,a,9\ncrm,,a,1\n"
        let file = try tool.file("truth.csv", truth)
        let json = try tool.ask("evaluate", "--truth", file, "--json").json()
        let records = try #require(json["records"] as? [String: Any])
        #expect(records["not_held"] as? Int == 2)
        #expect(records["repeated"] as? Int == 1)
        let agreement = try #require(records["agreement"] as? [String: Any])
        #expect(agreement["found_pairs"] as? Int == 3)
        #expect(agreement["true_pairs"] as? Int == 2)
        #expect(agreement["shared_pairs"] as? Int == 1)
        #expect(agreement["found_groups"] as? Int == 2)
        // (2/3 + 2/3 + 1/3 + 1) / 4 and (1 + 1 + 1/2 + 1/2) / 4
        #expect(try close(agreement["b_cubed_precision"], 2.0 / 3))
        #expect(try close(agreement["b_cubed_recall"], 0.75))
        #expect(try tool.ask("evaluate", "--truth", file).out.contains("B-cubed"))
    }

    /// Person 1: e-mail, cookie, session s1 seen in a row; session s2 apart. Person 2: session s3 on person 1's cookie,
    /// which makes it wrong. s4 is shared, and left out.
    @Test(arguments: [true, false])
    func identifiersAndSessionsAreCompared(_ hasIslands: Bool) throws {
        let tool = try Tool.withStore()
        let lines =
            Lines.observation([("email", Lines.email), ("session", "s1")])
            + Lines.observation([("session", "s1"), ("cookie", "c1")]) + Lines.observation([("session", "s2")])
            + Lines.observation([("session", "s3"), ("cookie", "c1")])
            + Lines.observation([("session", "s4"), ("cookie", "c1")])
            + Lines.observation([("session", "s5"), ("cookie", "c1")])
        let file = try tool.file("a.jsonl", lines)
        try tool.ask("record", file)
        let rows = [
            "email,\(Lines.email),1,0,1", "cookie,c1,1,0,1", "session,s1,1,0,1", "session,s2,1,0,2", "session,s3,2,0,3",
            "session,s4,1,1,4", "session,s5,1,0,1", "login,null,1,0,9",
        ]
        let width = hasIslands ? 5 : 4
        let head = ["namespace", "value", "person", "shared", "island"].prefix(width).joined(separator: ",")
        let truth = ([head] + rows.map { $0.split(separator: ",").prefix(width).joined(separator: ",") })
            .joined(separator: "\n")
        var arguments = ["evaluate", "--data", tool.store, "--json", "--truth", try tool.file("truth.csv", truth)]
        if !hasIslands { arguments += ["--observations", file] }
        let answer = try tool.run(arguments)
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.err.isEmpty)
        #expect(try answer.json()["refused_rows"] as? Int == 0)
        #expect(try answer.json()["placeholder_rows"] as? Int == 1)
        let found = try #require(try answer.json()["identifiers"] as? [String: Any])
        #expect(found["identifiers"] as? Int == 6)
        #expect(found["shared"] as? Int == 1)
        // Of e-mail, c1, s1, s3, s5 in one profile, six of ten pairs are person 1's.
        #expect(found["found_pairs"] as? Int == 10)
        #expect(found["right_pairs"] as? Int == 6)
        #expect(found["connected_pairs"] as? Int == 6)
        #expect(try close(found["recall"], 1))
        #expect(found["sessions"] as? Int == 4)
        #expect(found["addressable"] as? Int == 2)
        #expect(found["wrong"] as? Int == 1)
        #expect(found["unaddressable"] as? Int == 1)
        #expect(found["addressable_before"] as? Int == (hasIslands ? nil : 1))
    }

    @Test(arguments: [
        "", "\n\n", "a,b,c\n1,2,3\n", "source,record_id\n", "namespace,value,person\nnone,\(Tool.secret),1\n",
        "namespace,value,person\nemail,\"\(Tool.secret)", "source,record_id,truth\nweb,\"\(Tool.secret)\n",
        "namespace,value,person\nemail\n",
    ])
    func aListThatCannotBeReadIsRefused(_ text: String) throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        let answer = try tool.ask("evaluate", "--truth", try tool.file("truth.csv", text))
        #expect(answer.status == 1)
        #expect(!answer.err.isEmpty)
    }

    private func close(_ value: Any?, _ expected: Double) throws -> Bool {
        abs(try #require(value as? Double) - expected) < 1e-9
    }
}
