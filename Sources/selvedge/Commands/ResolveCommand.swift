internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Print the profiles of identifiers.",
        discussion: """
            One answer for each identifier, in order. What is unknown or hidden is `generic`; its shape is that of any \
            other answer. Members are shown by namespace and identity key, records also by source and record id.

            This version enforces neither consent nor the views of purposes: --purpose is checked against the \
            configuration and changes nothing else. Whoever can run this command sees whole profiles.
            """)

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: "What the profile is wanted for: one of the configuration's purposes. Not yet enforced.")
    var purpose: String?

    @Argument(
        help: ArgumentHelp(
            "NAMESPACE:VALUE, NAMESPACE#sha256:HEX, record:SOURCE:RECORD_ID or prf_...", valueName: "identifier"))
    var identifiers: [String]

    mutating func run() throws {
        let engine = try store.openForReading()
        let purposes = engine.store.configuration.purposes
        if let purpose, !purposes.contains(purpose) {
            throw Failure(.wrongUsage, "--purpose is none of the configuration's: \(purposes.joined(separator: ", "))")
        }
        let intake = try engine.intakeNow()
        let printer = ProfilePrinter(engine: engine, state: try engine.state(), json: store.json)
        var hasRefused = false
        for (index, text) in identifiers.enumerated() {
            do {
                let asked = try IdentifierArgument(text, intake)
                try printer.answer(asked, index + 1)
            } catch let refusal as Refusal {
                hasRefused = true
                try printer.refuse(refusal, index + 1)
            }
        }
        if hasRefused { throw Stop(.refusedInput) }
    }
}

/// Answers of `resolve`.
private struct ProfilePrinter {
    let engine: Engine
    let state: StoreState
    let json: Bool

    private struct Answer: Encodable {
        var argument: Int
        var outcome: String
        var profile: String?
        var members: [MemberAnswer] = []
        var refusal: RefusalAnswer?

        private enum CodingKeys: String, CodingKey { case argument, outcome, profile, members, refusal }

        /// Every answer has the same fields.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(argument, forKey: .argument)
            try container.encode(outcome, forKey: .outcome)
            try container.encode(profile, forKey: .profile)
            try container.encode(members, forKey: .members)
            try container.encodeIfPresent(refusal, forKey: .refusal)
        }
    }

    private struct MemberAnswer: Encodable {
        var namespace: String
        var key: String
        var record: RecordName?
    }

    func answer(_ asked: IdentifierArgument, _ number: Int) throws {
        let profile: Profile?
        switch asked {
        case .identifier(let identifier): profile = try engine.resolve(identifier.key)
        case .profile(let id): profile = try engine.resolve(id)
        }
        guard let profile else {
            if json {
                try JSONLine.print(Answer(argument: number, outcome: "generic"))
            } else {
                try Console.line("generic")
            }
            return
        }
        let id = engine.profileID(profile.anchor).description
        let members = try members(of: profile)
        if json {
            return try JSONLine.print(Answer(argument: number, outcome: "profile", profile: id, members: members))
        }
        try Console.line("\(id)  \(members.count) member\(members.count == 1 ? "" : "s")")
        let width = members.map(\.namespace.count).max() ?? 0
        for member in members {
            let name = member.namespace + String(repeating: " ", count: width - member.namespace.count)
            let record = member.record.map { "  \($0.source) \($0.recordID)" } ?? ""
            try Console.line("    \(name)  \(member.key)\(record)")
        }
    }

    private func members(of profile: Profile) throws -> [MemberAnswer] {
        let names = try engine.recordNames(of: profile.members.filter { $0.namespace == .record }.map(\.key))
        return profile.members
            .map {
                MemberAnswer(
                    namespace: state.namespaceName($0.namespace), key: $0.key.description, record: names[$0.key])
            }
            .sorted { ($0.namespace, $0.key) < ($1.namespace, $1.key) }
    }

    func refuse(_ refusal: Refusal, _ number: Int) throws {
        if json {
            try JSONLine.print(Answer(argument: number, outcome: "refused", refusal: RefusalAnswer(refusal)))
        } else {
            try Console.flush()
        }
        Console.error("selvedge: identifier \(number): \(refusal)")
    }
}

/// A refusal as answers show it.
struct RefusalAnswer: Encodable {
    var reason: String
    var field: String
    var advice: String

    init(_ refusal: Refusal) {
        reason = refusal.reason.rawValue
        field = refusal.field
        advice = refusal.advice
    }

    var text: String { field.isEmpty ? "\(reason): \(advice)" : "\(reason) at \(field): \(advice)" }
}
