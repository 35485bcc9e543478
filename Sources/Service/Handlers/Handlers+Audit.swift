internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SwiftProtobuf
internal import Wire

/// The audit, and what is known of keys.
extension Handlers {
    /// Entries in one message.
    private static let auditPiece = 1_000
    private static let mostEntries: ClosedRange<UInt32> = 1...100_000
    /// Of kept heads that are sent: as many as a minute each signs in five days.
    private static let largestHeads = 1 << 20

    func listAudit(
        _ request: SelvedgeListAuditRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let limit = request.limit == 0 ? 100 : request.limit
        guard Self.mostEntries.contains(limit) else {
            throw CallError(.invalidField, "1 to \(Self.mostEntries.upperBound) entries; 0 is 100", field: "limit")
        }
        let (engine, first, most) = (engine, max(request.from, 1), Int(limit))
        var rest = try await readers.read {
            var entries: [SelvedgeListAuditResponse.Entry] = []
            try engine.forEachAuditEntry(from: first) { numbered in
                entries.append(.init(numbered))
                return entries.count < most
            }
            return entries
        }[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Self.auditPiece))
            rest = rest.dropFirst(Self.auditPiece)
            try await send(SelvedgeListAuditResponse.with { $0.entries = piece }, stream)
        }
    }

    func verifyAudit(
        _ request: SelvedgeVerifyAuditRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        guard request.heads.count <= Self.largestHeads, request.heads.count.isMultiple(of: AuditHead.byteCount) else {
            throw CallError(
                .invalidField,
                "heads are \(AuditHead.byteCount) bytes each, as audit.heads holds them, and at most "
                    + "\(Self.largestHeads) bytes together", field: "heads")
        }
        let (engine, kept) = (engine, AuditHeadFile.heads(Array(request.heads)))
        let response: SelvedgeVerifyAuditResponse = try await readers.readLong {
            var response = SelvedgeVerifyAuditResponse()
            response.key = Data(try engine.auditKey().bytes)
            switch try engine.verifyAudit(kept: kept) {
            case .whole(let entries, let heads, let uncovered):
                response.whole = true
                (response.entries, response.heads, response.uncovered) = (entries, UInt64(heads), uncovered)
            case .broken(let fault): response.fault = fault.description
            }
            return response
        }
        try await send(response, stream)
    }

    func showKeys(_ request: SelvedgeShowKeysRequest, _ call: Call) async throws(CallError) -> SelvedgeShowKeysResponse
    {
        try judge(call, .nothing)
        let engine = engine
        return try await readers.read { SelvedgeShowKeysResponse(try engine.keyReport(), try engine.auditKey()) }
    }
}

extension SelvedgeListAuditResponse.Entry {
    init(_ numbered: NumberedAuditEntry) {
        self.init()
        let entry = numbered.entry
        (number, timeMs) = (numbered.number, entry.time.milliseconds)
        (by, role, action, reason) = (entry.principal, entry.role.text, entry.action.text, entry.reason)
        subjects = UInt32(clamping: entry.subjects.count)
    }
}

extension SelvedgeShowKeysResponse {
    init(_ report: KeyReport, _ key: VerifyingKey) {
        self.init()
        (rootKey, besideTheData) = (report.rootKey, report.isBeside)
        bundle = report.bundle ?? ""
        checkValue = report.checkValue
        (identityVersion, rotationUnderWay) = (UInt32(report.identityVersion), report.isRotating)
        suppressions = report.suppressions.map { entry in
            .with { ($0.version, $0.count) = (UInt32(entry.version), UInt64(entry.count)) }
        }
        dataKeys = UInt64(report.dataKeys)
        overwrittenInPlace = report.isOverwritten
        auditKey = Data(key.bytes)
    }
}
