internal import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read and verify who has looked past consent, and who did what under data protection law.",
        discussion: """
            Entries are chained, each under a code of its own, and a writer signs the end of the chain each minute and when it \
            closes. They name their subjects by a hash that no other table knows.
            """,
        subcommands: [VerifyAuditCommand.self, ListAuditCommand.self])

    mutating func run() throws {
        let names = Self.configuration.subcommands.compactMap { $0.configuration.commandName }
        throw ValidationError("name one of its commands: \(names.joined(separator: ", "))")
    }
}
