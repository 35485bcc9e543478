internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SwiftProtobuf
internal import Wire

/// What is read of all of the store for others to work with: the graph, what offers came to, what another configuration would do.
extension Handlers {
    /// Rows in one message.
    private static let rowPiece = 1_000
    /// Of a configuration that is sent, in bytes.
    private static let largestConfiguration = 1 << 20

    func export(_ request: SelvedgeExportRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try judge(call, .nothing)
        guard let table = GraphTable(rawValue: request.table) else {
            let names = GraphTable.allCases.map(\.rawValue).joined(separator: ", ")
            throw CallError(.invalidField, "a table is one of \(names)", field: "table")
        }
        guard let format = request.format.isEmpty ? .csv : ExportFormat(rawValue: request.format) else {
            let names = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw CallError(.invalidField, "a format is one of \(names)", field: "format")
        }
        let leave = try await access(request.look, [], call)
        if let head = format.head(table) { try await send(SelvedgeExportResponse.with { $0.head = head }, stream) }
        let engine = engine
        try await pump(stream) { rows in
            SelvedgeExportResponse.with { $0.rows = rows }
        } from: { (pieces: PieceQueue<[SelvedgeExportResponse.Row]>) async throws(CallError) in
            try await self.readers.readLong {
                var rows: [SelvedgeExportResponse.Row] = []
                try engine.export(table, format, under: leave) { row in
                    rows.append(.with { ($0.key, $0.line) = (Data(row.key), Data(row.line)) })
                    guard rows.count == Self.rowPiece else { return }
                    guard pieces.put(rows) else { throw CancellationError() }
                    rows.removeAll(keepingCapacity: true)
                }
                if !rows.isEmpty, !pieces.put(rows) { throw CancellationError() }
            }
        }
    }

    func offerReport(
        _ request: SelvedgeOfferReportRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let (engine, since) = (engine, request.hasSinceMs ? Timestamp(milliseconds: request.sinceMs) : nil)
        let answer = try await readers.readLong { OfferReportAnswer(try engine.offerSummary(since: since)) }
        let json = try Self.json(answer)
        try await send(SelvedgeOfferReportResponse.with { $0.json = json }, stream)
    }

    /// Beside erasures and rotations it waits for its turn; the writer waits for it.
    func repartition(
        _ request: SelvedgeRepartitionRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let (text, isDryRun) = (request.configuration, request.dryRun)
        guard text.utf8.count <= Self.largestConfiguration else {
            throw CallError(
                .invalidField, "a configuration is at most \(Self.largestConfiguration) bytes", field: "configuration")
        }
        var configuration: Configuration?
        if !text.isEmpty {
            do { configuration = try Configuration(yaml: text, file: "configuration") } catch {
                throw CallError(.invalidField, "\(error)", field: "configuration")
            }
        }
        let report: RepartitionReport
        do {
            report = try await erasures.repartition(to: configuration, isDryRun: isDryRun)
        } catch { throw CallError(store: error) }
        let json = try Self.json(report)
        try await send(SelvedgeRepartitionResponse.with { $0.json = json }, stream)
    }
}
