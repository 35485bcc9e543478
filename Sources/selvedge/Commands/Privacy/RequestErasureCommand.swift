internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct RequestErasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask for a person to be erased.",
        discussion: """
            Any identifier of the person will do. It takes the profile's identifiers and records that are joined by what was \
            seen together; those joined by likeness alone stay unless the approver names them, and an identifier that \
            others have too loses its links to the person and stays. --dry-run says what would go and what would stay, \
            and asks for nothing.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var act: ActOptions
    @OptionGroup var subject: SubjectArgument

    @Flag(name: .long, help: "Erase the one identifier, and nothing that is joined to it.")
    var only = false

    @Flag(name: .long, help: "Say what would go and what would stay, and ask for nothing.")
    var dryRun = false

    private struct Plan: Encodable {
        struct Item: Encodable {
            var namespace: String
            var token: String
        }

        var held: Bool
        var taken: [Item]
        var shared: [Item]
        var likely: [Item]
        var recordsTrimmed: Int

        private enum CodingKeys: String, CodingKey {
            case held, taken, shared, likely
            case recordsTrimmed = "records_trimmed"
        }

        init(_ plan: ErasurePlan) {
            func items(_ list: [ErasurePlan.Item]) -> [Item] {
                list.map { Item(namespace: $0.namespace, token: $0.key.description) }
            }
            held = plan.isHeld
            taken = items(plan.taken)
            shared = items(plan.shared)
            likely = items(plan.likely)
            recordsTrimmed = plan.trimmed
        }

        func say() throws {
            guard held else { return try Console.line("nothing is held: the identifier would be suppressed") }
            for (title, list) in [
                ("goes", taken), ("stays, as others have it too", shared),
                ("stays, joined by likeness alone", likely),
            ] {
                for item in list { try Console.line("\(title): \(item.namespace) \(item.token)") }
            }
            if recordsTrimmed > 0 {
                try Console.line("records of others that lose an identifier and their attributes: \(recordsTrimmed)")
            }
        }
    }

    mutating func run() throws {
        let engine = try store.store.openForWriting("privacy request")
        let subject = try subject.subject(engine)
        guard dryRun else {
            return try ErasureAnswer(engine.requestErasure(of: subject, isOnly: only, act.act)).say(json: store.json)
        }
        let access = try act.access("privacy plan", subject, engine)
        let plan = Plan(try engine.planErasure(of: subject, isOnly: only, under: access))
        if store.json { try JSONLine.print(plan) } else { try plan.say() }
    }
}

struct ApproveErasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a request, as somebody else than the requester.",
        discussion: "The hash is shown with the request: the approval is of that request, and expires.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var act: ActOptions

    @Argument(help: "The request's number.") var number: UInt64
    @Option(name: .long, help: ArgumentHelp("The request's hash, 64 hexadecimal digits.", valueName: "hex"))
    var hash: String
    @Option(
        name: .long,
        help: ArgumentHelp("Erase this member too, though it is joined by likeness alone.", valueName: "identifier"))
    var also: [String] = []

    mutating func run() throws {
        guard let hash = Hexadecimal.bytes(hash).flatMap({ Digest($0) }) else {
            throw ValidationError("--hash takes 64 hexadecimal digits")
        }
        let engine = try store.store.openForWriting("privacy approve")
        let keys = try also.map { try IdentifierArgument.identifier($0, engine.intakeNow()).key }
        try ErasureAnswer(engine.approveErasure(number, hash: hash, also: keys, act.act)).say(json: store.json)
    }
}

struct RejectErasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject a request that has not been run.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var act: ActOptions
    @Argument(help: "The request's number.") var number: UInt64

    mutating func run() throws {
        let engine = try store.store.openForWriting("privacy reject")
        try ErasureAnswer(engine.rejectErasure(number, act.act)).say(json: store.json)
    }
}

struct ErasureStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Say how far an erasure has come.")

    @OptionGroup var store: StoreOptions
    @Argument(help: "Its number.") var number: UInt64

    mutating func run() throws {
        try ErasureAnswer(store.store.openForReading().erasure(number)).say(json: store.json)
    }
}

struct ListErasuresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List requests, those that are due first.")

    @OptionGroup var store: StoreOptions
    @Flag(name: .long, help: "Only those that are not done and are due by now.") var overdue = false

    mutating func run() throws {
        for status in try store.store.openForReading().erasures() {
            if overdue, !status.isOverdue(at: Clock.now) { continue }
            let answer = ErasureAnswer(status)
            if store.json {
                try JSONLine.print(answer)
            } else {
                let mark = answer.overdue ? "  OVERDUE" : ""
                try Console.line("\(answer.number)  \(answer.state)  due \(answer.due)\(mark)  \(answer.reason)")
            }
        }
    }
}

struct ErasureCertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Print the certificate of an erasure that is done.")

    @OptionGroup var store: StoreOptions
    @Argument(help: "Its number.") var number: UInt64

    mutating func run() throws {
        let row = try store.store.openForReading().erasure(number).row
        guard row.state == .certified else { throw EngineError.wrongState(number, row.state) }
        try Console.line(store.json ? row.certificateJSON : row.certificate)
    }
}
