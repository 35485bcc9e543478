import Backfill
import Engine
import GraphStore
import Identity
import Stitching
import TestSupport

/// One scenario recorded step by step, and loaded in several manners: both digests are the same.
struct LoadProperty {
    let scenario: Scenario
    var generator: SeededGenerator

    init(_ scenario: Scenario) {
        self.scenario = scenario
        generator = SeededGenerator(seed: scenario.seed ^ 0xBAC_F111)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    private struct Digests: Equatable {
        var partition: Digest
        var content: Digest
    }

    /// Steps that are loaded, and those that are applied afterwards.
    private var observations: [KeyedObservation] {
        scenario.steps.compactMap { if case .observe(let observation) = $0 { observation } else { nil } }
    }

    private var rest: [Step] {
        scenario.steps.filter { if case .observe = $0 { false } else { true } }
    }

    func check() throws {
        var run = self
        let recorded = try run.record()
        try run.compare("in one load", recorded) { directory, observations, _ in
            try Loading.load(observations, into: directory)
        }
        try run.compare("by three writers, in pieces", recorded) { directory, observations, generator in
            let piece = generator.int(1...max(1, observations.count))
            try Loading.load(observations, into: directory, .init(writers: 3, piece: piece))
        }
        try run.compare("behind what was recorded", recorded) { directory, observations, generator in
            let half = generator.int(0...observations.count)
            try Self.apply(observations[..<half].map(Step.observe), to: directory)
            try Loading.load(Array(observations[half...]), into: directory)
        }
        try run.compare("in two loads", recorded) { directory, observations, generator in
            let half = generator.int(0...observations.count)
            try Loading.load(Array(observations[..<half]), into: directory)
            try Loading.load(Array(observations[half...]), into: directory)
        }
        try run.compare("killed and resumed", recorded) { directory, observations, generator in
            try Self.loadWithKills(observations, into: directory, &generator)
        }
    }

    /// Kills a load at random moments until it gets through.
    private static func loadWithKills(
        _ observations: [KeyedObservation], into directory: String, _ generator: inout SeededGenerator
    ) throws {
        var manner = Loading.Manner(writers: 2, piece: generator.int(1...max(1, observations.count)))
        for _ in 0..<3 {
            if generator.chance(30) { manner.rows = generator.int(0...observations.count) } else { manner.rows = nil }
            manner.steps = generator.int(0...1_600)
            do {
                try Loading.load(observations, into: directory, manner)
                return
            } catch is Loading.Killed {
                manner.options.resume = true
            }
        }
        manner.steps = nil
        manner.rows = nil
        try Loading.load(observations, into: directory, manner)
    }

    private mutating func record() throws -> Digests {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        try Loading.makeStore(path, scenario.configuration)
        let engine = try Loading.engine(path)
        for index in scenario.order(&generator) { try engine.apply(Self.command(scenario.steps[index])) }
        return try digests(engine)
    }

    private mutating func compare(
        _ manner: String, _ recorded: Digests,
        _ load: (String, [KeyedObservation], inout SeededGenerator) throws -> Void
    ) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        try Loading.makeStore(path, scenario.configuration)
        do {
            try load(path, observations.shuffled(using: &generator), &generator)
        } catch { throw Failure("\(manner): \(error)") }
        let engine = try Loading.engine(path)
        do { try checkIntegrity(engine) } catch { throw Failure("\(manner): \(error)") }
        for step in rest { try engine.apply(Self.command(step)) }
        let found = try digests(engine)
        guard found.partition == recorded.partition else { throw Failure("\(manner): another partition") }
        guard found.content == recorded.content else { throw Failure("\(manner): another content") }
        do { try checkIntegrity(engine) } catch { throw Failure("\(manner), afterwards: \(error)") }
    }

    private func digests(_ engine: Engine) throws -> Digests {
        try engine.apply(.sweep(scenario.asOf))
        return Digests(partition: try engine.digest(.partition), content: try engine.digest(.content))
    }

    private static func apply(_ steps: [Step], to directory: String) throws {
        let engine = try Loading.engine(directory)
        for step in steps { try engine.apply(command(step)) }
    }

    private static func command(_ step: Step) -> Command {
        switch step {
        case .observe(let observation): .record([observation])
        case .retractRecord(let source, let record, let time):
            .retractRecord(source: source, record: record, time: time)
        case .retractSource(let source, let time): .retractSource(source, time: time)
        case .assert(let assertion): .assert(assertion)
        case .decide(let observation): .decide([observation])
        }
    }
}
