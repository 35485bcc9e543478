internal import ArgumentParser

struct ConsentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent",
        abstract: "Enter decisions of people, ask what they come to, and prove them.",
        discussion: """
            A decision is on one identifier and one purpose (or a feature, such as link_devices): granted, denied or \
            withdrawn. With scope profile it speaks for the whole person, with scope identifier for that identifier \
            alone. Per identifier the latest by event time counts; any denial with scope profile wins over all else.
            """,
        subcommands: [DecideCommand.self, ConsentCheckCommand.self, LedgerCommand.self, ProveCommand.self])

    mutating func run() throws {
        let names = Self.configuration.subcommands.compactMap { $0.configuration.commandName }
        throw ValidationError("name one of its commands: \(names.joined(separator: ", "))")
    }
}
