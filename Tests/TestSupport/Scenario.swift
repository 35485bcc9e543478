package import Engine
internal import GraphStore
package import Identity

/// One act of a scenario.
package enum Step: Sendable {
    case observe(KeyedObservation)
    case retractRecord(source: String, record: IdentityKey, time: Timestamp)
    case retractSource(String, time: Timestamp)
    case assert(Assertion)
    /// Decisions alone: what the observation says of its identifiers is not evidence.
    case decide(KeyedObservation)

    package var kind: String {
        switch self {
        case .decide: "decision"
        case .observe(let observation): observation.record == nil ? "event" : "record"
        case .retractRecord: "record retraction"
        case .retractSource: "source retraction"
        case .assert(let assertion): "\(assertion.claim)"
        }
    }
}

/// Seeded random evidence over a small universe, so that components meet, fall apart and reach every limit.
///
/// The outcome must not depend on the order of its steps, but for `after`: a step that would be refused before another.
package struct Scenario: Sendable {
    package let seed: UInt64
    package let configuration: Configuration
    package var steps: [Step]
    /// For each step, those that must come before it.
    package var after: [[Int]]
    /// When the evidence is judged; no step is later.
    package let asOf: Timestamp

    static let sources = ["crm", "web", "shop", "partner", "feed"]
    static let namespaces = ["login", "email", "phone", "device", "cookie", "session"]
    static let days = 60

    /// - Parameter size: a crowd is so large that its components have more than 64 members.
    package init(seed: UInt64, size: ScenarioSize = .small) throws {
        var maker = try ScenarioMaker(seed: seed, size: size)
        self.seed = seed
        configuration = maker.builder.configuration
        maker.makeEvents()
        maker.makeRecords()
        maker.makeAssertions()
        maker.makeRetractions()
        maker.makeDecisions()
        steps = maker.steps
        after = maker.after
        asOf = EvidenceBuilder.time(hours: (Self.days + maker.generator.int(0...20)) * 24 + maker.generator.int(0...23))
    }

    /// The indices of the steps in a random order that respects `after`.
    package func order(_ generator: inout SeededGenerator) -> [Int] {
        var order: [Int] = []
        var isDone = Array(repeating: false, count: steps.count)
        func take(_ index: Int) {
            guard !isDone[index] else { return }
            isDone[index] = true
            for earlier in after[index] { take(earlier) }
            order.append(index)
        }
        for index in steps.indices.shuffled(using: &generator) { take(index) }
        return order
    }

    /// Every identity key that occurs.
    package var keys: Set<IdentityKey> {
        var keys: Set<IdentityKey> = []
        for step in steps {
            switch step {
            case .observe(let observation):
                keys.formUnion(observation.identifiers.map(\.key))
                keys.formUnion(observation.decisions.map(\.identifier.key))
                if let record = observation.record { keys.insert(record.key) }
            case .assert(let assertion): keys.formUnion([assertion.first.key, assertion.second.key])
            case .decide(let observation): keys.formUnion(observation.decisions.map(\.identifier.key))
            case .retractRecord, .retractSource: break
            }
        }
        return keys
    }

    /// The time of the newest observation, retracted or not; nil: there is none.
    package var newestObservation: Timestamp? {
        steps.compactMap { step in if case .observe(let observation) = step { observation.time } else { nil } }.max()
    }

    /// Whether something is asserted of two keys.
    package func asserts(_ first: IdentityKey, _ second: IdentityKey) -> Bool {
        steps.contains { step in
            guard case .assert(let assertion) = step else { return false }
            return Set([assertion.first.key, assertion.second.key]) == [first, second]
        }
    }

    /// The scenario without some steps: for finding the smallest that fails. Nil where one of the others needs them.
    package func keeping(_ kept: [Int]) -> Scenario? {
        var smaller = self
        var place: [Int: Int] = [:]
        for (new, old) in kept.enumerated() { place[old] = new }
        guard kept.allSatisfy({ after[$0].allSatisfy { place[$0] != nil } }) else { return nil }
        smaller.steps = kept.map { steps[$0] }
        smaller.after = kept.map { after[$0].compactMap { place[$0] } }
        return smaller
    }
}

/// How much evidence a scenario holds.
package enum ScenarioSize: Sendable {
    case small, crowd
}

/// Draws the steps of a scenario.
struct ScenarioMaker {
    var generator: SeededGenerator
    /// Draws what is about consent: the evidence of a seed is the same without it.
    var consentGenerator: SeededGenerator
    let builder: EvidenceBuilder
    let size: ScenarioSize
    var steps: [Step] = []
    var after: [[Int]] = []
    /// How many identifiers each namespace has.
    let universe: Int
    /// Whether the configuration is about consent, so that there may be decisions.
    let hasConsent: Bool
    private let recordCount: Int
    private var assertions = AssertionChecker()
    private var firstOfRecord: [IdentityKey: Int] = [:]
    private var assertionsOfRecord: [IdentityKey: [Int]] = [:]

    init(seed: UInt64, size: ScenarioSize) throws {
        var generator = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        var consentGenerator = SeededGenerator(seed: seed ^ 0xC0_25E2_7000)
        self.size = size
        hasConsent = size == .crowd || consentGenerator.chance(70)
        var rules = hasConsent ? ConsentText(&consentGenerator) : nil
        let evidence =
            size == .small ? Self.configuration(&generator, &rules) : Self.roomyConfiguration(&generator, &rules)
        builder = try EvidenceBuilder(yaml: evidence + (rules?.text ?? ""))
        universe = size == .small ? generator.int(2...5) : generator.int(16...24)
        recordCount = size == .small ? generator.int(0...8) : generator.int(10...30)
        self.generator = generator
        self.consentGenerator = consentGenerator
    }

    /// Limits so tight that a small universe reaches them.
    private static func configuration(_ generator: inout SeededGenerator, _ rules: inout ConsentText?) -> String {
        var text = "built_in: none\nnamespaces:\n"
        let rows: [(name: String, strength: Int, kind: String, unique: [String], life: [String])] = [
            ("login", 900, "person", ["always", "always", "none"], ["never"]),
            ("email", 700, "person", ["weak_links", "none"], ["never"]),
            ("phone", 600, "person", ["weak_links", "always", "none"], ["never", "50d"]),
            ("device", 300, "device", ["none"], ["never", "20d"]),
            ("cookie", 300, "device", ["none"], ["10d", "200h"]),
            ("session", 100, "session", ["none"], ["36h", "1h"]),
        ]
        for row in rows {
            text += "  \(row.name): {strength: \(row.strength), class: \(row.kind)"
            text += ", unique_per_profile: \(generator.pick(row.unique)), time_to_live: \(generator.pick(row.life))"
            text += ", hub_limit: \(generator.int(1...6)), fan_limit: \(generator.int(1...5))"
            text += ", record_limit: \(generator.int(1...4))}\n"
        }
        text += sources(web: generator.pick(["first", "third"]), &rules)
        return text + "limits: {profile_identifiers: \(generator.int(3...9))}\n"
    }

    /// Limits out of reach, so that many find together.
    private static func roomyConfiguration(
        _ generator: inout SeededGenerator, _ rules: inout ConsentText?
    ) -> String {
        var text = "built_in: none\nnamespaces:\n"
        let rows: [(String, Int, String, [String])] = [
            ("login", 900, "person", ["never"]), ("email", 700, "person", ["never"]),
            ("phone", 600, "person", ["never", "50d"]), ("device", 300, "device", ["never", "40d"]),
            ("cookie", 300, "device", ["50d"]), ("session", 100, "session", ["30d"]),
        ]
        for (name, strength, kind, life) in rows {
            text += "  \(name): {strength: \(strength), class: \(kind), time_to_live: \(generator.pick(life))"
            text += ", hub_limit: \(generator.int(4...60)), fan_limit: 100, record_limit: 20}\n"
        }
        text += sources(web: "first", &rules)
        return text + "limits: {profile_identifiers: 400}\n"
    }

    private static func sources(web: String, _ rules: inout ConsentText?) -> String {
        let parties = [("shop", "zero"), ("crm", "first"), ("feed", "second"), ("partner", "third"), ("web", web)]
        var text = "sources:\n"
        for (name, party) in parties { text += "  \(name): {party: \(party)\(rules?.servedPurposes() ?? "")}\n" }
        return text
    }

    mutating func add(_ step: Step, after earlier: [Int] = []) {
        steps.append(step)
        after.append(earlier)
    }

    private mutating func time() -> Timestamp {
        let hour = generator.int(0...Scenario.days * 24 - 1)
        let base = EvidenceBuilder.time(hours: hour)
        return generator.chance(50)
            ? base : Timestamp(milliseconds: base.milliseconds + Int64(generator.int(0...3_599_999)))
    }

    private mutating func identifiers(_ range: ClosedRange<Int>) -> [KeyedIdentifier] {
        var chosen: [KeyedIdentifier] = []
        for _ in 0..<generator.int(range) {
            let identifier = builder.identifier(generator.pick(Scenario.namespaces), generator.int(1...universe))
            if !chosen.contains(identifier) { chosen.append(identifier) }
        }
        return chosen
    }

    mutating func makeEvents() {
        for _ in 0..<(size == .small ? generator.int(4...28) : generator.int(90...160)) {
            let event = KeyedObservation(
                source: generator.pick(Scenario.sources), time: time(), identifiers: identifiers(1...4))
            add(.observe(event))
        }
    }

    mutating func makeRecords() {
        guard recordCount > 0 else { return }
        for _ in 0..<generator.int(recordCount...recordCount * 2) {
            let source = generator.pick(["crm", "partner"])
            let number = generator.int(1...recordCount)
            let version = builder.record(number, [], source: source, version: steps.count)
            guard let record = version.record else { continue }
            // Two versions at one time: the greater hash wins.
            let time = generator.chance(15) ? EvidenceBuilder.time(hours: 500) : time()
            let observation = KeyedObservation(
                source: source, time: time, identifiers: identifiers(0...4), record: record)
            if firstOfRecord[record.key] == nil { firstOfRecord[record.key] = steps.count }
            add(.observe(observation))
        }
    }

    mutating func makeAssertions() {
        for _ in 0..<(generator.chance(50) ? generator.int(1...5) : 0) {
            let (first, firstStep) = assertionEnd()
            let (second, secondStep) = assertionEnd()
            let claim: AssertionRow.Claim = generator.chance(50) ? .same : .different
            guard assertions.accepts(claim, first.key, second.key) else { continue }
            let assertion = Assertion(
                first: first, second: second, claim: claim, time: time(), author: "tester", reason: "seeded")
            for end in [first.key, second.key] where firstOfRecord[end] != nil {
                assertionsOfRecord[end, default: []].append(steps.count)
            }
            add(.assert(assertion), after: [firstStep, secondStep].compactMap { $0 })
        }
    }

    private mutating func assertionEnd() -> (KeyedIdentifier, Int?) {
        let records = firstOfRecord.sorted { $0.key < $1.key }
        if !records.isEmpty, generator.chance(35), let index = builder.configuration.namespaceIndex(named: "record") {
            let record = generator.pick(records)
            return (KeyedIdentifier(namespace: index, key: record.key), record.value)
        }
        return (builder.identifier(generator.pick(Scenario.namespaces), generator.int(1...universe)), nil)
    }

    mutating func makeRetractions() {
        let records = steps.compactMap { step -> (String, IdentityKey)? in
            guard case .observe(let observation) = step, let record = observation.record else { return nil }
            return (observation.source, record.key)
        }
        if !records.isEmpty, generator.chance(60) {
            for _ in 0..<generator.int(1...4) {
                let (source, key) = generator.pick(records)
                let retraction = Step.retractRecord(source: source, record: key, time: time())
                add(retraction, after: assertionsOfRecord[key] ?? [])
            }
        }
        if generator.chance(30) { retractSource(generator.pick(Scenario.sources)) }
    }

    /// After all that the source says, or it would be refused; and after what is said of its records.
    private mutating func retractSource(_ source: String) {
        var earlier: [Int] = []
        var newest: Timestamp?
        var isKnown = false
        for (index, step) in steps.enumerated() {
            switch step {
            case .observe(let observation) where observation.source == source:
                if observation.record == nil { newest = max(newest ?? observation.time, observation.time) }
                if !isKnown { earlier.append(index) }
                isKnown = true
            case .assert: earlier.append(index)
            default: break
            }
        }
        guard let newest else { return }
        add(.retractSource(source, time: newest), after: earlier)
    }
}

/// Whether assertions agree: what one says, no chain of others may deny.
struct AssertionChecker {
    private var same: [(IdentityKey, IdentityKey)] = []
    private var different: [(IdentityKey, IdentityKey)] = []
    private var asserted: Set<Set<IdentityKey>> = []

    /// Adds an assertion that agrees with those before it, in whatever order they are made.
    mutating func accepts(_ claim: AssertionRow.Claim, _ first: IdentityKey, _ second: IdentityKey) -> Bool {
        guard first != second, !asserted.contains([first, second]) else { return false }
        var (newSame, newDifferent) = (same, different)
        if claim == .same { newSame.append((first, second)) } else { newDifferent.append((first, second)) }
        for pair in newDifferent where Self.group(of: pair.0, newSame).contains(pair.1) { return false }
        (same, different) = (newSame, newDifferent)
        asserted.insert([first, second])
        return true
    }

    private static func group(of key: IdentityKey, _ same: [(IdentityKey, IdentityKey)]) -> Set<IdentityKey> {
        var group: Set<IdentityKey> = [key]
        var grew = true
        while grew {
            grew = false
            for pair in same where group.contains(pair.0) != group.contains(pair.1) {
                group.formUnion([pair.0, pair.1])
                grew = true
            }
        }
        return group
    }
}
