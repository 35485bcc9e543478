internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct RotateIdentityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Bring every identity key to its next version.",
        discussion: """
            Values are not needed, and not kept: a key of the next version is made from the one before. It is done piece by \
            piece in the store, so others may read it meanwhile; what is stopped, by a signal or a crash, is taken up by the \
            same command, and whoever records in between is understood. It ends by evaluating every component again, since \
            keys break ties. No erasure may be on its way. Old keys may lie in free pages of the file until `selvedge scrub`.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var act: ActOptions

    @Option(name: .long, help: ArgumentHelp("Rows of a piece, each a transaction.", valueName: "count"))
    var pieceRows = 2_000

    func validate() throws {
        guard (1...100_000).contains(pieceRows) else { throw ValidationError("--piece-rows is in 1...100000") }
    }

    mutating func run() throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let engine = try store.store.openForWriting("keys")
        let teller = StageTeller()
        let report = try engine.rotateIdentity(act.act, rows: pieceRows) { progress in
            teller.show(progress)
            if let signal = Interruption.signal { throw Stop(signal: signal) }
        }
        teller.end()
        if store.json { return try JSONLine.print(report) }
        try Console.line("identity keys have version \(report.version); profiles changed: \(report.profilesChanged)")
        try Console.line("partition: \(report.before.partition) -> \(report.after.partition)")
        try Console.line("content: \(report.before.content) -> \(report.after.content)")
        for (version, count) in report.suppressions.sorted(by: { $0.key < $1.key }) {
            try Console.line("suppressed under version \(version): \(count)")
        }
        try Console.line("old keys may lie in free pages of the store's file until `selvedge scrub`")
    }
}

/// Says how far a rotation has come: one line that is written over on a terminal, a line a stage elsewhere.
private final class StageTeller {
    private var stage: KeyVersion.Stage?
    private var progress = Progress("of the stage", total: nil)

    func show(_ now: RotationProgress) {
        if now.stage != stage {
            progress.clear()
            stage = now.stage
            if let stage { Console.error("selvedge: \(stage)") }
            progress = Progress("nodes seen", total: Int(now.end))
        }
        progress.show(Int(now.next), done: Int(now.next))
    }

    func end() { progress.clear() }
}
