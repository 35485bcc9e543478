internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct VerifyAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every entry of the audit, and name the first that is not as it was written.",
        discussion: """
            An entry that was flipped, dropped, moved or renumbered is named, and so is the first that was cut off where a \
            signed head says that it was there. The heads lie in audit.heads in the store's directory: keep a copy of that \
            file elsewhere, and give it with --head, and an end that was cut off together with the heads is named too. Exit \
            code 3 where something is wrong.
            """)

    @OptionGroup var store: StoreOptions

    @Option(
        name: .long,
        help: ArgumentHelp("A copy of audit.heads, or a part of it, that was kept elsewhere.", valueName: "file"))
    var head: [String] = []

    private struct Answer: Encodable {
        var whole: Bool
        var entries: UInt64?
        var heads: Int?
        var uncovered: UInt64?
        var fault: String?
        var key: String
    }

    mutating func run() throws {
        let engine = try store.store.openForReading()
        var kept: [AuditHead?] = []
        for path in head {
            let heads = try AuditHeadFile(path: path).read()
            guard !heads.isEmpty else {
                throw Failure(.refusedInput, "\(path): holds no signed head; give a copy of audit.heads")
            }
            kept += heads
        }
        let verdict = try Waiting.during("reading the audit") { try engine.verifyAudit(kept: kept) }
        let key = try engine.auditKey().hexadecimalText
        switch verdict {
        case .whole(let entries, let heads, let uncovered):
            if store.json {
                return try JSONLine.print(
                    Answer(whole: true, entries: entries, heads: heads, uncovered: uncovered, key: key))
            }
            try Console.line("the audit is whole: \(entries) entries, \(heads) signed heads")
            if uncovered > 0 {
                try Console.line("\(uncovered) entries have no head yet: those alone could be cut off unseen")
            }
            try Console.line("heads are verified by the Ed25519 key \(key)")
        case .broken(let fault):
            if store.json { try JSONLine.print(Answer(whole: false, fault: fault.description, key: key)) }
            throw Failure(
                .storeTrouble,
                "the audit is not as it was written: \(fault); keep the store as it is, and compare it with a backup")
        }
    }
}
