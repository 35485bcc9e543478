internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import SelvedgeClient

extension GraphTable: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the graph for a warehouse: nodes, links, profiles, consents.",
        discussion: """
            Identifiers and records are told by their tokens, the identity keys that `selvedge key` prints: never a raw \
            value, never a record id. Rows are sorted by tokens or profile ids, so two exports can be compared line by \
            line. The store is read in pieces: what is recorded meanwhile may be in it or not. \
            Files have mode 0600, for they tell who is who whatever consent says: the audit keeps that you looked.

            nodes: state active, expired or retracted; of a hub the reason. links: a row for each source, state active, \
            kept_apart (with the constraint), suspended (with the reason) or asserted; left and right are one where an \
            identifier was seen alone. consents: the ledger, decision by decision.
            """)

    @OptionGroup var target: TargetOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to write a file for each table, such as nodes.csv; made where it is not there.", valueName: "dir"))
    var out: String?

    @Option(name: .long, help: "This table alone; without --out on standard output.")
    var table: GraphTable?

    @Option(name: .long, help: "How rows are written.")
    var format = ExportFormat.csv

    @OptionGroup var access: AccessOptions

    private struct Answer: Encodable {
        var out: String
        var rows: [String: Int]
    }

    func validate() throws {
        guard out != nil || table != nil else {
            throw ValidationError("give --out DIR for all tables, or --table NAME for one on standard output")
        }
        guard out != "" else { throw ValidationError("--out must name a directory") }
        if target.isServer { return try access.check(target, .mustLook) }
        _ = try access.lookerOrOperator()
    }

    mutating func run() throws {
        if let out { try Self.makeDirectory(out) }
        let source = try source()
        let tables = table.map { [$0] } ?? GraphTable.allCases
        guard let out else {
            for table in tables { try print(table) { try source(table, $0) } }
            return
        }
        var rows: [String: Int] = [:]
        for table in tables { rows[table.rawValue] = try write(table, to: out) { try source(table, $0) } }
        if target.json { return try JSONLine.print(Answer(out: out, rows: rows)) }
        for table in tables { try Console.line("wrote \(rows[table.rawValue] ?? 0) \(table.rawValue)") }
    }

    /// Hands over each row of a table: what it is sorted by, and its line.
    private typealias Source = (GraphTable, (_ key: [UInt8], _ line: [UInt8]) throws -> Void) throws -> Void

    private func source() throws -> Source {
        let format = format
        switch try target.target() {
        case .store(let store):
            let looker = try access.lookerOrOperator()
            let grant = try looker.access("export", [], try store.openForWriting("export"))
            let engine = try store.openForReading()
            return { table, body in try engine.export(table, format, under: grant) { try body($0.key, $0.line) } }
        case .server(let server):
            guard let look = access.look else { throw ValidationError("--reason TEXT is required") }
            return { table, body in
                try server.each(server.client.export(table.rawValue, format: format.rawValue, by: look)) { piece in
                    for row in piece.rows { try body(Array(row.key), Array(row.line)) }
                }
            }
        }
    }

    private typealias Rows = ((_ key: [UInt8], _ line: [UInt8]) throws -> Void) throws -> Void

    private static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(.refusedInput, "\(path) cannot be made; check the path and its permissions")
        }
    }

    /// - Returns: how many rows were written.
    private func write(
        _ table: GraphTable, to out: String, _ rows: Rows
    ) throws -> Int {
        var file = try FileSink("\(out)/\(table.rawValue).\(format.rawValue)")
        if let head = format.head(table) { try file.write(head) }
        let count = try sorted(table, in: out, rows) { try file.write(bytes: $0) }
        try file.finish()
        return count
    }

    private func print(_ table: GraphTable, _ rows: Rows) throws {
        if let head = format.head(table) { try Console.write(head) }
        _ = try sorted(table, in: NSTemporaryDirectory(), rows) {
            try Console.write(String(decoding: $0, as: UTF8.self))
        }
    }

    private func sorted(
        _ table: GraphTable, in directory: String, _ rows: Rows,
        _ body: ([UInt8]) throws -> Void
    ) throws -> Int {
        var sorter = LineSorter(directory: directory)
        var progress = Progress(table.rawValue, total: nil)
        var count = 0
        try rows { key, line in
            try sorter.add(key: key, text: line)
            count += 1
            if count.isMultiple(of: 10_000) { progress.show(count) }
        }
        try sorter.finish(body)
        progress.clear()
        return count
    }
}
