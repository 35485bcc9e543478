internal import Foundation

/// Removes what runs left behind that were ended before their end.
func removeLeftovers(in directory: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where name.hasPrefix("run-") {
        guard let process = pid_t(name.dropFirst(4)), kill(process, 0) != 0 else { continue }
        try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
    }
}

func run() throws {
    guard !CommandLine.arguments.contains("--help") else { return print(Options.usage) }
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    guard !options.programs.isEmpty, !options.directory.isEmpty else {
        throw Failure("run it by bench/service, which names --programs and --directory")
    }
    removeLeftovers(in: options.directory)
    let directory = "\(options.directory)/run-\(getpid())"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let bench = try Bench(options, directory: directory)
    try bench.run()
    try bench.stop()
    let table = Table(rows: bench.rows, notes: bench.notes, options: options)
    print(options.isJSON ? try table.json() : table.text)
}

do {
    try run()
} catch {
    say("service: \(error)")
    exit(1)
}
