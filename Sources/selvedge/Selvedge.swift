internal import ArgumentParser

/// The root of the command line.
struct Selvedge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selvedge",
        abstract: "An identity-resolution graph database: observations in, profiles out.",
        discussion: """
            A store is a directory, named with --data, or it is asked by way of the server that serves it, --server. Identifiers are written NAMESPACE:VALUE, such as \
            email:ann@example.com; NAMESPACE#sha256:HEX where only the SHA-256 of the normalised value is known (hex or \
            base64; e-mail and phone); record:SOURCE:RECORD_ID for a record. Values are normalised, hashed under the \
            store's keys and never stored, logged or put in a message.

            Whoever asks names a purpose and sees what the person allows for it; what may not be shown looks like what \
            is not known. To look past consent takes --role, --by and --reason, and the audit keeps it.

            Every command takes --json. Exit codes: 0 done, 1 refused input, 2 wrong usage, 3 trouble with the store; \
            128 and the signal's number when a signal stopped it.

            Begin:  selvedge init --data DIR
                    selvedge record --data DIR FILE.jsonl
                    selvedge resolve --data DIR --purpose service email:ann@example.com
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Changing a store:",
                subcommands: [
                    InitCommand.self, RecordCommand.self, BackfillCommand.self, RetractCommand.self, AssertCommand.self,
                    SweepCommand.self,
                    PurgeCommand.self,
                ]),
            CommandGroup(
                name: "Asking it:",
                subcommands: [
                    ResolveCommand.self, ExplainCommand.self, SimulateCommand.self, WatchCommand.self,
                    ClustersCommand.self, KeyCommand.self,
                ]),
            CommandGroup(
                name: "Linking what is alike:",
                subcommands: [TrainGroup.self, LinkCommand.self, ReviewGroup.self, ModelGroup.self]),
            CommandGroup(
                name: "What people are worth, and what they are offered:",
                subcommands: [ScoreCommand.self, OffersGroup.self, OfferGroup.self, ReportCommand.self]),
            CommandGroup(name: "What people allow:", subcommands: [ConsentCommand.self]),
            CommandGroup(
                name: "What people may ask for:", subcommands: [PrivacyGroup.self, VerifyErasureCommand.self]),
            CommandGroup(name: "Serving it:", subcommands: [ServeCommand.self]),
            CommandGroup(
                name: "Looking after it:",
                subcommands: [
                    DigestCommand.self, CheckCommand.self, StatsCommand.self, EvaluateCommand.self,
                    RepartitionCommand.self, ScrubCommand.self, ExportCommand.self, BackupCommand.self,
                    RestoreCommand.self, AuditCommand.self, KeysCommand.self,
                ]),
        ])
}
