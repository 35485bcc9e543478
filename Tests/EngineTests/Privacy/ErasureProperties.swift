import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// Random people erased from random evidence: what is left is what a store holds that never had them.
///
/// `SELVEDGE_SEEDS=n` tries n seeds; `SELVEDGE_SEED=n` replays that one alone.
@Suite struct ErasureProperties {
    @Test func whatIsLeftIsAsIfThePersonHadNeverCome() async throws {
        let seeds = SeedPlan.fromEnvironment(standard: UInt64(6_000 * TestScale.factor))
        let failures = await seeds.run { seed in
            var run = try ErasureRun(seed: seed)
            try run.check()
        }
        for failure in failures.prefix(5) { Issue.record("seed \(failure.seed): \(failure.problem)") }
        #expect(failures.map(\.seed) == [], "of \(seeds.seeds.count) seeds")
    }

    /// The property would prove little if every erasure were alike.
    @Test func scenariosReachEveryRule() throws {
        var reached: [String: Int] = [:]
        for seed in UInt64(1)...150 {
            var run = try ErasureRun(seed: seed)
            try run.check()
            for rule in run.reached { reached[rule, default: 0] += 1 }
        }
        let rules = [
            "only", "shared", "record", "trimmed", "hidden", "hub", "rest of a profile", "expired before", "stopped",
        ]
        for rule in rules { #expect(reached[rule, default: 0] >= 3, "\(rule): \(reached[rule, default: 0])") }
    }
}

/// One scenario from which one or two people are erased, in a store that is opened anew between steps, and the same scenario
/// without them.
struct ErasureRun {
    let scenario: Scenario
    private var generator: SeededGenerator
    private let directory: TemporaryDirectory
    private let isOnly: Bool
    private(set) var reached: Set<String> = []

    private struct Stopped: Error {}

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed ^ 0xE7A5_0E)
        scenario = try Scenario(seed: seed)
        isOnly = generator.chance(25)
        directory = try TemporaryDirectory()
    }

    mutating func check() throws {
        let store = OpenedStore(try TemporaryStore.engine(at: directory.path + "/store", scenario.configuration))
        var run = PropertyRun(scenario)
        try run.apply(
            scenario.order(&generator), to: store.engine, sweeping: generator.chance(50), duplicating: false)
        try store.engine.apply(.sweep(scenario.asOf))
        let held = try scenario.keys.sorted().filter { key in
            try store.engine.store.environment.read { try $0.contains(Tables.identifiers, key) }
        }
        guard !held.isEmpty else { return }
        let key = generator.pick(held)
        let oracle = Oracle(scenario)
        let gone = try compareSelection(store.engine, oracle, key)
        let number = try approve(store.engine, subject(key))
        try carryOut(number, store)
        try compare(store, gone, number)
        try bringBack(store.engine, gone)
        try checkIntegrity(store.engine)
    }

    private func subject(_ key: IdentityKey) -> PrivacySubject {
        .key(Oracle(scenario).identifier(key))
    }

    private static func act(_ principal: String) -> PrivacyAct {
        PrivacyAct(by: principal, reason: "a test", at: EvidenceBuilder.time(hours: 2_000))
    }

    private func approve(_ engine: Engine, _ subject: PrivacySubject) throws -> UInt64 {
        let request = try engine.requestErasure(of: subject, isOnly: isOnly, Self.act("alice"))
        try engine.approveErasure(request.number, hash: request.row.requestHash, Self.act("bob"))
        return request.number
    }

    // MARK: Selection

    /// The keys that the dry run would take; they must be those of the oracle.
    private mutating func compareSelection(
        _ engine: Engine, _ oracle: Oracle, _ key: IdentityKey
    ) throws -> Set<IdentityKey> {
        let access = try engine.access(
            by: "tests", role: .privacy, action: "privacy plan", reason: "a test", subjects: [key],
            at: EvidenceBuilder.time(hours: 0))
        let plan = try engine.planErasure(of: subject(key), isOnly: isOnly, under: access)
        let gone = Set(plan.taken.map(\.key))
        if isOnly { reached.insert("only") }
        if !plan.shared.isEmpty { reached.insert("shared") }
        if plan.trimmed > 0 { reached.insert("trimmed") }
        if gone.contains(where: oracle.isRecord) { reached.insert("record") }
        if gone.contains(where: { oracle.hidden.contains($0) && $0 != key }) { reached.insert("hidden") }
        if gone.contains(where: oracle.hubs.contains) { reached.insert("hub") }
        if oracle.hidden.contains(key) { reached.insert("expired before") }
        if let own = oracle.cluster(of: key), !own.subtracting(gone).isEmpty { reached.insert("rest of a profile") }
        guard !isOnly else {
            guard gone.contains(key), gone.allSatisfy({ $0 == key || oracle.isRecord($0) }) else {
                throw PropertyFailure("one identifier alone takes \(Self.text(gone))")
            }
            return gone
        }
        let expected = oracle.erased(by: key)
        guard gone == expected else {
            throw PropertyFailure(
                "\(Scenario.name(key)) takes \(Self.text(gone)), not \(Self.text(expected))\n\(scenario.transcript)")
        }
        return gone
    }

    private static func text(_ keys: Set<IdentityKey>) -> String {
        "{" + keys.map { Scenario.name($0) }.sorted().joined(separator: " ") + "}"
    }

    // MARK: Running

    /// Runs the erasure, stopping at random steps as a kill would, and opening the store anew.
    private mutating func carryOut(_ number: UInt64, _ store: OpenedStore) throws {
        let time = EvidenceBuilder.time(hours: 2_001)
        for _ in 0..<200 {
            var rest = generator.int(0...6)
            do {
                let status = try store.engine.runErasure(number, at: time) {
                    if rest == 0 { throw Stopped() }
                    rest -= 1
                    try checkIntegrity(store.engine)
                }
                guard status.state == .deleted else {
                    throw PropertyFailure("it ends \(status.state)")
                }
                return
            } catch is Stopped {
                reached.insert("stopped")
                try checkInvisible(store.engine, number)
                try store.reopen()
            }
        }
        throw PropertyFailure("it never ends")
    }

    /// Once it is fenced, nothing of the subject can be seen, though it is still there.
    private func checkInvisible(_ engine: Engine, _ number: UInt64) throws {
        guard try engine.erasure(number).row.step(.fenced) != nil else { return }
        try checkIntegrity(engine)
        for key in scenario.keys.sorted() {
            let isSuppressed = try engine.suppression(of: key) != nil
            guard isSuppressed else { continue }
            if try engine.resolve(key) != nil {
                throw PropertyFailure("\(Scenario.name(key)) is seen behind the fence")
            }
        }
    }

    // MARK: Comparing

    private func compare(_ store: OpenedStore, _ gone: Set<IdentityKey>, _ number: UInt64) throws {
        let engine = store.engine
        let other = try TemporaryStore(scenario.configuration)
        for step in scenario.without(gone) {
            do {
                try other.engine.apply(PropertyRun.command(step))
            } catch EngineError.unknownSource, EngineError.unknownRecord {}
        }
        try other.engine.apply(.sweep(scenario.asOf))
        for kind in [Engine.DigestKind.partition, .content]
        where try engine.digest(kind) != other.engine.digest(kind) {
            throw PropertyFailure(
                "without \(Self.text(gone)) another \(kind) digest than that of a store that never had them\n"
                    + (try differences(engine, other.engine)) + scenario.transcript)
        }
        let rows = try engine.nodeRows(ofErasure: number)
        guard rows.isEmpty else { throw PropertyFailure("rows that name the subject are left: \(rows)") }
    }

    private func differences(_ engine: Engine, _ other: Engine) throws -> String {
        var text = ""
        for key in scenario.keys.sorted() {
            let found = try engine.resolve(key).map { Set($0.members.map(\.key)) }
            let expected = try other.resolve(key).map { Set($0.members.map(\.key)) }
            guard found != expected else { continue }
            text +=
                "  \(Scenario.name(key)): \(found.map(Self.text) ?? "none"), not "
                + "\(expected.map(Self.text) ?? "none")\n"
        }
        return text
    }

    /// The same evidence again, in another order: nobody who was erased comes back.
    private mutating func bringBack(_ engine: Engine, _ gone: Set<IdentityKey>) throws {
        for index in scenario.order(&generator) {
            do {
                try engine.apply(PropertyRun.command(scenario.steps[index]))
            } catch EngineError.suppressed, EngineError.unknownRecord, EngineError.unknownSource {
            } catch EngineError.laterEvidence, EngineError.contradiction {}
        }
        try engine.apply(.sweep(scenario.asOf))
        for key in gone.sorted() {
            let isHeld = try engine.store.environment.read { try $0.contains(Tables.identifiers, key) }
            if isHeld { throw PropertyFailure("\(Scenario.name(key)) came back") }
        }
    }
}
