internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Print everything that is held on a person.",
        discussion:
            "JSON with a schema id, or with --html a page to read. Identifiers are tokens: values are not stored.")

    @OptionGroup var target: TargetOptions
    @OptionGroup var act: ActOptions
    @OptionGroup var subject: SubjectArgument
    @Flag(name: .long, help: "A page to read in place of JSON.") var html = false

    func validate() throws { try act.check(target) }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server):
            let (subject, html, look) = (try subject.message, html, act.look)
            let document = try server.ask(waiting: "collecting") {
                try await $0.access(to: subject, html: html, by: look)
            }
            try Console.line(String(decoding: document, as: UTF8.self))
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("privacy access")
        let subject = try subject.subject(engine)
        let access = try act.access("privacy access", subject, engine)
        let document = try engine.subjectAccess(of: subject, at: Clock.now, under: access)
        try Console.line(html ? document.html : JSONLine.text(document, pretty: !target.json))
    }
}

struct RestrictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restrict",
        abstract: "Keep what is held on a person, and use it for nothing (Art. 18 GDPR).",
        discussion: "But for the purposes of privacy.restricted_purposes. It lasts through merges, until it is lifted.")

    @OptionGroup var target: TargetOptions
    @OptionGroup var act: ActOptions
    @OptionGroup var subject: SubjectArgument

    func validate() throws { try act.check(target) }

    mutating func run() throws {
        let count: Int
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForWriting("privacy restrict")
            count = try engine.restrict(subject.subject(engine), .restriction, act.act)
        case .server(let server):
            let (subject, reason) = (try subject.message, act.reason)
            count = Int(try server.ask { try await $0.restrict(subject, reason: reason) })
        }
        try CountAnswer("identifiers are restricted", count).say(json: target.json)
    }
}

struct ObjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object",
        abstract: "Enter a person's objection (Art. 21 GDPR).",
        discussion: """
            The profile answers none of the purposes, or none at all where none is named; its identifiers cannot come back \
            once they have gone.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var act: ActOptions
    @OptionGroup var subject: SubjectArgument
    @Option(name: .long, help: "A purpose that is objected to; may be given several times.")
    var purpose: [String] = []

    func validate() throws { try act.check(target) }

    mutating func run() throws {
        let count: Int
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForWriting("privacy object")
            count = try engine.restrict(
                subject.subject(engine), .objection, purposes: purpose.isEmpty ? nil : purpose, act.act)
        case .server(let server):
            let (subject, purposes, reason) = (try subject.message, purpose, act.reason)
            count = Int(try server.ask { try await $0.object(subject, to: purposes, reason: reason) })
        }
        try CountAnswer("identifiers are kept from them", count).say(json: target.json)
    }
}

struct LiftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift",
        abstract: "End a restriction, an objection or a suppression.",
        discussion: """
            --consent PURPOSE enters a new consent of a person who was erased or has objected, and lets the identifier that \
            it is given on come back: nothing else does.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var act: ActOptions
    @OptionGroup var subject: SubjectArgument
    @Flag(name: .long, help: "End a restriction.") var restriction = false
    @Flag(name: .long, help: "End an objection.") var objection = false
    @Option(name: .long, help: ArgumentHelp("A purpose that the person now grants.", valueName: "purpose"))
    var consent: [String] = []
    @Option(name: .long, help: "With --consent: the source that the consent came from.") var source = "privacy"

    func validate() throws {
        try act.check(target)
        guard [restriction, objection, !consent.isEmpty].count(where: { $0 }) == 1 else {
            throw ValidationError("give one of --restriction, --objection and --consent PURPOSE")
        }
    }

    private var kind: RestrictionKind { restriction ? .restriction : .objection }

    mutating func run() throws {
        let count: Int
        switch try target.target() {
        case .store(let store): count = try lift(store)
        case .server(let server): count = Int(try lift(server))
        }
        try CountAnswer(consent.isEmpty ? "identifiers are used again" : "decisions were entered", count)
            .say(json: target.json)
    }

    private func lift(_ store: StorePlace) throws -> Int {
        let engine = try store.openForWriting("privacy lift")
        guard !consent.isEmpty else { return try engine.lift(subject.subject(engine), kind, act.act) }
        var draft = ObservationDraft(source: source, time: Clock.now, identifiers: [])
        let identifier = try IdentifierArgument.draft(subject.text)
        draft.identifiers = [identifier]
        draft.decisions = consent.map { purpose in
            var decision = DecisionDraft()
            (decision.purpose, decision.decision, decision.scope) = (purpose, "granted", "identifier")
            decision.namespace = identifier.namespace
            return decision
        }
        let observation = try engine.intakeNow().key(draft)
        let report = try engine.apply(.privacy(.readmit(observation, act.act)))
        return report.outcomes.reduce(0) { $0 + $1.decisions.count }
    }

    private func lift(_ server: ServerStore) throws -> UInt64 {
        let reason = act.reason
        guard !consent.isEmpty else {
            let (subject, kind) = (try subject.message, kind.rawValue)
            return try server.ask { try await $0.lift(subject, kind: kind, reason: reason) }
        }
        let identifier = try SelvedgeIdentifier(IdentifierArgument.draft(subject.text), field: "")
        let (purposes, source) = (consent, source)
        return try server.ask {
            try await $0.readmit(identifier, purposes: purposes, source: source, reason: reason)
        }
    }
}

/// How many of something.
private struct CountAnswer: Encodable {
    var count: Int
    private let what: String

    private enum CodingKeys: String, CodingKey { case count }

    init(_ what: String, _ count: Int) {
        self.what = what
        self.count = count
    }

    func say(json: Bool) throws {
        if json { try JSONLine.print(self) } else { try Console.line("\(count) \(what)") }
    }
}
