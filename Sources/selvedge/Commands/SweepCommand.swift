internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Move the store's clock, and hide what has expired.",
        discussion: """
            A link past the time to live of its namespaces is hidden, not deleted: it comes back when it is seen again. \
            The clock never goes back.
            """)

    @OptionGroup var target: TargetOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The new clock; now, or the present clock if that is later. \(TimeArgument.help).", valueName: "time"))
    var asOf: TimeArgument?

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("sweep")
        let clock = try engine.state().clock
        let time = asOf?.time ?? max(Clock.now, clock)
        let report = try Waiting.during("sweeping") { try engine.apply(.sweep(time)) }
        try ClockAnswer(engine, looked: report.componentsEvaluated).say("swept", target.json)
    }
    private func run(_ server: ServerStore) throws {
        let time = asOf?.time.milliseconds
        let response = try server.ask(waiting: "sweeping") { try await $0.sweep(asOf: time) }
        try ClockAnswer(response.clock, response.horizon, response.componentsEvaluated).say("swept", target.json)
    }
}

struct PurgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Delete what is hidden, for good.",
        discussion: """
            Evidence that was hidden at the time given is deleted, and refused when it arrives again. Records stay. The \
            time is the store's clock if not given; for a later one sweep first.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("\(TimeArgument.help).", valueName: "time"))
    var asOf: TimeArgument?

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("purge")
        let clock = try engine.state().clock
        let report = try Waiting.during("purging") { try engine.apply(.purge(asOf?.time ?? clock)) }
        try ClockAnswer(engine, looked: report.componentsEvaluated).say("purged", target.json)
    }
    private func run(_ server: ServerStore) throws {
        let time = asOf?.time.milliseconds
        let response = try server.ask(waiting: "purging") { try await $0.purge(asOf: time) }
        try ClockAnswer(response.clock, response.horizon, response.componentsEvaluated).say("purged", target.json)
    }
}

/// Where the clock stands after sweeping or purging.
private struct ClockAnswer: Encodable {
    var clock: String
    var purgeHorizon: String?
    /// Components and suspended links that were looked at.
    var evaluated: Int

    private enum CodingKeys: String, CodingKey {
        case clock, evaluated
        case purgeHorizon = "purge_horizon"
    }

    init(_ engine: Engine, looked: Int) throws {
        let state = try engine.state()
        clock = state.clock.description
        purgeHorizon = state.purgeHorizon?.description
        evaluated = looked
    }

    /// What a server told; an empty horizon is none.
    init(_ clock: String, _ horizon: String, _ evaluated: UInt64) {
        self.clock = clock
        purgeHorizon = horizon.isEmpty ? nil : horizon
        self.evaluated = Int(clamping: evaluated)
    }

    func say(_ verb: String, _ json: Bool) throws {
        if json { return try JSONLine.print(self) }
        let horizon = purgeHorizon.map { ", nothing before \($0) is taken back" } ?? ""
        try Console.line("\(verb): looked at \(evaluated) places; the clock is \(clock)\(horizon)")
    }
}
