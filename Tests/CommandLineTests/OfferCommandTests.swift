import Foundation
import Testing

/// Scores and offers by `--server` and by `--data`.
@Suite("score, offer, offers", .serialized) struct OfferCommandTests {
    private static let email = "email:\(Lines.email)"

    private func shop() throws -> (tool: Tool, server: ServerRun, catalogue: String) {
        let tool = try Tool.withStore()
        let seen = try tool.ask("record", input: Lines.person)
        try #require(seen.status == 0, "\(seen.err)")
        let copy = tool.path + "/copy"
        try FileManager.default.copyItem(atPath: tool.store, toPath: copy)
        let catalogue = try tool.file("offers.yaml", OfferKillTests.catalogue)
        return (tool, try ServerRun(tool, data: copy), catalogue)
    }

    @Test func aServerSaysWhatTheStoreSays() throws {
        let (tool, server, catalogue) = try shop()
        let address = try #require(server.addresses["wire"])
        let wrong = try tool.file("wrong.yaml", OfferKillTests.catalogue + "more: 1\n")
        let commands: [[String]] = [
            ["offers", "show"], ["offers", "load", "--check", catalogue], ["offers", "load", wrong],
            ["offers", "load", catalogue], ["offers", "show"], ["offers", "show", "--json"],
            ["score", "--purpose", "service", Self.email], ["score", "--purpose", "none", Self.email],
            ["offer", "decide", "--purpose", "service", "--channel", "pigeon", Self.email],
            ["offer", "decide", "--purpose", "none", Self.email],
            ["offer", "outcome", "dec_" + String(repeating: "1", count: 26), "shown"],
            ["offer", "outcome", "dec_1", "shown"],
        ]
        for command in commands {
            let store = try tool.run(command + ["--data", tool.store])
            let served = try tool.run(command + ["--server", address])
            #expect(store.status == served.status, "\(command): \(store.err) \(served.err)")
            #expect(store.out == served.out, "\(command)")
        }
        try server.end()
    }

    @Test func aDecisionOverAServerIsKeptAndItsOutcomeCountsOnce() throws {
        let (tool, server, catalogue) = try shop()
        let place = ["--server", try #require(server.addresses["wire"]), "--json"]
        #expect(try tool.run(["offers", "load", catalogue] + place).status == 0)
        let basket = try tool.file("basket.json", #"[{"category":"lamps","quantity":2,"price":4900,"cost":2500}]"#)
        let question = ["--purpose", "service", "--basket", basket, "--trace", Self.email]
        let tried = try tool.run(["offer", "decide", "--try"] + place + question).json()
        #expect(tried["decision"] == nil && tried["generic"] as? Bool == false)
        #expect((tried["candidates"] as? [[String: Any]])?.isEmpty == false)
        let made = try tool.run(["offer", "decide"] + place + question).json()
        let id = try #require(made["decision"] as? String)
        for effect in ["entered", "unchanged"] {
            let answer = try tool.run(
                ["offer", "outcome", id, "bought", "--order", "o-1", "--revenue", "9800", "--margin", "4000"] + place)
            #expect(try answer.json()["effect"] as? String == effect)
        }
        let shown = try tool.run(["offer", "decide", "--try"] + place.dropLast() + question)
        #expect(shown.status == 0 && shown.out.contains("only tried"))
        try server.end()
        let check = try tool.run(["check", "--data", tool.path + "/copy"])
        #expect(check.status == 0, "\(check.err)")
    }
}
