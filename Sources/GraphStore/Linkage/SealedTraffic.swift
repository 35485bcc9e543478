package import Identity
package import LMDB
package import Stitching

/// Summaries of devices' traffic as rows of table `facts`: sealed under the data key of the device's node.
package struct SealedTraffic: Sendable {
    private let keyRing: KeyRing
    private let sealing: Sealing

    /// Of what is sealed: `TrafficSummary.bytes`.
    private static let schema: UInt8 = 2

    package init(_ keyRing: KeyRing, _ sealing: Sealing) {
        self.keyRing = keyRing
        self.sealing = sealing
    }

    package func row(
        _ summary: TrafficSummary, _ key: FactKey, _ transaction: inout WriteTransaction
    ) throws -> FactRow {
        let plain = summary.bytes
        let sealed = try sealing.seal(
            plain, in: Tables.facts, key, schema: Self.schema, subject: key.node, &transaction)
        return FactRow(contentHash: hash(plain), sealed: sealed)
    }

    /// What a row holds; nil where its node was erased.
    ///
    /// - Throws: where the bytes are not what was sealed for this row.
    package func summary(_ row: FactRow, _ key: FactKey) throws -> TrafficSummary? {
        let opened = try sealing.open(row.sealed, in: Tables.facts, key, schema: Self.schema, subject: key.node)
        guard case .value(let plain) = opened else { return nil }
        guard hash(plain) == row.contentHash else { throw StoreError.damaged("traffic is not that of its hash") }
        do throws(TrafficSummary.Damage) {
            return try TrafficSummary(bytes: plain.span)
        } catch {
            throw StoreError.damaged("a summary of traffic cannot be read (\(error))")
        }
    }

    private func hash(_ plain: [UInt8]) -> [UInt8] {
        Array(keyRing.content.code(for: Array("traffic\0".utf8) + plain).bytes.prefix(16))
    }
}

/// What is known of a device's traffic, by its chief source: a link of two devices serves what both sources may serve, so no more than
/// one source's word is taken for each.
package struct DeviceTraffic: Sendable {
    package var profile: TrafficProfile
    package var end: Likeness.End
    /// Of the summary.
    package var check: UInt32
}

extension Snapshot where Self: ~Copyable {
    /// The traffic of a device; nil where nothing is known of it.
    package func traffic(of node: NodeID, _ sealer: SealedTraffic) throws -> DeviceTraffic? {
        var chief: (summary: TrafficSummary, source: SourceID)?
        try scan(Tables.facts, from: FactKey(node: node, kind: .traffic, source: SourceID(0))) { key, payload in
            guard key.node == node, key.kind == .traffic else { return .stop }
            let row = try FactRowCodec.decode(payload, version: FactRowCodec.version)
            guard let summary = try sealer.summary(row, key) else { return .proceed }
            if let chief, !summary.outweighs(chief.summary) { return .proceed }
            chief = (summary, key.source)
            return .proceed
        }
        guard let chief else { return nil }
        let time = Timestamp(milliseconds: Int64(chief.summary.last) * 3_600_000)
        return DeviceTraffic(
            profile: TrafficProfile(chief.summary), end: Likeness.End(source: chief.source, time: time),
            check: Checksum.crc32(chief.summary.bytes.span))
    }

    /// The nodes that have traffic, ascending, those being erased left out.
    package func nodesWithTraffic() throws -> [NodeID] {
        var nodes: [NodeID] = []
        try scan(Tables.facts) { key, _ in
            guard key.kind == .traffic, nodes.last != key.node else { return .proceed }
            nodes.append(key.node)
            return .proceed
        }
        return try nodes.filter { try !isFenced($0) }
    }
}
