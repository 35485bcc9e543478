package import LMDB
package import Stitching

extension Filing {
    /// Whether it is a device's traffic that is filed; one without a network that counts is in no block, and has no pair.
    package var isOfDevice: Bool { entries.contains { $0.rule == Linkage.trafficRule } }
}

/// The devices of a store whose traffic a model can compare: what `filings` and `matches` have to say of them.
package struct DeviceBuild {
    /// By number, ascending by node.
    private var nodes: [NodeID] = []
    private var traffic: [DeviceTraffic] = []
    private var entries: [[Filing.Entry]] = []

    package var count: Int { nodes.count }

    package init(_ linkage: Linkage, _ snapshot: borrowing some Snapshot & ~Copyable) throws {
        guard linkage.trafficScorer != nil else { return }
        for node in try snapshot.nodesWithTraffic() {
            guard let found = try linkage.traffic(of: node, snapshot) else { continue }
            nodes.append(node)
            traffic.append(found)
            entries.append(linkage.entries(of: found.profile))
        }
    }

    package func forEachFiling(_ body: (NodeID, Filing) throws -> Void) throws {
        for (number, node) in nodes.enumerated() {
            try body(node, Filing(end: traffic[number].end, check: traffic[number].check, entries: entries[number]))
        }
    }

    /// The pairs at the review threshold or above, each once, its lower node first.
    package func matches(_ linkage: Linkage) -> [(pair: NodePair, row: MatchRow)] {
        guard let scorer = linkage.trafficScorer else { return [] }
        var members: [BlockRow] = []
        for (number, list) in entries.enumerated() {
            for entry in list { members.append(BlockRow(block: entry.block, record: NodeID(UInt64(number)))) }
        }
        members.sort()
        var shared: [UInt64: UInt16] = [:]
        var start = 0
        while start < members.count {
            var end = start + 1
            while end < members.count, members[end].block == members[start].block { end += 1 }
            if end - start <= TrafficProfile.blockLimit { count(members[start..<end], &shared) }
            start = end
        }
        return shared.sorted { $0.key < $1.key }.compactMap { pair, count in
            let (low, high) = (Int(pair >> 32), Int(pair & 0xffff_ffff))
            let weight = scorer.weight(traffic[low].profile, traffic[high].profile)
            guard weight >= scorer.model.reviewThreshold else { return nil }
            return (
                NodePair(nodes[low], nodes[high]),
                MatchRow(weight: weight, shared: count, low: traffic[low].end, high: traffic[high].end)
            )
        }
    }

    private func count(_ block: ArraySlice<BlockRow>, _ shared: inout [UInt64: UInt16]) {
        for (place, one) in zip(block.indices, block) {
            for other in block[(place + 1)...] {
                shared[one.record.rawValue << 32 | other.record.rawValue, default: 0] += 1
            }
        }
    }
}
