internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

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

    @OptionGroup var target: TargetOptions
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

        init(_ message: SelvedgePlanErasureResponse) {
            func items(_ list: [SelvedgePlanErasureResponse.Item]) -> [Item] {
                list.map { Item(namespace: $0.namespace, token: $0.key.keyText) }
            }
            held = message.held
            taken = items(message.taken)
            shared = items(message.shared)
            likely = items(message.likely)
            recordsTrimmed = Int(message.recordsTrimmed)
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

    func validate() throws { try act.check(target) }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("privacy request")
        let subject = try subject.subject(engine)
        guard dryRun else {
            return try ErasureAnswer(engine.requestErasure(of: subject, isOnly: only, act.act)).say(json: target.json)
        }
        let access = try act.access("privacy plan", subject, engine)
        try say(Plan(try engine.planErasure(of: subject, isOnly: only, under: access)))
    }

    private func run(_ server: ServerStore) throws {
        let (subject, only, look) = (try subject.message, only, act.look)
        guard dryRun else {
            return try ErasureAnswer(
                server.ask { try await $0.requestErasure(of: subject, only: only, reason: look.reason) }
            ).say(json: target.json)
        }
        try say(Plan(server.ask { try await $0.planErasure(of: subject, only: only, by: look) }))
    }

    private func say(_ plan: Plan) throws {
        if target.json { try JSONLine.print(plan) } else { try plan.say() }
    }
}

struct ApproveErasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a request, as somebody else than the requester.",
        discussion: """
            The hash is shown with the request: the approval is of that request, and expires. Over a server the person is \
            out of sight at once, and the rest is done there.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var act: ActOptions

    @Argument(help: "The request's number.") var number: UInt64
    @Option(name: .long, help: ArgumentHelp("The request's hash, 64 hexadecimal digits.", valueName: "hex"))
    var hash: String
    @Option(
        name: .long,
        help: ArgumentHelp("Erase this member too, though it is joined by likeness alone.", valueName: "identifier"))
    var also: [String] = []

    func validate() throws { try act.check(target) }

    mutating func run() throws {
        guard let hash = Hexadecimal.bytes(hash).flatMap({ Digest($0) }) else {
            throw ValidationError("--hash takes 64 hexadecimal digits")
        }
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForWriting("privacy approve")
            let keys = try also.map { try IdentifierArgument.identifier($0, engine.intakeNow()).key }
            try ErasureAnswer(engine.approveErasure(number, hash: hash, also: keys, act.act)).say(json: target.json)
        case .server(let server):
            let also = try also.map { try SelvedgeSubject(evidence: $0) }
            let (number, reason) = (number, act.reason)
            let status = try server.ask {
                try await $0.approve(number, hash: hash.bytes, also: also, reason: reason)
            }
            try ErasureAnswer(status).say(json: target.json)
        }
    }
}

struct RejectErasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject a request that has not been run.")

    @OptionGroup var target: TargetOptions
    @OptionGroup var act: ActOptions
    @Argument(help: "The request's number.") var number: UInt64

    func validate() throws { try act.check(target) }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForWriting("privacy reject")
            try ErasureAnswer(engine.rejectErasure(number, act.act)).say(json: target.json)
        case .server(let server):
            let (number, reason) = (number, act.reason)
            try ErasureAnswer(server.ask { try await $0.reject(number, reason: reason) }).say(json: target.json)
        }
    }
}
