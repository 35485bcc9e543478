internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Answers of `resolve`.
struct ProfilePrinter {
    let engine: Engine
    let state: StoreState
    /// Its name; nil: none was given.
    let purpose: String?

    /// The view of a purpose; under audited access the whole profile, and what the purpose may see of it.
    func answer(
        _ asked: IdentifierArgument, _ number: Int, _ request: ViewRequest?, under access: AuditedAccess?
    ) throws -> ResolveAnswer {
        let view = try request.map { try asked.view(engine, $0) }
        guard let access else {
            return ResolveAnswer(argument: number, shown: try view?.profile.map(shown))
        }
        let whole = try asked.profile(engine, under: access)
        var answer = ResolveAnswer(argument: number, shown: try whole.map(shown))
        if let view, let purpose {
            var reason: String?
            if case .generic(let why) = view { reason = why.rawValue }
            answer.view = ResolveAnswer.View(purpose: purpose, shown: try view.profile.map(shown), reason: reason)
        }
        return answer
    }

    /// Names of records are looked up for those that are shown, and no others.
    private func shown(_ profile: Profile) throws -> ShownProfile {
        let names = try engine.recordNames(of: profile.members.filter { $0.namespace == .record }.map(\.key))
        let members = profile.members.map {
            ShownMember(
                namespace: state.namespaceName($0.namespace), key: $0.key.description,
                record: names[$0.key].map { ShownRecord($0.source, $0.recordID) })
        }
        return ShownProfile(
            id: engine.profileID(profile.anchor).description,
            members: members.sorted { ($0.namespace, $0.key) < ($1.namespace, $1.key) })
    }
}

/// A profile, or a view of one, as answers show it.
struct ShownProfile {
    var id: String
    var members: [ShownMember]
}

struct ShownMember: Encodable {
    var namespace: String
    var key: String
    var record: ShownRecord?
}

struct ShownRecord: Encodable {
    var source: String
    var recordID: String

    private enum CodingKeys: String, CodingKey {
        case source
        case recordID = "record_id"
    }

    init(_ source: String, _ recordID: String) {
        self.source = source
        self.recordID = recordID
    }
}

/// One answer in JSON: the same fields whatever it says, so that nothing can be read from its shape.
struct ResolveAnswer: Encodable {
    /// What a purpose may see, for the privacy roles.
    struct View: Encodable {
        var purpose: String
        var shown: ShownProfile?
        /// Why it is generic.
        var reason: String?

        private enum CodingKeys: String, CodingKey { case purpose, outcome, profile, members, reason }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(purpose, forKey: .purpose)
            try container.encode(shown == nil ? "generic" : "profile", forKey: .outcome)
            try container.encode(shown?.id, forKey: .profile)
            try container.encode(shown?.members ?? [], forKey: .members)
            try container.encode(reason, forKey: .reason)
        }
    }

    var argument: Int
    var shown: ShownProfile?
    var view: View?
    var refusal: RefusalAnswer?

    init(argument: Int, shown: ShownProfile?) {
        self.argument = argument
        self.shown = shown
    }

    /// Of an argument that is no identifier.
    init(argument: Int, refused refusal: RefusalAnswer) {
        self.init(argument: argument, shown: nil)
        self.refusal = refusal
    }

    private enum CodingKeys: String, CodingKey { case argument, outcome, profile, members, view, refusal }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(argument, forKey: .argument)
        try container.encode(refusal != nil ? "refused" : shown == nil ? "generic" : "profile", forKey: .outcome)
        try container.encode(shown?.id, forKey: .profile)
        try container.encode(shown?.members ?? [], forKey: .members)
        try container.encodeIfPresent(view, forKey: .view)
        try container.encodeIfPresent(refusal, forKey: .refusal)
    }
}

extension ResolveAnswer {
    func say(json: Bool) throws {
        if let refusal {
            if json { try JSONLine.print(self) } else { try Console.flush() }
            return Console.error("selvedge: identifier \(argument): \(refusal.text)")
        }
        if json { return try JSONLine.print(self) }
        try Self.say(shown, reason: nil)
        guard let view else { return }
        try Console.write("for \(view.purpose): ")
        try Self.say(view.shown, reason: view.reason)
    }

    private static func say(_ shown: ShownProfile?, reason: String?) throws {
        guard let shown else { return try Console.line("generic" + (reason.map { " (\($0))" } ?? "")) }
        try Console.line("\(shown.id)  \(shown.members.count) member\(shown.members.count == 1 ? "" : "s")")
        let width = shown.members.map(\.namespace.count).max() ?? 0
        for member in shown.members {
            let name = member.namespace + String(repeating: " ", count: width - member.namespace.count)
            let record = member.record.map { "  \($0.source) \($0.recordID)" } ?? ""
            try Console.line("    \(name)  \(member.key)\(record)")
        }
    }
}

/// A refusal as answers show it.
struct RefusalAnswer: Encodable {
    var reason: String
    var field: String
    var advice: String

    init(reason: String, field: String, advice: String) {
        self.reason = reason
        self.field = field
        self.advice = advice
    }

    init(_ refusal: Refusal) {
        self.init(reason: refusal.reason.rawValue, field: refusal.field, advice: refusal.advice)
    }

    var text: String { field.isEmpty ? "\(reason): \(advice)" : "\(reason) at \(field): \(advice)" }
}
