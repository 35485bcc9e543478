internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Stitching
internal import SwiftProtobuf
internal import Wire

extension Handlers {
    private func mayAdminister(_ call: Call) throws(CallError) {
        try judge(call, .nothing)
    }

    func describe(_ request: SelvedgeDescribeRequest, _ call: Call) async throws(CallError) -> SelvedgeDescribeResponse
    {
        try mayAdminister(call)
        let (engine, names) = (engine, purposeNames)
        return try await readers.read {
            let state = try engine.state()
            let configuration = engine.store.configuration
            var response = SelvedgeDescribeResponse()
            response.version = ServiceVersion.text
            response.purposes = names
            response.namespaces = configuration.namespaces.map(\.name)
            response.sources = state.sources.map(\.name)
            response.clock = state.clock.description
            response.configurationSha256 = Digest(configuration.hash)?.description ?? ""
            return response
        }
    }

    func key(_ request: SelvedgeKeyRequest, _ call: Call) async throws(CallError) -> SelvedgeKeyResponse {
        try mayAdminister(call)
        let asked: KeyedIdentifier
        do throws(Refusal) { asked = try identifier(request.subject, field: "subject") } catch {
            throw CallError(error)
        }
        let engine = engine
        return try await readers.read {
            var response = SelvedgeKeyResponse()
            response.namespace = engine.store.configuration.namespaces[asked.namespace].name
            response.key = try engine.stored(asked).key.data
            return response
        }
    }

    // MARK: Reading all of the store

    func stats(_ request: SelvedgeStatsRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try mayAdminister(call)
        let engine = engine
        let statistics = try await readers.readLong { try engine.statistics() }
        var response = SelvedgeStatsResponse()
        response.json = try Self.json(statistics)
        try await send(response, stream)
    }

    func digest(_ request: SelvedgeDigestRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try mayAdminister(call)
        let kind: Engine.DigestKind = request.content ? .content : .partition
        let digest: Digest
        if request.hasAsOfMs {
            let time = Timestamp(milliseconds: request.asOfMs)
            digest = try await writer.perform { try $0.digest(kind, asOf: time) }
        } else {
            let engine = engine
            digest = try await readers.readLong { try engine.digest(kind) }
        }
        var response = SelvedgeDigestResponse()
        response.digest.sha256 = Data(digest.bytes)
        try await send(response, stream)
    }

    func integrity(_ request: SelvedgeCheckRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try mayAdminister(call)
        let inspect = inspect
        let report = try await readers.readLong { try inspect() }
        var response = SelvedgeCheckResponse()
        response.problems = report.findings
        response.total = UInt64(report.findingCount)
        for table in report.tables { response.rows[table.name] = UInt64(table.rows) }
        response.components = UInt64(report.components)
        response.profiles = UInt64(report.profiles)
        response.done = true
        try await send(response, stream)
    }

    /// Rows in one message.
    private static let exportPiece = 1_000
    func clusters(_ request: SelvedgeClustersRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try mayAdminister(call)
        let engine = engine
        try await pump(stream) { rows in
            SelvedgeClustersResponse.with { $0.rows = rows }
        } from: { (pieces: PieceQueue<[SelvedgeClustersResponse.Row]>) async throws(CallError) in
            try await self.readers.readLong { try Self.export(engine, to: pieces) }
        }
    }

    private static func export(_ engine: Engine, to pieces: PieceQueue<[SelvedgeClustersResponse.Row]>) throws {
        var rows: [SelvedgeClustersResponse.Row] = []
        try engine.exportRecords { record in
            var row = SelvedgeClustersResponse.Row()
            row.source = record.source
            row.recordID = record.recordID
            row.profileID = record.profile.description
            rows.append(row)
            guard rows.count == exportPiece else { return }
            guard pieces.put(rows) else { throw CancellationError() }
            rows = []
        }
        if !rows.isEmpty, !pieces.put(rows) { throw CancellationError() }
    }

    // MARK: The clock

    func sweep(_ request: SelvedgeSweepRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try mayAdminister(call)
        let clock = try await state().clock
        let time = request.hasAsOfMs ? Timestamp(milliseconds: request.asOfMs) : max(now, clock)
        let report = try await writer.apply(.sweep(time))
        var response = SelvedgeSweepResponse()
        let after = try await state()
        response.clock = after.clock.description
        response.horizon = after.purgeHorizon?.description ?? ""
        response.componentsEvaluated = UInt64(report.componentsEvaluated)
        try await send(response, stream)
    }

    func purge(_ request: SelvedgePurgeRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try mayAdminister(call)
        let clock = try await state().clock
        let time = request.hasAsOfMs ? Timestamp(milliseconds: request.asOfMs) : clock
        let report = try await writer.apply(.purge(time))
        let after = try await state()
        var response = SelvedgePurgeResponse()
        response.clock = after.clock.description
        response.horizon = after.purgeHorizon?.description ?? ""
        response.componentsEvaluated = UInt64(report.componentsEvaluated)
        try await send(response, stream)
    }

    private func state() async throws(CallError) -> StoreState {
        let engine = engine
        return try await readers.read { try engine.state() }
    }
}

/// The program's version, as it tells its callers.
package enum ServiceVersion {
    package static let text = "0.4.0"
}
