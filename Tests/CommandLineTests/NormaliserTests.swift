import TestSupport
import Testing

/// A store that was made with other normalisers opens only where that is accepted.
@Suite("--accept-normaliser") struct NormaliserTests {
    private static let commands: [[String]] = [
        ["record"], ["retract", "--source", "crm", "--record", "r2"],
        ["assert", "same", "email:\(Lines.email)", "phone:\(Lines.phone)", "--by", "me"], ["sweep"], ["purge"],
        ["resolve", "--purpose", "service", "email:\(Lines.email)"],
        ["explain", "email:\(Lines.email)", "phone:\(Lines.phone)"], ["simulate"],
        ["consent", "check", "--purpose", "service", "email:\(Lines.email)"],
        ["consent", "decide", "--file", "/dev/null"],
        ["watch", "--purpose", "service"], ["clusters"], ["key", "email:\(Lines.email)"], ["digest"], ["check"],
        ["stats"],
    ]

    @Test func everyCommandThatOpensAStoreTakesIt() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        try giveOtherNormalisers(tool.store)
        for command in Self.commands + [
            ["evaluate", "--truth", try tool.file("truth.csv", "namespace,value,person\n")]
        ] {
            let depth = command[0] == "consent" ? 2 : 1
            let rest = ["--data", tool.store] + command.dropFirst(depth)
            let refused = try tool.run(command.prefix(depth) + rest)
            #expect(refused.status == 3, "\(command[0])")
            #expect(refused.err.contains("--accept-normaliser"), "\(command[0]): \(refused.err)")
            let accepted = try tool.run(command.prefix(depth) + rest + ["--accept-normaliser"])
            #expect(accepted.status == 0, "\(command[0]): \(accepted.err)")
        }
    }

    @Test func aNewStoreHasNothingToAccept() throws {
        let tool = try Tool()
        #expect(try tool.run(["init", "--data", tool.store, "--accept-normaliser"]).status == 2)
    }
}
