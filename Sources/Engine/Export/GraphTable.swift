internal import Identity

/// A table of the export of the graph.
package enum GraphTable: String, Sendable, CaseIterable {
    case nodes, links, profiles, consents

    /// The names of the columns, in order.
    package var columns: [String] {
        switch self {
        case .nodes: ["token", "namespace", "profile_id", "state", "hub", "records"]
        case .links:
            [
                "left", "right", "kind", "state", "reason", "source", "first_seen", "last_seen", "days", "records",
            ]
        case .profiles: ["profile_id", "identifiers", "records", "links", "first_seen", "last_seen"]
        case .consents:
            [
                "token", "sequence", "id", "purpose", "decision", "scope", "jurisdiction", "time", "received", "source",
                "channel", "notice", "notice_version", "notice_language", "lifts",
            ]
        }
    }
}

/// How rows of an export are written.
package enum ExportFormat: String, Sendable, CaseIterable {
    /// RFC 4180, UTF-8, lines ending in LF, with a head; an absent value is an empty field.
    case csv
    /// An object a line, its fields in the order of the columns; an absent value is null.
    case jsonl

    /// The line before the rows; nil: there is none.
    package func head(_ table: GraphTable) -> String? {
        self == .csv ? table.columns.joined(separator: ",") + "\n" : nil
    }
}

/// A row of an export as text, and what it is sorted by.
package struct ExportRow: Sendable {
    /// Rows ascend by these bytes, then by the line's.
    package internal(set) var key: [UInt8] = []
    /// With its end.
    package private(set) var line: [UInt8] = []
    private let format: ExportFormat
    private let columns: [[UInt8]]
    private var column = 0

    init(_ table: GraphTable, _ format: ExportFormat) {
        self.format = format
        columns = table.columns.map { Array($0.utf8) }
    }

    /// Begins a new row in the place of the last.
    mutating func begin() {
        key.removeAll(keepingCapacity: true)
        line.removeAll(keepingCapacity: true)
        column = 0
    }

    mutating func end() {
        precondition(column == columns.count, "a row of an export has another number of fields than its table")
        if format == .jsonl { line.append(UInt8(ascii: "}")) }
        line.append(UInt8(ascii: "\n"))
    }

    // MARK: Fields

    mutating func add(_ text: String?) {
        open()
        guard let text else {
            if format == .jsonl { line.append(contentsOf: Array("null".utf8)) }
            return
        }
        switch format {
        case .csv: addQuotedWhereNeeded(text)
        case .jsonl: JSONText.append(text.utf8, to: &line)
        }
    }

    mutating func add(_ number: Int?) {
        guard let number else { return add(String?.none) }
        open()
        line.append(contentsOf: String(number).utf8)
    }

    private mutating func open() {
        if format == .csv {
            if column > 0 { line.append(UInt8(ascii: ",")) }
        } else {
            line.append(column == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
            line.append(UInt8(ascii: "\""))
            line.append(contentsOf: columns[column])
            line.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: ":")])
        }
        column += 1
    }

    private mutating func addQuotedWhereNeeded(_ text: String) {
        let needsQuotes = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard needsQuotes else { return line.append(contentsOf: text.utf8) }
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { line.append(byte) }
            line.append(byte)
        }
        line.append(UInt8(ascii: "\""))
    }
}
