internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Move the store's clock, and hide what has expired.",
        discussion: """
            A link past the time to live of its namespaces is hidden, not deleted: it comes back when it is seen again. \
            The clock never goes back.
            """)

    @OptionGroup var store: StoreOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The new clock; now, or the present clock if that is later. \(TimeArgument.help).", valueName: "time"))
    var asOf: TimeArgument?

    mutating func run() throws {
        let engine = try store.openForWriting("sweep")
        let clock = try engine.state().clock
        let time = asOf?.time ?? max(Clock.now, clock)
        let report = try Waiting.during("sweeping") { try engine.apply(.sweep(time)) }
        try ClockAnswer(engine, looked: report.componentsEvaluated).say("swept", store.json)
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

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: ArgumentHelp("\(TimeArgument.help).", valueName: "time"))
    var asOf: TimeArgument?

    mutating func run() throws {
        let engine = try store.openForWriting("purge")
        let clock = try engine.state().clock
        let report = try Waiting.during("purging") { try engine.apply(.purge(asOf?.time ?? clock)) }
        try ClockAnswer(engine, looked: report.componentsEvaluated).say("purged", store.json)
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

    func say(_ verb: String, _ json: Bool) throws {
        if json { return try JSONLine.print(self) }
        let horizon = purgeHorizon.map { ", nothing before \($0) is taken back" } ?? ""
        try Console.line("\(verb): looked at \(evaluated) places; the clock is \(clock)\(horizon)")
    }
}
