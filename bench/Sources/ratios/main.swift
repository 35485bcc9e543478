internal import BenchFacade
internal import Foundation

func text(_ value: Double, _ digits: Int = 0) -> String { String(format: "%.\(digits)f", value) }

/// At once, whether or not a terminal reads it.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func row(_ cells: [String]) {
    say(cells.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }.joined(separator: " "))
}

func parse(_ arguments: [String]) throws -> Options {
    var options = Options()
    var rest = arguments[...]
    while let name = rest.popFirst() {
        guard let value = rest.popFirst() else { throw Failure("\(name) needs a value") }
        switch name {
        case "--sizes": options.sizes = value.split(separator: ",").compactMap { Int($0) }
        case "--group": options.group = Int(value) ?? options.group
        case "--resolves": options.resolves = Int(value) ?? options.resolves
        case "--rounds": options.rounds = Int(value) ?? options.rounds
        case "--directory": options.directory = value
        default: throw Failure("unknown option \(name); known: --sizes --group --resolves --rounds --directory")
        }
    }
    return options
}

func run() throws {
    let options = try parse(Array(CommandLine.arguments.dropFirst()))
    let directory = options.directory + "/selvedge-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var bench = try Bench(directory: directory, options: options)
    say("Resolve: raw e-mail addresses a second, beside three reads from C. Record: new identifiers a second,")
    say("in transactions of \(options.group), beside random puts from C. Medians; RssAnon is memory without the map.")
    row(["identifiers", "store MiB", "hops", "resolve/s", "C/s", "ratio", "record/s", "C/s", "ratio", "RssAnon MiB"])
    for size in options.sizes {
        try bench.grow(to: size)
        try bench.reader.load(from: bench.store)
        let resolving = try bench.resolving(rounds: options.rounds, renewing: false)
        let stored = try bench.store.size()
        row([
            "\(stored.identifiers)", text(Double(stored.bytes) / 1_048_576), text(try bench.meanHops(), 2),
            text(resolving.ours), text(resolving.peer), text(resolving.ratio, 2), text(bench.recording.ours),
            text(bench.recording.peer), text(bench.recording.ratio, 2), text(Bench.anonymousMebibytes()),
        ])
    }
    let renewing = try bench.resolving(rounds: options.rounds, renewing: true)
    say("resolve, where C too renews its snapshot for each: ratio \(text(renewing.ratio, 2))")
    let largest = try bench.recordLargest(rounds: options.rounds)
    say("record, 10,000 observations to a transaction: \(text(largest.ours))/s, ratio \(text(largest.ratio, 2))")
    say("identity keys of raw e-mail addresses: \(text(try bench.keys()))/s on one core")
    for members in [3, 50] {
        let counted = try bench.allocations(members: members)
        say("allocations in a resolve of \(counted.found) members: \(text(counted.allocations, 2))")
    }
    say("RssAnon at the end: \(text(Bench.anonymousMebibytes())) MiB")
}

do {
    try run()
} catch {
    FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
    exit(1)
}
