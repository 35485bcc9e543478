internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Say what observations would do, without doing it.",
        discussion: """
            The outcome of each line, the profiles that it touches with their sizes as they are, and the profile after \
            all lines. Nothing is written, but no other process may be writing the store. At most 100,000 observations.
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: ArgumentHelp("A JSON Lines file; - or nothing for standard input.", valueName: "file.jsonl"))
    var file = "-"

    /// All of it is held in one transaction.
    private static let limit = 100_000

    mutating func run() throws {
        let engine = try store.openForWriting("simulate")
        let lines = try lines(engine)
        let observations = lines.compactMap { try? $0.result.get() }
        let before = try observations.map { try Self.profiles(of: $0, engine) }
        let size = engine.store.configuration.limits.groupRecords
        let commands = stride(from: 0, to: observations.count, by: size).map { start in
            Command.record(Array(observations[start..<min(start + size, observations.count)]))
        }
        let after = try engine.rehearse(commands) { transaction, _, reports in
            let outcomes = reports.flatMap(\.outcomes)
            return try zip(outcomes, observations).map { outcome, observation in
                let key = observation.identifiers.first?.key ?? observation.record?.key
                let profile = try key.flatMap { try transaction.profile(of: $0) }
                return (outcome: outcome, profile: profile.map { ProfileExtent($0, engine) })
            }
        }
        var refused = 0
        var next = 0
        for line in lines {
            switch line.result {
            case .failure(let refusal):
                refused += 1
                try say(SimulatedLine(line.line, .refused(refusal), before: [], after: nil))
            case .success:
                let result = after[next]
                if result.outcome.refusal != nil { refused += 1 }
                try say(SimulatedLine(line.line, result.outcome, before: before[next], after: result.profile))
                next += 1
            }
        }
        if refused > 0 { throw Stop(.refusedInput) }
    }

    private func lines(_ engine: Engine) throws -> [KeyedLine] {
        let reader = try ObservationReader(file, engine)
        defer { reader.stop() }
        var lines: [KeyedLine] = []
        while case .product(let product) = try reader.next() {
            lines += product.lines
            guard lines.count <= Self.limit else {
                throw Failure(.refusedInput, "more than \(Self.limit) lines; split the file")
            }
        }
        return lines
    }

    /// The profiles that an observation's identifiers are in, each once.
    private static func profiles(of observation: KeyedObservation, _ engine: Engine) throws -> [ProfileExtent] {
        var found: [ProfileExtent] = []
        let keys = observation.identifiers.map(\.key) + (observation.record.map { [$0.key] } ?? [])
        for key in keys {
            guard let profile = try engine.resolve(key) else { continue }
            let extent = ProfileExtent(profile, engine)
            if !found.contains(extent) { found.append(extent) }
        }
        return found
    }

    private func say(_ line: SimulatedLine) throws {
        if store.json { try JSONLine.print(line) } else { try Console.line(line.text) }
    }
}

/// A profile by id and size.
private struct ProfileExtent: Hashable, Encodable {
    var profile: String
    /// Identifiers and records.
    var members: Int

    init(_ profile: Profile, _ engine: Engine) {
        self.profile = engine.profileID(profile.anchor).description
        members = profile.members.count
    }

    var text: String { "\(profile) (\(members))" }
}

/// What one line would do.
private struct SimulatedLine: Encodable {
    var line: Int
    var outcome: String
    var before: [ProfileExtent]
    var after: ProfileExtent?
    var refusal: RefusalAnswer?
    var dropped: [RefusalAnswer]?

    init(_ line: Int, _ outcome: ItemOutcome, before: [ProfileExtent], after: ProfileExtent?) {
        self.line = line
        self.outcome = outcome.kind.rawValue
        self.before = before
        self.after = outcome.refusal == nil ? after : nil
        refusal = outcome.refusal.map { RefusalAnswer($0) }
        dropped = outcome.dropped.isEmpty ? nil : outcome.dropped.map { RefusalAnswer($0) }
    }

    var text: String {
        if let refusal { return "\(line): refused: \(refusal.text)" }
        let old = before.isEmpty ? "nothing" : before.map(\.text).joined(separator: " + ")
        return "\(line): \(outcome): \(old) -> \(after?.text ?? "nothing visible")"
    }
}
