internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching

struct ModelGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Linkage models.",
        subcommands: [ModelListCommand.self, ModelShowCommand.self, ModelExportCommand.self])
}

struct ModelListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models that are kept, and which of them links.")

    @OptionGroup var store: StoreOptions

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
        let models = try store.store.openForReading().models().map { kept in
            Answer.Model(
                version: kept.version, active: kept.isActive, time: kept.time.description,
                records: kept.model.trainedRecords, attributes: kept.model.comparisons.map(\.name))
        }
        if store.json { return try JSONLine.print(Answer(models: models)) }
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

    @OptionGroup var store: StoreOptions

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
        let engine = try store.store.openForReading()
        if records.count == 2 { return try show(try waterfall(engine)) }
        let kept = try engine.models()
        let wanted =
            model.map { number in kept.first { $0.version == number } } ?? kept.first(where: \.isActive) ?? kept.last
        guard let wanted else {
            throw model.map { EngineError.noSuchModel($0) } ?? EngineError.noModel
        }
        if let html {
            let counts = wanted.isActive ? try engine.pairCounts() : []
            var sink = try FileSink(html)
            try sink.write(ModelPage(wanted.model, counts).text)
            try sink.finish()
            return try Console.line("written to \(html)")
        }
        if store.json { return try JSONLine.print(ModelAnswer(wanted.model)) }
        try ModelText.say(wanted.model)
    }

    private func waterfall(_ engine: Engine) throws -> Waterfall {
        let intake = try engine.intakeNow()
        let state = try engine.state()
        let keys = try records.map { text throws -> RecordKey in
            guard let name = try IdentifierArgument.record(text), let source = state.source(named: name.source) else {
                throw Failure(.refusedInput, "write a record of the store as record:SOURCE:RECORD_ID")
            }
            return RecordKey(source: source, key: try intake.recordKey(source: name.source, recordID: name.recordID))
        }
        return try engine.waterfall(keys[0], keys[1])
    }

    private func show(_ waterfall: Waterfall) throws {
        if store.json { return try JSONLine.print(WaterfallAnswer(waterfall)) }
        try ModelText.say(waterfall)
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

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: ArgumentHelp("The model's version; the newest.", valueName: "number"))
    var model: UInt32?

    @Option(name: .long, help: ArgumentHelp("Where to.", valueName: "file"))
    var out: String

    mutating func run() throws {
        let kept = try store.store.openForReading().models()
        guard let wanted = model.map({ number in kept.first { $0.version == number } }) ?? kept.last else {
            throw model.map { EngineError.noSuchModel($0) } ?? EngineError.noModel
        }
        var sink = try FileSink(out)
        try sink.write(bytes: wanted.model.withoutFrequencies.bytes)
        try sink.finish()
        try Console.line("model \(wanted.version) written to \(out)")
    }
}
