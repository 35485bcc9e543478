internal import ArgumentParser
internal import Backfill
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compare profiles with a list that says who is who.",
        discussion: """
            The list's header tells its kind.

            Of records: source,record_id,truth (also data_source; entity, person or cluster for truth). Pairwise \
            precision, recall and F1, B-cubed, numbers of clusters.

            Of identifiers: namespace,value,person and, if there, shared and island. Pairwise precision of profiles over \
            identifiers with one true person (shared = 1 is left out); recall among identifiers that a path of that \
            person's own observations connects (by the column island, else by --observations); and the share of \
            sessions that are addressable: their profile holds an e-mail, phone, login, loyalty or customer id of their \
            true person and of nobody else. With --observations also that share before stitching. Where a model \
            links, the same as identifiers alone have it.

            Other columns are ignored. Rows of placeholders, such as test@test.com, are counted apart: they are nobody's, \
            and no profile holds them. A row that cannot be read is named and left out; the exit code is then 1. Values go through the store's normalisers and keys.

            Over a server a list of records is compared with the export of all clusters (role admin). A list of \
            identifiers takes --data: it is compared by identity keys, which a server does not give away in bulk.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("The list.", valueName: "file.csv"))
    var truth: String

    @Option(name: .long, help: ArgumentHelp("The observations that were recorded.", valueName: "file.jsonl"))
    var observations: String?

    mutating func run() throws {
        let place = try target.target()
        let descriptor = try Descriptor.input(truth)
        defer { descriptor.close() }
        var rows = CSVReader(descriptor)
        guard try rows.next() else {
            // A store that is not there is said before a list that says nothing.
            if case .store(let store) = place { _ = try store.openForReading() }
            throw Failure(.refusedInput, "\(truth) is empty; it needs a header")
        }
        let header = TruthHeader(rows)
        switch (place, header.records, header.identifiers) {
        case (.store(let store), let columns?, _):
            try evaluateRecords(try store.openForReading(), &rows, columns, descriptor.size)
        case (.server(let server), let columns?, _): try evaluateRecords(server, &rows, columns, descriptor.size)
        case (.store(let store), nil, let columns?):
            try evaluateIdentifiers(try store.openForReading(), &rows, columns, descriptor.size)
        case (.server, nil, .some):
            throw Failure(
                .refusedInput,
                "a list of identifiers cannot be compared over a server: it takes their identity keys, which a server "
                    + "does not give away in bulk; use --data with the store or a copy of it")
        case (_, nil, nil):
            throw Failure(
                .refusedInput,
                "\(truth):1: the header must have source,record_id,truth or namespace,value,person; see --help")
        }
    }

    private func evaluateRecords(
        _ server: ServerStore, _ rows: inout CSVReader, _ columns: TruthHeader.Records, _ size: Int?
    ) throws {
        var list = TruthOfExport()
        try server.clusters { row in
            list.addRecord(source: row.source, recordID: row.recordID, profile: row.profileID)
        }
        var progress = Progress("rows", total: size)
        while try rows.next() {
            list.add(
                source: rows.text(columns.source), recordID: rows.text(columns.recordID),
                truth: rows.text(columns.truth))
            progress.show(rows.line, done: rows.position)
        }
        progress.clear()
        try say(list.evaluate(), refused: 0)
    }

    private func say(_ evaluation: EvaluationOfRecords, refused: Int) throws {
        if target.json {
            try JSONLine.print(EvaluationAnswer(kind: "records", refusedRows: refused, records: evaluation))
        } else {
            try EvaluationText.say(evaluation, refused: refused)
        }
    }

    private func evaluateRecords(
        _ engine: Engine, _ rows: inout CSVReader, _ columns: TruthHeader.Records, _ size: Int?
    ) throws {
        let intake = try engine.intakeNow()
        var list = TruthOfRecords(try engine.state())
        var refused = RefusedRows(truth)
        var progress = Progress("rows", total: size)
        while try rows.next() {
            do throws(Refusal) {
                try list.add(
                    source: rows.text(columns.source), recordID: rows.text(columns.recordID),
                    truth: rows.text(columns.truth), intake: intake)
            } catch { refused.note(error, line: rows.line) }
            progress.show(rows.line, done: rows.position)
        }
        progress.clear()
        let evaluation = try Waiting.during("comparing") { try list.evaluate(engine) }
        try say(evaluation, refused: refused.count)
        if refused.count > 0 { throw Stop(.refusedInput) }
    }

    private func evaluateIdentifiers(
        _ engine: Engine, _ rows: inout CSVReader, _ columns: TruthHeader.Identifiers, _ size: Int?
    ) throws {
        let intake = try engine.intakeNow()
        var list = TruthOfIdentifiers(engine.store.configuration)
        var refused = RefusedRows(truth)
        var progress = Progress("rows", total: size)
        while try rows.next() {
            do throws(Refusal) {
                let identifier = try identifier(rows, columns, intake)
                list.add(
                    identifier, person: rows.text(columns.person),
                    isShared: columns.shared.map { rows.text($0) == "1" } ?? false,
                    island: columns.island.map { rows.text($0) })
            } catch { refused.note(error, line: rows.line) }
            progress.show(rows.line, done: rows.position)
        }
        progress.clear()
        if let observations { try observe(observations, &list, engine) }
        let evaluation = try Waiting.during("comparing") { try list.evaluate(engine) }
        if target.json {
            try JSONLine.print(
                EvaluationAnswer(
                    kind: "identifiers", refusedRows: refused.count, placeholderRows: refused.placeholders,
                    identifiers: evaluation))
        } else {
            try EvaluationText.say(evaluation, refused: refused.count, placeholders: refused.placeholders)
        }
        if refused.count > 0 { throw Stop(.refusedInput) }
    }

    private func identifier(
        _ rows: CSVReader, _ columns: TruthHeader.Identifiers, _ intake: Intake
    ) throws(Refusal) -> KeyedIdentifier {
        let name = rows.text(columns.namespace)
        guard name != Configuration.recordNamespace, let index = intake.configuration.namespaceIndex(named: name) else {
            throw Refusal(reason: .unknownNamespace, field: "namespace")
        }
        guard columns.value < rows.fieldCount else { throw Refusal(reason: .missingField, field: "value") }
        let value = rows.fields[columns.value]
        let key = try intake.identityKey(namespace: index, value: value.span)
        return KeyedIdentifier(namespace: index, key: key)
    }

    private func observe(_ path: String, _ list: inout TruthOfIdentifiers, _ engine: Engine) throws {
        let reader = try ObservationReader(path, engine)
        defer { reader.stop() }
        var progress = Progress("observations", total: reader.size)
        var count = 0
        while case .product(let lines) = try reader.next() {
            for line in lines.lines {
                guard case .success(let observation) = line.result else { continue }
                list.observe(observation.identifiers)
                count += 1
            }
            progress.show(count, done: lines.position)
        }
        progress.clear()
    }
}

/// Rows of the list that could not be used.
private struct RefusedRows {
    /// Those that could not be read.
    private(set) var count = 0
    /// Those of placeholders, which no profile can hold.
    private(set) var placeholders = 0
    private let name: String

    init(_ name: String) { self.name = name }

    mutating func note(_ refusal: Refusal, line: Int) {
        guard refusal.reason != .placeholder else {
            placeholders += 1
            return
        }
        count += 1
        if count <= 20 { Console.error("\(name):\(line): \(refusal)") }
    }
}
