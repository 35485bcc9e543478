internal import GraphStore
internal import Identity
internal import LMDB
internal import Scoring
internal import Stitching

/// A log of facts as a row: opened and sealed under the data key of its node.
struct SealedFacts {
    private let keyRing: KeyRing
    private let sealing: Sealing

    /// Of what is sealed: `FactLog.encoded`.
    private static let schema: UInt8 = 1

    init(_ keyRing: KeyRing, _ sealing: Sealing) {
        self.keyRing = keyRing
        self.sealing = sealing
    }

    func row(_ log: FactLog, _ key: FactKey, _ transaction: inout WriteTransaction) throws -> FactRow {
        let plain = log.encoded()
        let sealed = try sealing.seal(
            plain, in: Tables.facts, key, schema: Self.schema, subject: key.node, &transaction)
        return FactRow(contentHash: hash(plain), sealed: sealed)
    }

    /// What a row holds; nothing where its node was erased.
    ///
    /// - Throws: where the bytes are not what was sealed for this row.
    func log(_ row: FactRow, _ key: FactKey) throws -> FactLog {
        let opened = try sealing.open(row.sealed, in: Tables.facts, key, schema: Self.schema, subject: key.node)
        guard case .value(let plain) = opened else { return FactLog() }
        guard hash(plain) == row.contentHash else { throw StoreError.damaged("facts are not those of their hash") }
        return try FactLog(decoding: plain)
    }

    private func hash(_ plain: [UInt8]) -> [UInt8] {
        Array(keyRing.content.code(for: Array("facts\0".utf8) + plain).bytes.prefix(16))
    }
}
