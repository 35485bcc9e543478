import Foundation
import TestSupport
import Testing

/// The recipe by which records without an identifier in common are joined, by the commands that anybody would use.
@Suite("selvedge train, link, review, model") struct LinkageCommandTests {
    @Test func theWholeRecipeJoinsRecordsOfOnePerson() throws {
        let tool = try Tool.withStore()
        let town = Town(people: 400)
        #expect(try tool.ask("record", input: town.observations).status == 0)
        let before = try tool.ask("digest", "--content").out
        let trained = try tool.run(["train", "linkage", "--data", tool.store, "--json"])
        #expect(trained.status == 0, "\(trained.err)")
        #expect(try trained.json()["records"] as? Int == 800)
        #expect(try tool.ask("digest", "--content").out == before)
        let linked = try tool.ask("link", "--json")
        #expect(linked.status == 0, "\(linked.err)")
        #expect(try linked.json()["model"] as? Int == 1)
        let truth = try tool.file("truth.csv", town.truth)
        let json = try tool.ask("evaluate", "--truth", truth, "--json").json()
        let records = try #require(json["records"] as? [String: Any])
        let agreement = try #require(records["agreement"] as? [String: Any])
        #expect(try #require(agreement["f1"] as? Double) > 0.97)
        #expect(try #require(records["thresholds"] as? [[String: Any]]).count > 3)
        #expect(try tool.ask("check").status == 0)
        #expect(try tool.ask("link", "--none").status == 0)
        #expect(try tool.ask("digest", "--content").out == before)
    }

    @Test func aModelIsShownAndWorksElsewhere() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Town(people: 300).observations)
        try tool.run(["train", "linkage", "--data", tool.store])
        try tool.ask("link")
        let shown = try tool.run(["model", "show", "--data", tool.store])
        #expect(shown.out.contains("family_name") && shown.out.contains("bits"), "\(shown.err)")
        let pair = try tool.run(["model", "show", "--data", tool.store, "record:crm:r1-0", "record:crm:r1-1"])
        #expect(pair.out.contains("a probability of"), "\(pair.err)")
        for value in ["anna", "miller", "schneider"] { #expect(!(shown.out + pair.out).contains(value)) }
        let page = tool.path + "/model.html"
        #expect(try tool.run(["model", "show", "--data", tool.store, "--html", page]).status == 0)
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<h2>Weights</h2>"))
        let file = tool.path + "/model"
        #expect(try tool.run(["model", "export", "--data", tool.store, "--out", file]).status == 0)
        let other = try Tool.withStore()
        try other.ask("record", input: Town(people: 30, seed: 9).observations)
        // Too few to learn from: what comes with the program is taken, and said.
        let few = try other.run(["train", "linkage", "--data", other.store])
        #expect(few.status == 0 && few.out.contains("comes with the program"), "\(few.out) \(few.err)")
        let taken = try other.run(["train", "linkage", "--data", other.store, "--from", file])
        #expect(taken.status == 0, "\(taken.err)")
        #expect(try other.ask("link").status == 0)
    }

    @Test func whatIsMissingIsSaid() throws {
        let tool = try Tool.withStore()
        let none = try tool.ask("link")
        #expect(none.status == 1)
        #expect(none.err.contains("selvedge train linkage"))
        #expect(try tool.run(["review", "list", "--data", tool.store]).status == 1)
        let few = try tool.run(["train", "linkage", "--data", tool.store])
        #expect(few.status == 1)
        #expect(few.err.contains("records have attributes"))
        let record = "{\"source\":\"crm\",\"record_id\":\"1\",\"time\":\"2026-01-02T03:04:05Z\",\"identifiers\":[],"
        let unknown = try tool.ask("record", input: record + "\"attributes\":{\"shoe_size\":\"42\"}}\n")
        #expect(unknown.status == 1)
        #expect(unknown.err.contains("birth_date"), "the known attributes are listed")
    }

    @Test func aSearchIsForRolesThatMay() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Town(people: 300).observations)
        try tool.run(["train", "linkage", "--data", tool.store])
        try tool.ask("link")
        let attributes = "{\"given_name\":\"anna\",\"family_name\":\"miller\"}"
        #expect(try tool.ask("resolve", "--fuzzy", attributes).status == 2)
        let found = try tool.ask(
            "resolve", "--fuzzy", attributes, "--role", "privacy", "--by", "carol", "--reason", "a call", "--json")
        #expect(found.status == 0, "\(found.err)")
        #expect(try found.json()["found"] is [Any])
    }
}
