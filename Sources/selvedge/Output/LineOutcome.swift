internal import Engine
internal import Identity
internal import SelvedgeClient

/// What became of one line, whoever recorded it.
struct LineOutcome {
    static let refused = ItemOutcome.Kind.refused.rawValue
    /// All that is told of a line that was taken, where it may not be known what came of it.
    static let accepted = "accepted"

    var kind: String
    /// Nil where it may not be known, or was not asked for.
    var profile: String?
    var refusal: RefusalAnswer?
    /// Identifiers that were left out.
    var dropped: [RefusalAnswer] = []
    /// What became of its decisions, in a word each.
    var effects: [String] = []
    /// The same in full, where it was asked for.
    var decisions: [DecisionAnswer] = []

    /// Accepted, and no more is known.
    static var plain: LineOutcome { LineOutcome(SelvedgeItemOutcome()) }

    init(refused refusal: RefusalAnswer) {
        kind = Self.refused
        self.refusal = refusal
    }

    init(_ outcome: ItemOutcome) {
        kind = outcome.kind.rawValue
        refusal = outcome.refusal.map { RefusalAnswer($0) }
        dropped = outcome.dropped.map { RefusalAnswer($0) }
        effects = outcome.decisions.map { DecisionAnswer.name($0.effect) }
    }

    init(_ message: SelvedgeItemOutcome) {
        switch message.kind {
        case .created: kind = ItemOutcome.Kind.created.rawValue
        case .joined: kind = ItemOutcome.Kind.joined.rawValue
        case .merged: kind = ItemOutcome.Kind.merged.rawValue
        case .unchanged: kind = ItemOutcome.Kind.unchanged.rawValue
        case .refused: kind = Self.refused
        case .accepted, .unspecified, .UNRECOGNIZED: kind = Self.accepted
        }
        profile = message.profileID.isEmpty ? nil : message.profileID
        if message.hasRefusal { refusal = RefusalAnswer(message.refusal) }
        dropped = message.dropped.map { RefusalAnswer($0) }
        effects = message.decisions.map(\.effect)
        decisions = message.decisions.map { DecisionAnswer($0) }
    }
}

/// Tells what became of lines, in order, as the command was asked to.
struct LineTeller {
    struct Style {
        var byItem = false
        /// Tell of each decision.
        var byDecision = false
        var acknowledge = false
        var json: Bool
    }

    let report: RecordReport
    let style: Style

    var wantsDecisions: Bool { style.byItem || style.byDecision }

    func tell(_ outcome: LineOutcome, line: Int) throws {
        try report.note(outcome, line: line)
        if style.byItem { try JSONLine.print(ItemAnswer(line: line, outcome)) }
        guard style.byDecision else { return }
        for var decision in outcome.decisions {
            decision.line = line
            try decision.say(json: style.json)
        }
    }

    /// Says that all up to the report's line is durable.
    func acknowledge() throws {
        guard style.acknowledge else { return }
        try Console.line(style.json || style.byItem ? "{\"ack\":\(report.durableLine)}" : "ack \(report.durableLine)")
        try Console.flush()
    }
}

/// What became of one line, in JSON.
struct ItemAnswer: Encodable {
    var line: Int
    var outcome: String
    var profile: String?
    var refusal: RefusalAnswer?
    /// Identifiers that were left out.
    var dropped: [RefusalAnswer]?
    /// In force or not, whatever became of the rest.
    var decisions: [DecisionAnswer]?

    init(line: Int, _ outcome: LineOutcome) {
        self.line = line
        self.outcome = outcome.kind
        profile = outcome.profile
        refusal = outcome.refusal
        dropped = outcome.dropped.isEmpty ? nil : outcome.dropped
        decisions = outcome.decisions.isEmpty ? nil : outcome.decisions
    }
}
