/// Where the columns of a list of truth stand, by its header.
struct TruthHeader {
    struct Records {
        var source: Int
        var recordID: Int
        var truth: Int
    }

    struct Identifiers {
        var namespace: Int
        var value: Int
        var person: Int
        var shared: Int?
        var island: Int?
    }

    private var columns: [String: Int] = [:]

    init(_ row: CSVReader) {
        for index in 0..<row.fieldCount {
            let name = row.text(index).lowercased()
            if columns[name] == nil { columns[name] = index }
        }
    }

    /// Nil: it is not a list of records.
    var records: Records? {
        guard let source = column("source", "data_source"), let recordID = column("record_id"),
            let truth = column("truth", "entity", "person", "cluster", "entity_id", "person_id", "cluster_id")
        else { return nil }
        return Records(source: source, recordID: recordID, truth: truth)
    }

    /// Nil: it is not a list of identifiers.
    var identifiers: Identifiers? {
        guard let namespace = column("namespace"), let value = column("value"), let person = column("person", "truth")
        else { return nil }
        return Identifiers(
            namespace: namespace, value: value, person: person, shared: column("shared"), island: column("island"))
    }

    private func column(_ names: String...) -> Int? { names.lazy.compactMap { columns[$0] }.first }
}
