internal import Foundation

/// The running totals of a recording, its refusals, and the summary at the end.
final class RecordReport {
    /// The last line that is durable, with all before it.
    var durableLine = 0
    private(set) var recorded = 0
    private(set) var refusedLines = 0
    private var outcomes: [String: Int] = [:]
    private var reasons: [String: Int] = [:]
    private var dropped: [String: Int] = [:]
    /// What became of decisions.
    private var decisions: [String: Int] = [:]
    private var refusals: [LineRefusal] = []
    private let name: String
    private let rejects: RejectFile?
    private let work: Work
    private let start = ContinuousClock.now

    /// What is done with the lines.
    enum Work {
        case record
        /// Their decisions alone count.
        case decide
    }

    /// Refused lines that are named on standard error; the others are counted.
    private static let shown = 20
    /// Refused lines that are named in the summary in JSON.
    private static let listed = 1_000

    init(name: String, rejects: RejectFile?, work: Work = .record) {
        self.name = name
        self.work = work
        self.rejects = rejects
    }

    func note(_ outcome: LineOutcome, line: Int) throws {
        outcomes[outcome.kind, default: 0] += 1
        for effect in outcome.effects { decisions[effect, default: 0] += 1 }
        for refusal in outcome.dropped { dropped[refusal.reason, default: 0] += 1 }
        guard let refusal = outcome.refusal else {
            recorded += 1
            return
        }
        refusedLines += 1
        reasons[refusal.reason, default: 0] += 1
        let item = LineRefusal(line: line, refusal)
        if refusals.count < Self.listed { refusals.append(item) }
        if refusedLines <= Self.shown { Console.error("\(name):\(line): \(refusal.text)") }
        if refusedLines == Self.shown + 1 {
            Console.error("selvedge: more refused lines are counted, not named; see --rejects")
        }
        try rejects?.write(item)
    }

    func finish() throws { try rejects?.finish() }

    func say(json: Bool) throws {
        let seconds = (ContinuousClock.now - start).seconds
        let rate = Double(recorded) / max(seconds, 0.001)
        if json {
            return try JSONLine.print(
                Answer(
                    durableLine: durableLine, recorded: recorded, refused: refusedLines,
                    outcomes: work == .record ? outcomes : nil, decisions: decisions,
                    reasons: reasons, dropped: dropped, refusals: refusals, seconds: seconds,
                    rate: rate))
        }
        let done = work == .record ? "recorded \(recorded) observations" : "took the decisions of \(recorded) lines"
        try Console.line(
            "\(done) in \(String(format: "%.1f", seconds)) s, \(Int(rate)) a second; "
                + "refused lines: \(refusedLines); lines up to \(durableLine) are durable")
        if work == .record { try say("outcomes", outcomes) }
        try say("decisions", decisions)
        try say("refused", reasons)
        try say("identifiers left out", dropped)
    }

    private func say(_ title: String, _ counts: [String: Int]) throws {
        guard !counts.isEmpty else { return }
        let parts = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        try Console.line("\(title): \(parts.joined(separator: ", "))")
    }

    private struct Answer: Encodable {
        var durableLine: Int
        var recorded: Int
        var refused: Int
        /// Nil where decisions alone count.
        var outcomes: [String: Int]?
        var decisions: [String: Int]
        var reasons: [String: Int]
        var dropped: [String: Int]
        var refusals: [LineRefusal]
        var seconds: Double
        var rate: Double

        private enum CodingKeys: String, CodingKey {
            case recorded, refused, outcomes, decisions, reasons, dropped, refusals, seconds, rate
            case durableLine = "durable_line"
        }
    }
}

/// A line that was not taken.
struct LineRefusal: Encodable {
    var line: Int
    var reason: String
    var field: String
    var advice: String

    init(line: Int, _ refusal: RefusalAnswer) {
        self.line = line
        reason = refusal.reason
        field = refusal.field
        advice = refusal.advice
    }
}

/// The file of refused lines: numbers and reasons, never what the lines say.
final class RejectFile {
    private var sink: FileSink?

    init(_ path: String) throws { sink = try FileSink(path) }

    func write(_ refusal: LineRefusal) throws { try sink?.write(JSONLine.text(refusal) + "\n") }

    func finish() throws {
        guard let sink = sink.take() else { return }
        try sink.finish()
    }
}
