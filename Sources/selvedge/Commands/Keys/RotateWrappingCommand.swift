internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB

struct RotateWrappingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wrapping",
        abstract: "Wrap the store's keys under another root key.",
        discussion: """
            The keys themselves stay as they are, and so does every row: whoever has the old root key and an old copy of \
            keys.bundle still has them. Whoever uses the store meanwhile goes on undisturbed. What was stopped is brought to \
            its end by the same command, or by the next one that writes. The old root key is left where it is.
            """)

    @OptionGroup var place: PlaceOptions
    @OptionGroup var act: ActOptions

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            """
            The new root key: a file of mode 0400, made where there is none; credential:NAME; or a token's URI, pkcs11:...
            """, valueName: "place"))
    var target: String

    private struct Answer: Encodable {
        var rootKey: String
        var isAudited: Bool

        private enum CodingKeys: String, CodingKey {
            case rootKey = "root_key"
            case isAudited = "audited"
        }
    }

    func validate() throws {
        guard act.principal != nil else { throw ValidationError("--by WHO is required") }
    }

    mutating func run() throws {
        let isAudited = try enter()
        do {
            try StoreKeys.rewrap(place.data, to: RootKeyPlace(target), random: SystemRandom())
        } catch let error as KeyError { throw Failure(.refusedInput, error.description) }
        let text = try StoreKeys(directory: place.data).placeText
        if place.json { return try JSONLine.print(Answer(rootKey: text, isAudited: isAudited)) }
        try Console.line("the store's keys are wrapped under \(text)")
        if !isAudited {
            try Console.line("another process writes the store: this act is not in its audit; note it elsewhere")
        }
    }

    /// Enters the act in the audit before it is done. False where another process has the store for writing.
    private func enter() throws -> Bool {
        let access = AuditLog.Draft(
            time: Clock.now, principal: act.principal ?? "", role: "privacy", action: "keys rotate wrapping",
            reason: act.reason)
        do {
            try StorePlace(data: place.data, acceptNormaliser: true).openForWriting("keys").enterAudit(access)
            return true
        } catch let error as LMDBError {
            guard case .writerLockHeld = error.kind else { throw error }
            return false
        }
    }
}
