internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

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

    @OptionGroup var target: TargetOptions

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
        let answer =
            switch try target.target() {
            case .store(let store): try verify(store)
            case .server(let server): try verify(server)
            }
        if target.json { try JSONLine.print(answer) }
        if let fault = answer.fault {
            throw Failure(
                .storeTrouble,
                "the audit is not as it was written: \(fault); keep the store as it is, and compare it with a backup")
        }
        guard !target.json else { return }
        let (entries, heads, uncovered) = (answer.entries ?? 0, answer.heads ?? 0, answer.uncovered ?? 0)
        try Console.line(
            "the audit is whole: \(counted(Int(entries), "entry", "entries")), \(counted(heads, "signed head", "signed heads"))"
        )
        if uncovered > 0 {
            try Console.line(
                "\(counted(Int(uncovered), "entry has", "entries have")) no head yet: only there could the end be cut off unseen"
            )
        }
        try Console.line("heads are verified by the Ed25519 key \(answer.key)")
    }

    private func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    private func verify(_ store: StorePlace) throws -> Answer {
        let engine = try store.openForReading()
        var kept: [AuditHead?] = []
        for path in head { kept += try keptHeads(path) }
        let verdict = try Waiting.during("reading the audit") { try engine.verifyAudit(kept: kept) }
        let key = try engine.auditKey().hexadecimalText
        return switch verdict {
        case .whole(let entries, let heads, let uncovered):
            Answer(whole: true, entries: entries, heads: heads, uncovered: uncovered, key: key)
        case .broken(let fault): Answer(whole: false, fault: fault.description, key: key)
        }
    }

    private func verify(_ server: ServerStore) throws -> Answer {
        var kept: [UInt8] = []
        for path in head {
            // What is no head is sent as what it is: the server names its place.
            let count = try keptHeads(path).count
            kept += try Array(Data(contentsOf: URL(fileURLWithPath: path))).prefix(count * AuditHead.byteCount)
        }
        let sent = kept
        let verdict = try server.ask(waiting: "the server is reading the audit") {
            try await $0.verifyAudit(heads: sent)
        }
        let key = hexadecimal(Array(verdict.key))
        guard verdict.whole else { return Answer(whole: false, fault: verdict.fault, key: key) }
        return Answer(
            whole: true, entries: verdict.entries, heads: Int(verdict.heads), uncovered: verdict.uncovered, key: key)
    }

    private func keptHeads(_ path: String) throws -> [AuditHead?] {
        let heads = try AuditHeadFile(path: path).read()
        guard !heads.isEmpty else {
            throw Failure(.refusedInput, "\(path): holds no signed head; give a copy of audit.heads")
        }
        return heads
    }
}
