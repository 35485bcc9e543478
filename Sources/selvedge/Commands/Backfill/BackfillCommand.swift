internal import ArgumentParser
internal import Backfill
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity

extension InputFormat: ExpressibleByArgument {}

struct BackfillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Load years of history: CSV by a mapping, or observations as JSON Lines.",
        discussion: """
            The store is built anew beside the old one and put in its place at the end, so it is never in between; what \
            comes out is what recording the rows one by one would give. Rows already held are merged.

            Inputs are files, folders, patterns or - for standard input, as they are or packed by gzip or Zstandard; for \
            Parquet: tools/parquet FILE | selvedge backfill ... -. CSV needs a mapping, which --suggest FILE begins; JSON \
            Lines of observations need none.

            A bad row is written to the reject file with line, column and reason, and stops nothing; the exit code is then \
            1. A load that was stopped, by a signal or a full disk, goes on with --resume.

            Over a server the rows are recorded in batches, and a position file beside the inputs is what --resume goes on \
            from.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("What the columns of CSV mean, in YAML.", valueName: "map.yaml"))
    var mapping: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Memory, such as 512M or 4G; the store's map is not counted.", valueName: "size"))
    var memory = MemoryArgument(argument: "4G") ?? MemoryArgument(bytes: BackfillOptions().memory)

    @Flag(name: .long, help: "Read and check everything, say what it would do, and change nothing.")
    var dryRun = false

    @Flag(name: .long, help: "Go on with a load that was stopped.")
    var resume = false

    @Flag(name: .long, help: "Throw away a load that was stopped, and begin anew.")
    var restart = false

    @Option(name: .long, help: ArgumentHelp("Stop when more rows than this are rejected.", valueName: "n"))
    var maxRejects: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where rejected rows go, as JSON Lines; if not given, beside the store: DIR.rejects.jsonl.",
            valueName: "file.jsonl"))
    var rejects: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --server: where the position is kept; if not given, selvedge-backfill.position.", valueName: "file"))
    var position: String?

    @Option(name: .long, help: "What the inputs are, where their names and contents do not say it: csv or jsonl.")
    var format: InputFormat?

    @Option(
        name: .long,
        help: ArgumentHelp("Write a mapping for a CSV file, by a look at its first rows.", valueName: "file"))
    var suggest: String?

    @Argument(help: ArgumentHelp("Files, folders, patterns, or -.", valueName: "input"))
    var inputs: [String] = []

    func validate() throws {
        if suggest != nil {
            guard inputs.isEmpty, mapping == nil, !target.isServer else {
                throw ValidationError("--suggest FILE goes alone, or with --data")
            }
            return
        }
        guard !inputs.isEmpty else { throw ValidationError("name the inputs: files, folders, patterns, or -") }
        guard !resume || !restart else { throw ValidationError("give --resume or --restart") }
        guard !dryRun || !(resume || restart) else {
            throw ValidationError("--dry-run begins anew and leaves nothing: without --resume and --restart")
        }
        guard maxRejects ?? 0 >= 0 else { throw ValidationError("--max-rejects is 0 or more") }
        guard position == nil || target.isServer else { throw ValidationError("--position goes with --server") }
    }

    mutating func run() throws {
        if let suggest { return try self.suggest(suggest) }
        let place = try target.target(attempts: Self.attempts)
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let files = try InputList.resolve(inputs, format: format)
        let mapping = try readMapping()
        guard mapping != nil || files.allSatisfy({ $0.format == .jsonl }) else {
            throw Failure(
                .wrongUsage, "CSV needs --mapping MAP.yaml; `selvedge backfill --suggest FILE > MAP.yaml` begins one")
        }
        switch place {
        case .store(let store): try StoreLoad(self, store, files, mapping).run()
        case .server(let server):
            var load = try ServerLoad(self, server, files, mapping)
            try load.run()
        }
    }

    /// Attempts to reach a server that is away, within about a quarter of a minute.
    private static let attempts = 12

    private func readMapping() throws -> Mapping? {
        guard let mapping else { return nil }
        let text: String
        do {
            text = try String(contentsOfFile: mapping, encoding: .utf8)
        } catch {
            throw Failure(.refusedInput, "\(mapping) cannot be read as text in UTF-8")
        }
        return try Mapping(yaml: text, file: mapping)
    }

    private func suggest(_ path: String) throws {
        let configuration = target.data == nil ? .builtIn : try target.store().openForReading().store.configuration
        try Console.write(Suggestion(path, configuration).text)
    }

    /// Threads that read and key rows.
    static var threads: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}

extension MemoryArgument {
    init(bytes: Int) { self.bytes = bytes }
}

/// Says of rejects on standard error what is enough to see: the first are named, the others counted.
struct RejectTeller {
    private var told = 0
    private static let shown = 20

    mutating func tell(_ reject: Reject, input: String) {
        told += 1
        if told <= Self.shown {
            let place = reject.column.isEmpty ? "" : " at \(reject.column)"
            Console.error("\(input):\(reject.line): \(reject.reason.name)\(place): \(reject.advice)")
        }
        if told == Self.shown + 1 {
            Console.error("selvedge: more rejected rows are counted, not named; see the reject file")
        }
    }
}
