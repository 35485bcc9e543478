internal import BenchFacade
internal import Foundation

func text(_ value: Double, _ digits: Int = 0) -> String { String(format: "%.\(digits)f", value) }

/// At once, whether or not a terminal reads it.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func row(_ cells: [String]) {
    say(cells.map { String(repeating: " ", count: max(0, 11 - $0.count)) + $0 }.joined(separator: " "))
}

func printRatios(_ bench: inout Bench, _ options: Options) throws {
    say("Resolve: raw e-mail addresses a second of processor time, beside three reads from C in one snapshot.")
    say("Record: new identifiers a second, \(options.group) to a transaction, beside random puts from C: by the wall's")
    say("clock, disk included, and of processor time. Medians of runs in turn.")
    row([
        "identifiers", "store MiB", "hops", "resolve/s", "C/s", "ratio", "record/s", "C/s", "ratio", "record/cpu s",
        "C/cpu s",
        "ratio",
    ])
    for size in options.sizes {
        try bench.grow(to: size)
        try bench.reader.load(from: bench.store)
        let resolving = try bench.resolving(rounds: options.rounds, renewing: false)
        let stored = try bench.store.size()
        let (wall, processor): (KeyPath<Time, Double>, KeyPath<Time, Double>) = (\.wall, \.processor)
        row([
            "\(stored.identifiers)", text(Double(stored.bytes) / 1_048_576), text(try bench.meanHops(), 2),
            text(resolving.ours(processor)), text(resolving.peer(processor)), text(resolving.ratio(processor), 2),
            text(bench.recording.ours(wall)), text(bench.recording.peer(wall)), text(bench.recording.ratio(wall), 2),
            text(bench.recording.ours(processor)), text(bench.recording.peer(processor)),
            text(bench.recording.ratio(processor), 2),
        ])
    }
    let renewing = try bench.resolving(rounds: options.rounds, renewing: true)
    say("resolve, where C too renews its snapshot for each: ratio \(text(renewing.ratio(\.processor), 2))")
    let largest = try bench.recordLargest(rounds: options.rounds)
    say(
        "record, 10,000 observations to a transaction: \(text(largest.ours(\.wall)))/s, ratio "
            + "\(text(largest.ratio(\.wall), 2)); of processor time \(text(largest.ratio(\.processor), 2))")
}

func printAlone(_ bench: inout Bench, _ options: Options) throws {
    for size in options.sizes {
        try bench.grow(to: size)
        let recorded = Bench.anonymousMebibytes()
        let time = try bench.resolvingAlone(rounds: options.rounds)
        say(
            "\(size) identifiers: record \(text(bench.recording.ours(\.wall)))/s, \(text(bench.recording.ours(\.processor)))"
                + " of processor time; resolve \(text(time))/s of processor time; RssAnon \(text(recorded)) MiB after "
                + "recording, \(text(Bench.anonymousMebibytes())) after resolving")
    }
    say("identity keys of raw e-mail addresses: \(text(try bench.keys()))/s of processor time")
    for members in [3, 50] {
        let counted = try bench.allocations(members: members)
        say("allocations in a resolve of \(counted.found) members: \(text(counted.allocations, 2))")
    }
}

func run() throws {
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    let directory = options.directory + "/selvedge-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var bench = try Bench(directory: directory, options: options)
    if options.asksGeneric { return try bench.askGeneric() }
    if options.isAboutConsent { return try printConsent(&bench, options) }
    if options.isAlone { try printAlone(&bench, options) } else { try printRatios(&bench, options) }
}

do {
    try run()
} catch {
    FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
    exit(1)
}
