internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Devices by what their traffic has in common, as commands change it.
extension Applier {
    var sealedTraffic: SealedTraffic { SealedTraffic(keyRing, sealing) }

    /// Notes what an event shows of its devices.
    func note(
        _ observation: KeyedObservation, _ identifiers: [Int32], _ source: SourceID,
        _ workspace: borrowing Workspace, _ traffic: inout TrafficBatch
    ) {
        guard let sighting = observation.sighting else { return }
        let summary = TrafficSummary(sighting, at: observation.time, source: observation.source)
        for place in observation.identifiers.devices(state.configuration) {
            let dense = identifiers[place]
            traffic.add(summary, to: dense, FactKey(node: workspace.nodeID(dense), kind: .traffic, source: source))
        }
    }

    /// Files devices as their traffic is now, and has the components evaluated that this touches.
    mutating func refile(_ nodes: some Sequence<NodeID>, _ transaction: inout WriteTransaction) throws {
        guard var index = likeness, index.linkage.trafficScorer != nil else { return }
        likeness = nil
        for node in nodes.sorted() { try index.refile(node, &transaction) }
        let touched = index.takeTouched()
        likeness = index
        try evaluate(touched, &transaction)
    }

    /// Takes devices that are held no more out of matching.
    mutating func unfile(vanished nodes: [NodeID], _ transaction: inout WriteTransaction) throws {
        guard var index = likeness, index.linkage.trafficScorer != nil, !nodes.isEmpty else { return }
        likeness = nil
        for node in nodes.sorted() { try index.unfile(node, &transaction) }
        let touched = index.takeTouched()
        likeness = index
        try evaluate(touched, &transaction)
    }

    /// Evaluates the components of nodes again, in pieces; one that is not held is passed over.
    mutating func evaluate(_ nodes: [NodeID], _ transaction: inout WriteTransaction) throws {
        var next = 0
        while next < nodes.count {
            var workspace = makeWorkspace()
            while next < nodes.count, workspace.load < Self.workspaceLoad {
                if let dense = try workspace.loadIfHeld(nodes[next], transaction) { workspace.touch(dense) }
                next += 1
            }
            try finish(&workspace, &transaction)
        }
    }
}
