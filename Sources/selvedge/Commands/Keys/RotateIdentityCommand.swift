internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import Wire

struct RotateIdentityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Bring every identity key to its next version.",
        discussion: """
            Values are not needed, and not kept: a key of the next version is made from the one before. It is done piece by \
            piece in the store: others read it meanwhile, and a server that serves it (--server) goes on recording. What is \
            stopped, by a signal or a crash, is taken up by the same command, or by the server at its next start. It ends by \
            evaluating every component again, since keys break ties. No erasure may be on its way. Old keys may lie in free \
            pages of the file until `selvedge scrub`.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var act: ActOptions

    @Option(name: .long, help: ArgumentHelp("Rows of a piece, each a transaction; with --data.", valueName: "count"))
    var pieceRows = 2_000

    private struct Answer: Encodable {
        struct Digests: Encodable {
            var partition: String
            var content: String
        }

        var version: Int
        var profilesChanged: UInt64
        var before: Digests
        var after: Digests

        private enum CodingKeys: String, CodingKey {
            case version, before, after
            case profilesChanged = "profiles_changed"
        }
    }

    func validate() throws {
        guard (1...100_000).contains(pieceRows) else { throw ValidationError("--piece-rows is in 1...100000") }
    }

    mutating func run() throws {
        try act.check(target)
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let answer =
            switch try target.target() {
            case .store(let store): try rotate(store)
            case .server(let server): try rotate(server)
            }
        if target.json { return try JSONLine.print(answer) }
        try Console.line("identity keys have version \(answer.version); profiles changed: \(answer.profilesChanged)")
        try Console.line("partition: \(answer.before.partition) -> \(answer.after.partition)")
        try Console.line("content: \(answer.before.content) -> \(answer.after.content)")
        try Console.line("old keys may lie in free pages of the store's file until `selvedge scrub`")
    }

    private func rotate(_ store: StorePlace) throws -> Answer {
        let engine = try store.openForWriting("keys")
        let teller = StageTeller()
        let report = try engine.rotateIdentity(
            act.act, rows: pieceRows,
            progress: { progress in
                teller.show(progress.stage.map { "\($0)" } ?? "", progress.next, of: progress.end)
                if let signal = Interruption.signal { throw Stop(signal: signal) }
            })
        teller.end()
        return Answer(
            version: Int(report.version), profilesChanged: report.profilesChanged,
            before: .init(partition: report.before.partition, content: report.before.content),
            after: .init(partition: report.after.partition, content: report.after.content))
    }

    private func rotate(_ server: ServerStore) throws -> Answer {
        let teller = StageTeller()
        let messages = StreamReader(server.client.rotateKeys(reason: act.reason))
        var last = SelvedgeRotateKeysResponse()
        while let message = try Bridge.wait({ try await messages.next() }) {
            last = message
            if !last.done { teller.show(last.stage, last.next, of: last.end) }
        }
        teller.end()
        guard last.done else { throw SelvedgeError.unreadable }
        func text(_ digest: SelvedgeDigest) -> String { hexadecimal(Array(digest.sha256)) }
        return Answer(
            version: Int(last.version), profilesChanged: last.profilesChanged,
            before: .init(partition: text(last.partitionBefore), content: text(last.contentBefore)),
            after: .init(partition: text(last.partitionAfter), content: text(last.contentAfter)))
    }
}

/// Says how far a rotation has come: one line that is written over on a terminal, a line a stage elsewhere.
private final class StageTeller {
    private var stage = ""
    private var progress = Progress("of the stage", total: nil)

    func show(_ stage: String, _ next: UInt64, of end: UInt64) {
        if stage != self.stage {
            progress.clear()
            self.stage = stage
            if !stage.isEmpty { Console.error("selvedge: \(stage)") }
            progress = Progress("nodes seen", total: Int(clamping: end))
        }
        progress.show(Int(clamping: next), done: Int(clamping: next))
    }

    func end() { progress.clear() }
}
