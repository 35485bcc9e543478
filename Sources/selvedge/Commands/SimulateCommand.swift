internal import Backfill
internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import SelvedgeClient
internal import Stitching

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Say what observations would do, without doing it.",
        discussion: """
            The outcome of each line, the profiles that it touches with their sizes as they are, and the profile after \
            all lines. Nothing of it is written, but no other process may be writing the store. At most 100,000 \
            observations.

            With --purpose the profiles are those that the purpose may see, and an outcome is accepted or refused. \
            Without it whole profiles are shown, and the audit keeps it: as role admin, by the name of the user who runs \
            it and with the reason "command line", where --role, --by and --reason say nothing else. A server has to be told \
            a reason, and takes at most 1,000 observations.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var purpose: PurposeOption
    @OptionGroup var access: AccessOptions

    @Argument(help: ArgumentHelp("A JSON Lines file; - or nothing for standard input.", valueName: "file.jsonl"))
    var file = "-"

    /// All of it is held in one transaction.
    private static let limit = 100_000
    /// One call's.
    private static let serverLimit = 1_000

    func validate() throws {
        try access.check(target, .looksUnless(purpose: purpose.purpose))
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("simulate")
        let number = try purpose.number(engine)
        let reader = try ObservationReader(file, engine)
        defer { reader.stop() }
        let lines = try lines(reader, atMost: Self.limit)
        let observations = lines.compactMap { try? $0.result.get() }
        let look: Look
        if let number {
            look = .view(engine.request(number, at: Clock.now))
        } else {
            look = .whole(try access.lookerOrOperator().access("simulate", Self.subjects(of: observations), engine))
        }
        let before = try observations.map { try Self.profiles(of: $0, look, engine) }
        let after = try Self.rehearse(observations, look, engine)
        var refused = 0
        var next = 0
        for line in lines {
            switch line.result {
            case .failure(let refusal):
                refused += 1
                try say(SimulatedLine(line.line, LineOutcome(refused: RefusalAnswer(refusal)), isView: isView))
            case .success(let observation):
                let result = after[next]
                var outcome = LineOutcome(result.outcome)
                outcome.dropped = observation.droppedIdentifiers.map { RefusalAnswer($0) }
                if outcome.refusal != nil { refused += 1 }
                try say(
                    SimulatedLine(line.line, outcome, before: before[next], after: result.profile, isView: isView))
                next += 1
            }
        }
        if refused > 0 { throw Stop(.refusedInput) }
    }

    private var isView: Bool { purpose.purpose != nil }

    private func run(_ server: ServerStore) throws {
        let reader = try ObservationReader<Passing>(file)
        defer { reader.stop() }
        let lines = try lines(reader, atMost: Self.serverLimit)
        let observations = lines.compactMap { try? $0.result.get() }
        let question = question(purpose, access)
        var results: ArraySlice<SelvedgeSimulateResponse.Result> = []
        if !observations.isEmpty {
            results = try server.ask { try await $0.simulate(observations, as: question) }.results[...]
        }
        var refused = 0
        for line in lines {
            switch line.result {
            case .failure(let refusal):
                refused += 1
                try say(SimulatedLine(line.line, LineOutcome(refused: RefusalAnswer(refusal)), isView: isView))
            case .success:
                guard let result = results.popFirst() else { continue }
                let outcome = LineOutcome(result.outcome)
                if outcome.refusal != nil { refused += 1 }
                try say(
                    SimulatedLine(
                        line.line, outcome, before: result.before.map { ProfileExtent($0) },
                        after: result.hasAfter ? ProfileExtent(result.after) : nil, isView: isView))
            }
        }
        if refused > 0 { throw Stop(.refusedInput) }
    }

    /// The outcomes of the observations, and the profile of each one's first identifier after all of them.
    private static func rehearse(
        _ observations: [KeyedObservation], _ look: Look, _ engine: Engine
    ) throws -> [(outcome: ItemOutcome, profile: ProfileExtent?)] {
        let size = engine.store.configuration.limits.groupRecords
        let commands = stride(from: 0, to: observations.count, by: size).map { start in
            Command.record(Array(observations[start..<min(start + size, observations.count)]))
        }
        return try engine.rehearse(commands) { transaction, _, reports in
            let outcomes = reports.flatMap(\.outcomes)
            return try zip(outcomes, observations).map { outcome, observation in
                let key = observation.identifiers.first?.key ?? observation.record?.key
                let profile: Profile?
                switch (key, look) {
                case (nil, _): profile = nil
                case (let key?, .view(let request)): profile = try transaction.view(of: key, request).profile
                case (let key?, .whole(let access)):
                    let stored = try engine.store.storedKeys.stored(key, transaction)
                    profile = try transaction.profile(of: stored, under: access)
                }
                return (outcome: outcome, profile: profile.map { ProfileExtent($0, engine) })
            }
        }
    }

    private static func keys(of observation: KeyedObservation) -> [IdentityKey] {
        observation.identifiers.map(\.key) + (observation.record.map { [$0.key] } ?? [])
    }

    /// Each identity key once, in order.
    private static func subjects(of observations: [KeyedObservation]) -> [IdentityKey] {
        var known: Set<IdentityKey> = []
        return observations.flatMap(keys).filter { known.insert($0).inserted }
    }

    private func lines<Worker>(
        _ reader: ObservationReader<Worker>, atMost limit: Int
    ) throws -> [ReadLine<Worker.Item>] {
        var lines: [ReadLine<Worker.Item>] = []
        while case .product(let product) = try reader.next() {
            lines += product.lines
            guard lines.count <= limit else {
                let why = target.isServer ? ", which is all that a server takes" : ""
                throw Failure(.refusedInput, "more than \(limit) lines\(why); split the file")
            }
        }
        return lines
    }

    /// The profiles that an observation's identifiers are in, each once.
    private static func profiles(
        of observation: KeyedObservation, _ look: Look, _ engine: Engine
    ) throws -> [ProfileExtent] {
        var found: [ProfileExtent] = []
        for key in keys(of: observation) {
            let profile: Profile?
            switch look {
            case .view(let request): profile = try engine.view(key, request).profile
            case .whole(let access): profile = try engine.resolve(key, under: access)
            }
            guard let profile else { continue }
            let extent = ProfileExtent(profile, engine)
            if !found.contains(extent) { found.append(extent) }
        }
        return found
    }

    private func say(_ line: SimulatedLine) throws {
        if target.json { try JSONLine.print(line) } else { try Console.line(line.text) }
    }
}

/// How much may be seen.
private enum Look {
    case view(ViewRequest)
    case whole(AuditedAccess)
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

    init(_ extent: SelvedgeSimulateResponse.Extent) {
        profile = extent.profileID
        members = Int(extent.members)
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

    init(
        _ line: Int, _ outcome: LineOutcome, before: [ProfileExtent] = [], after: ProfileExtent? = nil, isView: Bool
    ) {
        self.line = line
        // Created, joined and merged would tell who is known.
        self.outcome = isView && outcome.refusal == nil ? LineOutcome.accepted : outcome.kind
        self.before = before
        self.after = outcome.refusal == nil ? after : nil
        refusal = outcome.refusal
        dropped = outcome.dropped.isEmpty ? nil : outcome.dropped
    }

    var text: String {
        if let refusal { return "\(line): refused: \(refusal.text)" }
        let old = before.isEmpty ? "nothing" : before.map(\.text).joined(separator: " + ")
        return "\(line): \(outcome): \(old) -> \(after?.text ?? "nothing visible")"
    }
}
