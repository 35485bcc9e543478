internal import Backfill
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity

/// A load into a store in a directory.
struct StoreLoad {
    private let command: BackfillCommand
    private let store: StorePlace
    private let files: [InputFile]
    private let mapping: Mapping?
    private let start = ContinuousClock.now

    init(_ command: BackfillCommand, _ store: StorePlace, _ files: [InputFile], _ mapping: Mapping?) {
        (self.command, self.store, self.files, self.mapping) = (command, store, files, mapping)
    }

    func run() throws {
        let progress = LoadProgress()
        defer { progress.clear() }
        let stops = { @Sendable in Interruption.signal != nil }
        // All is looked at before anything of a load lies in the store's directory.
        let configuration = try store.openForReading().store.configuration
        try mapping?.check(configuration)
        let inputs = try OpenInputs(
            files, mapping: mapping, limit: configuration.limits.lineBytes, stops: stops)
        let text = Array((mapping?.text ?? "").utf8)
        var options = BackfillOptions(
            memory: command.memory.bytes, threads: BackfillCommand.threads, resume: command.resume,
            restart: command.restart, isDryRun: command.dryRun)
        options.program = "selvedge backfill"
        let run = try BackfillRun(
            directory: store.data, inputs: try files.map { try $0.signature(mapping: text) }, options: options,
            acceptNormaliser: store.acceptNormaliser, progress: { progress.show($0) })
        let reader = try LoadReader(
            run, inputs, rejects: rejectPath,
            options: LoadReader.Options(
                threads: BackfillCommand.threads, mostRejects: command.maxRejects,
                cacheBytes: command.memory.bytes / 16, stops: stops, now: { Clock.now }))
        var teller = RejectTeller()
        reader.onReject = { reject, input in
            progress.clear()
            teller.tell(reject, input: input)
        }
        let size = reader.fileSize
        reader.onProgress = { progress.show(reading: $0.tally.rows, done: Int($0.fileBytes), of: size) }
        do {
            try read(reader)
        } catch {
            progress.clear()
            if command.dryRun { try? run.abandon() }
            throw error
        }
        let readSeconds = (ContinuousClock.now - start).seconds
        let report = try run.finish(recorder: Self.recorder)
        progress.clear()
        try LoadReport(
            tally: reader.tally, rejects: reader.tally.rejected.isEmpty ? nil : rejectPath, report: report,
            seconds: (ContinuousClock.now - start).seconds, readSeconds: readSeconds, isDryRun: command.dryRun
        ).say(json: command.target.json)
        if reader.tally.rejectedRows > 0 || !report.refused.isEmpty { throw Stop(.refusedInput) }
    }

    private func read(_ reader: LoadReader) throws {
        switch try reader.read() {
        case .finished: return
        case .stopped:
            Console.error(
                "selvedge: stopped by a signal after \(reader.tally.rows) rows; the store is as it was: go on with --resume"
            )
            throw Stop(signal: Interruption.signal ?? SIGTERM)
        case .tooManyRejects:
            throw Failure(
                .refusedInput,
                "more than \(command.maxRejects ?? 0) of \(reader.tally.rows) rows are rejected (\(LoadReport.list(reader.tally.rejected))); "
                    + "the store is as it was: see \(rejectPath), then begin anew with --restart, or go on with --resume and more --max-rejects"
            )
        }
    }

    private var rejectPath: String {
        if let path = command.rejects { return path }
        var data = store.data
        while data.count > 1, data.hasSuffix("/") { data.removeLast() }
        return data + ".rejects.jsonl"
    }

    /// What is not plain is recorded as anything else is.
    private static var recorder: EvidenceRecorder {
        EvidenceRecorder(
            record: { try Applier.record($0, store: $1, state: &$2, transaction: &$3) },
            sweep: { try Applier.sweep(to: $0, store: $1, state: &$2, transaction: &$3) },
            noteFacts: { try Applier.noteFacts($0, store: $1, state: &$2, transaction: &$3) })
    }
}
