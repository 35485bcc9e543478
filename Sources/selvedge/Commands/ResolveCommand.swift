internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import SelvedgeClient
internal import Stitching

struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Print the profiles of identifiers, as far as a purpose may see them.",
        discussion: """
            One answer for each identifier, in order: the part of its profile that consent and sources allow for the \
            purpose, under an id of its own. What may not be shown, what is unknown and what is forged is `generic`, and \
            all of these look alike. Members are shown by namespace and identity key, records also by source and record \
            id.

            With --role, --by and --reason the whole profile is shown, and where --purpose is given too, what it may see \
            and why it may not; each such look is kept in the audit.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var purpose: PurposeOption
    @OptionGroup var access: AccessOptions
    @OptionGroup var judging: JudgingOption

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            Search by attributes, such as {"family_name":"Miller"}: records that are like that, with their weights. Takes \
            --role, --by and --reason, over a server --reason alone, and a model that links.
            """, valueName: "json"))
    var fuzzy: String?

    @Argument(
        help: ArgumentHelp(
            "NAMESPACE:VALUE, NAMESPACE#sha256:HEX, record:SOURCE:RECORD_ID or prf_...", valueName: "identifier"))
    var identifiers: [String] = []

    func validate() throws {
        if fuzzy != nil {
            guard identifiers.isEmpty else { throw ValidationError("--fuzzy goes without identifiers") }
            return try access.check(target, .mustLook)
        }
        guard !identifiers.isEmpty else { throw ValidationError("name an identifier, or search with --fuzzy") }
        try access.check(target, .mayLook)
        try judging.check(target)
        guard !target.isServer || access.look != nil || purpose.purpose != nil else {
            throw ValidationError("--purpose is required, or --reason TEXT to look past consent")
        }
    }

    mutating func run() throws {
        let place = try target.target()
        if let fuzzy { return try FuzzySearch(attributes: fuzzy, access: access, json: target.json).run(place) }
        switch place {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let looker = try access.looker()
        let engine = looker == nil ? try store.openForReading() : try store.openForWriting("resolve")
        let number = looker == nil ? try purpose.demandedNumber(engine) : try purpose.number(engine)
        let intake = try engine.intakeNow()
        let asked = identifiers.map { text in Result { () throws(Refusal) in try IdentifierArgument(text, intake) } }
        let audited = try looker.map { looker in
            try looker.access("resolve", asked.compactMap { try? $0.get().subject }, engine)
        }
        let printer = ProfilePrinter(engine: engine, state: try engine.state(), purpose: purpose.purpose)
        var hasRefused = false
        for (index, item) in asked.enumerated() {
            let request = number.map { engine.request($0, at: judging.moment) }
            switch item {
            case .failure(let refusal):
                try say(ResolveAnswer(argument: index + 1, refused: RefusalAnswer(refusal)), &hasRefused)
            case .success(let asked):
                try say(printer.answer(asked, index + 1, request, under: audited), &hasRefused)
            }
        }
        if hasRefused { throw Stop(.refusedInput) }
    }

    /// Identifiers in one call: a profile may have many members, and an answer is one message.
    private static let piece = 50

    private func run(_ server: ServerStore) throws {
        var hasRefused = false
        let asked = identifiers.enumerated().map { index, text in
            (number: index + 1, subject: Result { () throws(Refusal) in try SelvedgeSubject(argument: text) })
        }
        for start in stride(from: 0, to: asked.count, by: Self.piece) {
            let piece = asked[start..<min(start + Self.piece, asked.count)]
            var results = try resolve(piece.compactMap { try? $0.subject.get() }, server)[...]
            for item in piece {
                switch item.subject {
                case .failure(let refusal):
                    try say(ResolveAnswer(argument: item.number, refused: RefusalAnswer(refusal)), &hasRefused)
                case .success:
                    guard let result = results.popFirst() else { continue }
                    try say(ResolveAnswer(argument: item.number, result), &hasRefused)
                }
            }
        }
        if hasRefused { throw Stop(.refusedInput) }
    }

    private func resolve(_ subjects: [SelvedgeSubject], _ server: ServerStore) throws -> [SelvedgeResolveResponse] {
        guard !subjects.isEmpty else { return [] }
        var request = SelvedgeResolveBatchRequest()
        request.subjects = subjects
        request.purpose = purpose.purpose ?? ""
        request.members = true
        if let look = access.look { request.look = look }
        let batch = request
        return try server.ask { try await $0.resolveBatch(batch) }
    }

    private func say(_ answer: ResolveAnswer, _ hasRefused: inout Bool) throws {
        if answer.refusal != nil { hasRefused = true }
        try answer.say(json: target.json)
    }
}

extension IdentifierArgument {
    /// What the audit names: the identity key, or a profile id's 16 bytes in its place.
    var subject: IdentityKey {
        switch self {
        case .identifier(let identifier): identifier.key
        case .profile(let id): IdentityKey(high: id.high, low: id.low)
        }
    }

    func view(_ engine: Engine, _ request: ViewRequest) throws -> ViewOutcome {
        switch self {
        case .identifier(let identifier): try engine.view(identifier.key, request)
        case .profile(let id): try engine.view(id, request)
        }
    }

    func profile(_ engine: Engine, under access: AuditedAccess) throws -> Profile? {
        switch self {
        case .identifier(let identifier): try engine.resolve(identifier.key, under: access)
        case .profile(let id): try engine.resolve(id, under: access)
        }
    }
}

extension ResolveAnswer {
    /// What a server told.
    init(argument: Int, _ response: SelvedgeResolveResponse) {
        if response.outcome == .refused {
            self.init(argument: argument, refused: RefusalAnswer(response.refusal))
            return
        }
        self.init(argument: argument, shown: ShownProfile(response.profileID, response.members))
        guard response.hasView else { return }
        let seen = response.view
        view = View(
            purpose: seen.purpose, shown: ShownProfile(seen.profileID, seen.members),
            reason: seen.reason.isEmpty ? nil : seen.reason)
    }
}

extension ShownProfile {
    /// Nil where the id is empty: there is none.
    fileprivate init?(_ id: String, _ members: [SelvedgeMember]) {
        guard !id.isEmpty else { return nil }
        self.id = id
        self.members = members.map { member in
            ShownMember(
                namespace: member.namespace, key: member.key.keyText,
                record: member.hasRecord ? ShownRecord(member.record.source, member.record.recordID) : nil)
        }
    }
}
