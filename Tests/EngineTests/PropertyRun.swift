import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport

/// One scenario applied in several orders to stores of its own, each compared with the oracle and with the others.
struct PropertyRun {
    let scenario: Scenario
    private let oracle: Oracle
    var generator: SeededGenerator
    static let orders = 3

    /// - Parameter salt: another one for other orders.
    init(_ scenario: Scenario, salt: UInt64 = 0) {
        self.scenario = scenario
        oracle = Oracle(scenario)
        generator = SeededGenerator(seed: (scenario.seed ^ 0x5E1_7ED6E) &+ salt << 32)
    }

    func check() throws {
        var run = self
        var content: Digest?
        var purged: Digest?
        var explained = Explained(scenario, &run.generator)
        var explainedAfter = explained
        for order in 0..<Self.orders {
            let store = try TemporaryStore(scenario.configuration)
            let ids = try run.apply(
                scenario.order(&run.generator), to: store.engine, sweeping: order > 0, duplicating: order > 1)
            let newest = scenario.newestObservation ?? Timestamp(milliseconds: 0)
            guard try store.engine.state().clock == newest || order > 0 else {
                throw PropertyFailure("order \(order): the clock is not the newest observation's time")
            }
            try run.comparePartition(store.engine, "order \(order)")
            let digest = try store.engine.digest(.content, asOf: scenario.asOf)
            if let content, content != digest { throw PropertyFailure("order \(order): another content digest") }
            content = digest
            try store.engine.apply(.sweep(scenario.asOf))
            guard try store.engine.digest(.content) == digest else {
                throw PropertyFailure("order \(order): the sweep gives another digest than as-of")
            }
            try run.compareProfiles(store.engine, ids, "order \(order)")
            try explained.compare(store.engine, "order \(order)")
            try run.addAndRetract(store.engine, "order \(order)")
            try explained.compare(store.engine, "order \(order), after adding and retracting")
            let rest = try run.purge(store.engine, "order \(order)")
            if let purged, purged != rest { throw PropertyFailure("order \(order): another content after the purge") }
            purged = rest
            try explainedAfter.compare(store.engine, "order \(order), after the purge")
            try checkIntegrity(store.engine)
        }
    }

    /// Deletes what is hidden: the partition stays, and the same evidence again changes nothing.
    private func purge(_ engine: Engine, _ place: String) throws -> Digest {
        try engine.apply(.purge(scenario.asOf))
        let content = try engine.digest(.content)
        guard try engine.digest(.partition) == oracle.digest else {
            throw PropertyFailure("\(place): the purge changes the partition")
        }
        for key in oracle.hidden where try engine.resolve(key) != nil {
            throw PropertyFailure("\(place): \(Scenario.name(key)) is seen after the purge")
        }
        for case .observe(let observation) in scenario.steps { try engine.apply(.record([observation])) }
        guard try engine.digest(.content) == content else {
            throw PropertyFailure("\(place): the same evidence again changes what a purge has left")
        }
        return content
    }

    /// Applies steps in the order given, in batches of random sizes, with sweeps in between.
    /// - Returns: every profile id that an outcome bore.
    @discardableResult
    mutating func apply(
        _ order: [Int], to engine: Engine, sweeping: Bool, duplicating: Bool
    ) throws -> Set<ProfileID> {
        var ids: Set<ProfileID> = []
        var batch: [KeyedObservation] = []
        let batchSize = generator.pick([1, 3, 100])
        var delivered: [KeyedObservation] = []
        func flush() throws {
            guard !batch.isEmpty else { return }
            ids.formUnion(try engine.apply(.record(batch)).outcomes.compactMap(\.profile))
            batch = []
        }
        for index in order {
            if case .observe(let observation) = scenario.steps[index] {
                batch.append(observation)
                delivered.append(observation)
                if duplicating, generator.chance(30) { batch.append(generator.pick(delivered)) }
                if batch.count >= generator.int(1...batchSize) { try flush() }
            } else {
                try flush()
                try engine.apply(Self.command(scenario.steps[index]))
            }
            if sweeping, generator.chance(10) {
                try flush()
                let clock = try engine.state().clock
                let time = Int64.random(in: clock.milliseconds...scenario.asOf.milliseconds, using: &generator)
                try engine.apply(.sweep(Timestamp(milliseconds: time)))
            }
        }
        try flush()
        return ids
    }

    static func command(_ step: Step) -> Command {
        switch step {
        case .observe(let observation): .record([observation])
        case .retractRecord(let source, let record, let time):
            .retractRecord(source: source, record: record, time: time)
        case .retractSource(let source, let time): .retractSource(source, time: time)
        case .assert(let assertion): .assert(assertion)
        case .decide(let observation): .decide([observation])
        }
    }

    // MARK: Comparing

    private func comparePartition(_ engine: Engine, _ place: String) throws {
        guard try engine.digest(.partition, asOf: scenario.asOf) != oracle.digest else { return }
        var differences: [String] = []
        try engine.apply(.sweep(scenario.asOf))
        for key in scenario.keys.sorted() {
            let found = try engine.resolve(key).map { Set($0.members.map(\.key)) }
            let expected = oracle.cluster(of: key)
            if found != expected {
                differences.append("\(Scenario.name(key)): \(Self.text(found)), not \(Self.text(expected))")
            }
        }
        throw PropertyFailure(
            "\(place): another partition than the oracle's\n  " + differences.joined(separator: "\n  "))
    }

    private static func text(_ keys: Set<IdentityKey>?) -> String {
        keys.map { "{" + $0.map { Scenario.name($0) }.sorted().joined(separator: " ") + "}" } ?? "none"
    }

    /// Every key resolves to its cluster of the oracle's; a profile bears the id of its oldest identifier, or an older
    /// one that an expired identifier left; and that id leads back to it.
    private func compareProfiles(_ engine: Engine, _ ids: Set<ProfileID>, _ place: String) throws {
        let hidden = try hiddenNodes(engine)
        var anchors: [NodeID: Set<IdentityKey>] = [:]
        for key in scenario.keys.sorted() {
            let profile = try engine.resolve(key)
            let keys = profile.map { Set($0.members.map(\.key)) }
            guard keys == oracle.cluster(of: key) else {
                throw PropertyFailure("\(place): \(Scenario.name(key)) resolves to \(Self.text(keys))")
            }
            guard let profile, let keys else { continue }
            let identifiers = profile.members.filter { $0.namespace != .record }
            let oldest = (identifiers.isEmpty ? profile.members : identifiers).map(\.node).min() ?? NodeID(0)
            guard profile.anchor == oldest || hidden.contains(profile.anchor) else {
                throw PropertyFailure("\(place): the anchor of \(Self.text(keys)) is not its oldest member")
            }
            guard anchors.updateValue(keys, forKey: profile.anchor).map({ $0 == keys }) ?? true else {
                throw PropertyFailure("\(place): two profiles of one anchor")
            }
            guard try engine.resolve(engine.profileID(profile.anchor)) == profile else {
                throw PropertyFailure("\(place): the id of \(Self.text(keys)) does not lead to it")
            }
        }
        for id in ids where try engine.resolve(id) == nil && isWithoutLoss {
            throw PropertyFailure("\(place): an id that was given resolves to nothing")
        }
    }

    /// Nodes of identifiers that are held and hidden: they may have left their ids to heirs.
    private func hiddenNodes(_ engine: Engine) throws -> Set<NodeID> {
        try engine.store.environment.read { transaction in
            var nodes: Set<NodeID> = []
            for key in oracle.hidden {
                guard let row = try transaction.get(Tables.identifiers, key) else {
                    throw PropertyFailure("\(Scenario.name(key)) is hidden and not held")
                }
                nodes.insert(row.node)
            }
            return nodes
        }
    }

    /// Whether nothing of the scenario is retracted or hidden at its end.
    private var isWithoutLoss: Bool {
        oracle.hidden.isEmpty
            && scenario.steps.allSatisfy { step in
                switch step {
                case .observe(let observation): observation.record == nil
                case .assert, .decide: true
                case .retractRecord, .retractSource: false
                }
            }
    }

    // MARK: Taking back

    private mutating func assertAndWithdraw(_ engine: Engine) throws {
        let builder = EvidenceBuilder(scenario.configuration)
        let ends = (
            builder.identifier("email", generator.int(1...6)), builder.identifier("device", generator.int(1...6))
        )
        let assertion = builder.assertion(generator.chance(70) ? .same : .different, ends.0, ends.1)
        guard !scenario.asserts(ends.0.key, ends.1.key) else { return }
        do {
            try engine.apply(.assert(assertion))
            try engine.apply(.withdraw(assertion))
        } catch EngineError.contradiction {}
    }

    /// What comes and is retracted leaves no trace in either digest.
    private mutating func addAndRetract(_ engine: Engine, _ place: String) throws {
        let before = (try engine.digest(.partition), try engine.digest(.content))
        let builder = EvidenceBuilder(scenario.configuration)
        var added: [KeyedObservation] = []
        for number in 0..<4 {
            let identifiers = (0..<generator.int(1...4)).map { _ in
                (generator.pick(["login", "email", "phone", "device", "cookie"]), generator.int(1...6))
            }
            let unique = identifiers.enumerated().filter { place, entry in
                !identifiers[..<place].contains { $0 == entry }
            }.map(\.element)
            let hours = generator.int(0...1_400)
            added.append(
                number % 2 == 0
                    ? builder.event(unique, source: "ghost", hours: hours)
                    : builder.record(100 + number, unique, source: "ghost", hours: hours))
        }
        try engine.apply(.record(added))
        try assertAndWithdraw(engine)
        for record in added.compactMap(\.record) where generator.chance(50) {
            try engine.apply(.retractRecord(source: "ghost", record: record.key, time: scenario.asOf))
        }
        try engine.apply(.retractSource("ghost", time: scenario.asOf))
        guard try engine.digest(.partition) == before.0, try engine.digest(.content) == before.1 else {
            throw PropertyFailure("\(place): adding and retracting leaves a trace")
        }
    }
}
