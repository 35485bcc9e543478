internal import Foundation
internal import SwiftProtobuf
public import Wire

/// The audit, what is known of keys, and the store as a warehouse takes it.
extension SelvedgeClient {
    /// The audit's entries, oldest first. Role privacy or admin.
    ///
    /// - Parameter limit: most entries, 1 to 100,000.
    public func audit(from number: UInt64 = 1, limit: UInt32 = 100) -> MessageSequence<SelvedgeListAuditResponse> {
        stream(.listAudit, SelvedgeListAuditRequest.with { ($0.from, $0.limit) = (number, limit) })
    }

    /// Has every entry of the audit read; names the first that is not as it was written. Role privacy or admin.
    ///
    /// - Parameter heads: copies of audit.heads, or parts of it, that were kept elsewhere.
    public func verifyAudit(heads: [UInt8] = []) async throws(SelvedgeError) -> SelvedgeVerifyAuditResponse {
        try await only(stream(.verifyAudit, SelvedgeVerifyAuditRequest.with { $0.heads = Data(heads) }))
    }

    /// Which keys the store has; no key is told. Role admin.
    public func keys(deadline: Duration? = nil) async throws(SelvedgeError) -> SelvedgeShowKeysResponse {
        try await unary(.showKeys, SelvedgeShowKeysRequest(), deadline: deadline)
    }

    /// A table of the graph: nodes, links, profiles or consents, in the store's order. Role admin; the audit keeps that it was
    /// read.
    ///
    /// - Parameter format: csv or jsonl.
    public func export(
        _ table: String, format: String = "csv", by look: SelvedgeLook
    ) -> MessageSequence<SelvedgeExportResponse> {
        stream(.export, SelvedgeExportRequest.with { ($0.table, $0.format, $0.look) = (table, format, look) })
    }

    /// Evaluates over-full components whole, or says what another configuration would change: the object that
    /// `selvedge repartition --json` prints. Role admin.
    ///
    /// - Parameter configuration: YAML; empty: the store's own. Only with `dryRun`.
    public func repartition(configuration: String = "", dryRun: Bool) async throws(SelvedgeError) -> String {
        let request = SelvedgeRepartitionRequest.with { ($0.configuration, $0.dryRun) = (configuration, dryRun) }
        let response: SelvedgeRepartitionResponse = try await only(stream(.repartition, request))
        return response.json
    }

    /// What a restore must do again, as a sealed file in pieces: suppressions, denials, restrictions and erasures. Role admin.
    public func privacyLedger() -> MessageSequence<SelvedgePrivacyLedgerResponse> {
        stream(.privacyLedger, SelvedgePrivacyLedgerRequest())
    }
}
