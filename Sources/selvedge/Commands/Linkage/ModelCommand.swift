internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import Stitching

struct ModelGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Linkage models.",
        subcommands: [ModelListCommand.self, ModelShowCommand.self, ModelExportCommand.self])
}

struct ModelListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models that are kept, and which of them links.")

    @OptionGroup var target: TargetOptions

    private struct Answer: Encodable {
        struct Model: Encodable {
            var version: UInt32
            var active: Bool
            var time: String
            var records: Int
            var attributes: [String]
        }

        var models: [Model]
    }

    mutating func run() throws {
        let models =
            switch try target.target() {
            case .store(let store): try models(store)
            case .server(let server): try models(server)
            }
        if target.json { return try JSONLine.print(Answer(models: models)) }
        guard !models.isEmpty else { return try Console.line("no model is kept: `selvedge train linkage`") }
        var table = TextTable(["model", "", "made", "of records", "attributes"])
        for model in models {
            table.add([
                "\(model.version)", model.active ? "links" : "", model.time, "\(model.records)",
                "\(model.attributes.count)",
            ])
        }
        try table.print()
    }

    private func models(_ store: StorePlace) throws -> [Answer.Model] {
        try store.openForReading().models().map { kept in
            Answer.Model(
                version: kept.version, active: kept.isActive, time: kept.time.description,
                records: kept.model.trainedRecords, attributes: kept.model.comparisons.map(\.name))
        }
    }

    private func models(_ server: ServerStore) throws -> [Answer.Model] {
        try server.ask { try await $0.models() }.map { kept in
            Answer.Model(
                version: kept.version, active: kept.active,
                time: Timestamp(milliseconds: kept.timeMs).description, records: Int(kept.records),
                attributes: kept.attributes)
        }
    }
}

struct ModelShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a model weighs, or how the weight of two records comes about.",
        discussion: """
            Without records: for each attribute and level of likeness how often it is so among matches (m) and among random \
            pairs (u), and the bits that follow. With two records: what each attribute adds under the model that links. \
            Values are nowhere, so none is shown. --html writes a page with the weights, a histogram of the pairs found, \
            and what each threshold would find.
            """)

    @OptionGroup var target: TargetOptions

    @Option(
        name: .long, help: ArgumentHelp("The model's version; the one that links, or the newest.", valueName: "number"))
    var model: UInt32?

    @Option(name: .long, help: ArgumentHelp("Write a page here.", valueName: "file.html"))
    var html: String?

    @Argument(help: ArgumentHelp("None, or two of record:SOURCE:RECORD_ID.", valueName: "record"))
    var records: [String] = []

    func validate() throws {
        guard records.isEmpty || records.count == 2 else { throw ValidationError("give no record, or two") }
        guard html == nil || records.isEmpty else { throw ValidationError("--html shows a model, not two records") }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForReading()
            if records.count == 2 { return try show(WaterfallAnswer(try waterfall(engine))) }
            let kept = try engine.model(model)
            try show(kept.model, html == nil || !kept.isActive ? [] : try engine.pairCounts())
        case .server(let server):
            if records.count == 2 { return try show(WaterfallAnswer(try waterfall(server))) }
            let shown = try server.model(model)
            try show(shown.model, shown.counts)
        }
    }

    private func show(_ model: LinkageModel, _ counts: [(bits: Int, count: Int)]) throws {
        if let html {
            var sink = try FileSink(html)
            try sink.write(ModelPage(model, counts).text)
            try sink.finish()
            return try Console.line("written to \(html)")
        }
        if target.json { return try JSONLine.print(ModelAnswer(model)) }
        try ModelText.say(model)
    }

    private func show(_ waterfall: WaterfallAnswer) throws {
        if target.json { return try JSONLine.print(waterfall) }
        try ModelText.say(waterfall)
    }

    private func waterfall(_ engine: Engine) throws -> Waterfall {
        let intake = try engine.intakeNow()
        let state = try engine.state()
        let keys = try records.map { text throws -> RecordKey in
            guard let name = try IdentifierArgument.record(text), let source = state.source(named: name.source) else {
                throw Failure.notARecord
            }
            return RecordKey(source: source, key: try intake.recordKey(source: name.source, recordID: name.recordID))
        }
        return try engine.waterfall(keys[0], keys[1])
    }

    private func waterfall(_ server: ServerStore) throws -> SelvedgeCompareRecordsResponse {
        let names = try records.map { try SelvedgeRecordName(argument: $0) }
        return try server.ask { try await $0.compare(names[0], names[1]) }
    }

}

extension ServerStore {
    /// A model, and its pairs by whole bits.
    fileprivate func model(_ version: UInt32?) throws -> (
        model: LinkageModel, version: UInt32, counts: [(bits: Int, count: Int)]
    ) {
        let response = try ask { try await $0.model(version) }
        let bytes = Array(response.model)
        guard let model = try? LinkageModel(bytes: bytes.span) else {
            throw Failure(.storeTrouble, "the server's model is that of another version; use a program of its version")
        }
        return (model, response.summary.version, response.counts.map { (Int($0.bits), Int($0.pairs)) })
    }
}

extension Failure {
    static let notARecord = Failure(.refusedInput, "write a record of the store as record:SOURCE:RECORD_ID")
}

extension SelvedgeRecordName {
    /// Of `record:SOURCE:RECORD_ID`.
    init(argument text: String) throws {
        guard let name = try IdentifierArgument.record(text) else { throw Failure.notARecord }
        self.init()
        (source, recordID) = (name.source, name.recordID)
    }
}

struct ModelExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model to a file, for `selvedge train linkage --from`.",
        discussion: """
            Its frequency tables are left out: they are of this store's values, by tokens under its key. What stays is how \
            often matches differ, and where.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("The model's version; the newest.", valueName: "number"))
    var model: UInt32?

    @Option(name: .long, help: ArgumentHelp("Where to.", valueName: "file"))
    var out: String

    mutating func run() throws {
        let version: UInt32
        let bytes: [UInt8]
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForReading()
            let wanted = try engine.model(try engine.modelToLink(model))
            (version, bytes) = (wanted.version, wanted.model.withoutFrequencies.bytes)
        case .server(let server):
            let wanted = try model ?? server.ask { try await $0.models() }.last?.version
            let shown = try server.model(wanted)
            (version, bytes) = (shown.version, shown.model.bytes)
        }
        var sink = try FileSink(out)
        try sink.write(bytes: bytes)
        try sink.finish()
        try Console.line("model \(version) written to \(out)")
    }
}
