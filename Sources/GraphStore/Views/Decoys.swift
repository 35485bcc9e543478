internal import Identity
package import LMDB
package import Stitching

/// Components over which unknown identifiers are judged, so that they take the way of denied ones.
extension Snapshot where Self: ~Copyable {
    /// For each purpose up to 256 nodes whose profile somebody has denied it for: sampled evenly from the ledger.
    ///
    /// Where nobody has, the list is empty, and the decoy is any node.
    package func decoys(_ state: StoreState) throws -> [[NodeID]] {
        var decoys = Array(repeating: [NodeID](), count: state.purposes.count)
        guard state.nextNode > 1 else { return decoys }
        var random: UInt64 = 0
        for round in 0..<UInt64(Decoys.samples) {
            random = FixedHash.mix(random ^ round)
            let from = ConsentKey(node: NodeID(random % state.nextNode), sequence: 0)
            try scan(Tables.consents, from: from) { key, payload in
                let entry = try ConsentEntryCodec.decode(payload, version: ConsentEntryCodec.version)
                let isDenial = entry.kind != .granted && Int(entry.purpose) < decoys.count
                if isDenial, decoys[Int(entry.purpose)].count < Decoys.kept {
                    decoys[Int(entry.purpose)].append(key.node)
                }
                return .stop
            }
        }
        return decoys
    }
}

private enum Decoys {
    static let samples = 4_096
    static let kept = 256
}

extension ViewContext {
    /// The node over which an unknown key is judged: always the same for one key, as long as the list stands.
    @inline(__always)
    func decoy(for key: IdentityKey, _ purpose: UInt8) -> NodeID {
        let spread = key.low ^ (key.high &* 0x9e37_79b9_7f4a_7c15)
        let list = Int(purpose) < decoys.count ? decoys[Int(purpose)] : []
        guard !list.isEmpty else { return NodeID(spread % max(nodes - 1, 1) + 1) }
        return list[Int(spread % UInt64(list.count))]
    }
}
