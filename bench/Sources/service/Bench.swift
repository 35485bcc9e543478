internal import CLoad
internal import Foundation

/// One run: the servers, what is asked of them, and the rows.
final class Bench {
    let options: Options
    let directory: String
    let redis: Redis
    let echo: Echo
    let service: Service
    /// The same behind a socket of the file system; for that row alone.
    let neighbour: Service?
    /// Serves scores and offers; for those rows alone.
    let shop: Service?
    /// Resolves of random identifiers, one to a frame.
    let resolves: Requests
    let observations: Observations?
    /// The first batch that has not been sent.
    var nextBatch = 0
    /// Observations a second that the service last took; half of it is the load of the row p99.
    var capacity: Double?
    private(set) var rows: [Row]
    /// Microseconds by which requests of the row p99 were late (p99), alone and beside recording.
    var lags: (alone: [Double], beside: [Double]) = ([], [])
    /// What recording beside resolves reached of its rate.
    var shares: [Double] = []
    var (observed, refused): (UInt64, UInt64) = (0, 0)
    private(set) var hasPrecedence = false

    /// Frames that are made: so many that nothing near a cache holds what they name.
    static let drawn = 1_000_000

    init(_ options: Options, directory: String) throws {
        self.options = options
        self.directory = directory
        rows = (Bench.rows(options) + Bench.shopRows(options)).filter { options.rows.contains($0.name) }
        let records = options.rows.contains(.record) || options.rows.contains(.p99)
        observations = records ? try Self.traffic(options, directory: directory) : nil
        let made = try MadeStore(people: options.people, directory: options.directory)
        say("starting Redis, the echo and the service")
        redis = try Redis(keys: options.people * 3, directory: directory)
        echo = try Echo("\(options.programs)/grpc", directory: directory)
        let executable = "\(options.programs)/selvedge"
        service = try Service(executable, graph: made, name: "store", directory: directory)
        neighbour =
            options.rows.contains(.unix)
            ? try Service(
                executable, graph: made, name: "unix", directory: directory, socket: Self.socket(in: directory))
            : nil
        shop =
            options.rows.contains(where: \.isOfShop)
            ? try Service(
                executable,
                graph: try MadeStore(
                    shoppers: options.shoppers, directory: options.directory, executable: executable), name: "shop",
                directory: directory) : nil
        var questions = Questions(options, seed: 1)
        resolves = questions.frames(Self.drawn)
        try questions.write(100_000, to: "\(directory)/requests")
    }

    static func socket(in directory: String) -> String { "\(directory)/selvedge.sock" }

    /// What the simulator makes, kept for the next run.
    private static func traffic(_ options: Options, directory: String) throws -> Observations {
        let wanted = options.observations ?? Int(options.seconds * 100_000 * 1.5) * options.repeats
        let path = "\(options.directory)/traffic-\(wanted).jsonl"
        if !FileManager.default.fileExists(atPath: path) {
            say("making \(wanted) observations, once")
            let unfinished = path + ".unfinished"
            try Program.run(
                ["\(options.programs)/simulate", "--seed", "1", "--observations", "\(wanted)", "--out", unfinished],
                log: "\(directory)/simulate.log")
            try FileManager.default.moveItem(atPath: unfinished, toPath: path)
        }
        say("encoding \(wanted) observations")
        return try Observations(path: path, batch: options.batch)
    }

    /// In turn, so that what the machine does in the meantime strikes all alike.
    func run() throws {
        for turn in 1...options.repeats {
            for place in rows.indices {
                say("measurement \(turn) of \(options.repeats): \(rows[place].title)")
                try measure(&rows[place])
            }
        }
    }

    /// What a reader of the table should know besides.
    var notes: [String] {
        func range(_ values: [Double], _ digits: Int) -> String {
            "\(fixed(values.min() ?? 0, digits)) to \(fixed(values.max() ?? 0, digits))"
        }
        let phones = options.sendsRawPhones ? "" : " (phone numbers as SHA-256)"
        var notes = [
            "\(options.people * 3) identifiers, asked by \(options.namespaces.joined(separator: ", "))\(phones)"
        ]
        if shop != nil { notes.append("scores and decisions are of \(options.shoppers) people who have bought") }
        if observed > 0 { notes.append("\(refused) of \(observed) observations were refused and are not counted") }
        guard !shares.isEmpty else { return notes }
        notes.append("p99: recording kept \(range(shares, 2)) of half its capacity")
        notes.append(
            "p99: the load wrote \(range(lags.alone, 0)) us late (p99) alone, \(range(lags.beside, 0)) us beside "
                + "recording; it \(hasPrecedence ? "had" : "did not have") precedence over the service")
        return notes
    }

    /// Runs what must not wait for a processor that the service has.
    func withPrecedence<Result>(_ body: () throws -> Result) rethrows -> Result {
        hasPrecedence = load_take_precedence() == 0
        defer { load_yield_precedence() }
        return try body()
    }

    func stop() throws {
        try service.program.stop()
        try neighbour?.program.stop()
        try shop?.program.stop()
        try redis.program.stop()
        try echo.program.stop()
    }

    private func measure(_ row: inout Row) throws {
        switch row.name {
        case .one, .pipelined: try measureResolves(&row)
        case .batch: try measureBatch(&row)
        case .grpc: try measureCalls(&row)
        case .record: try measureRecording(&row)
        case .p99: try measureUnderLoad(&row)
        case .unix: try measureSocket(&row)
        case .generator: try measureGenerator(&row)
        case .score, .decide, .durable, .scoreIdle, .decideIdle, .durableIdle: try measureShop(&row)
        }
    }
}
