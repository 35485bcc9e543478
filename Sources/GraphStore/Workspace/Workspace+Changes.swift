internal import Identity
internal import Stitching

/// What settling did to profiles: the entries of the change feed.
extension Workspace {
    /// A former profile and a cluster in which a member of it now is, as numbers good in this workspace.
    private struct Passage: Comparable {
        var former: UInt64
        /// Component in the upper half, cluster in the lower.
        var home: UInt64

        static func < (left: Passage, right: Passage) -> Bool {
            (left.former, left.home) < (right.former, right.home)
        }
    }

    /// The net change of every profile, in an order that depends on nothing but the evidence loaded. After `settle`.
    package func changes() -> [Change] {
        var changes: [Change] = []
        var passages: [Passage] = []
        for index in regrouped.indices where regrouped[index].isDirty {
            note(index, &passages, &changes)
        }
        passages.sort()
        changes += splits(passages)
        return changes + consentChangesByProfile()
    }

    /// Notes where a component's members came from; what is new or taken in is a change at once.
    private func note(_ index: Int, _ passages: inout [Passage], _ changes: inout [Change]) {
        var formers: [[UInt64]] = Array(repeating: [], count: regrouped[index].anchors.count)
        var isLiving = Array(repeating: false, count: formers.count)
        for place in regrouped[index].members {
            let member = memberList[place]
            let cluster = Int(nodes[Int(member)].cluster)
            if nodes[Int(member)].exists, nodes[Int(member)].isAlive { isLiving[cluster] = true } else { continue }
            guard let former = formerProfile(of: member), !formers[cluster].contains(former) else { continue }
            formers[cluster].append(former)
        }
        for cluster in formers.indices where isLiving[cluster] {
            let anchor = anchorList[regrouped[index].anchors.lowerBound + cluster]
            if formers[cluster].isEmpty { changes.append(Change(kind: .created, anchor: anchor)) }
            for former in formers[cluster] {
                passages.append(Passage(former: former, home: UInt64(index) << 32 | UInt64(cluster)))
            }
            guard formers[cluster].count > 1 else { continue }
            let others = Set(formers[cluster].map { formerAnchor($0) }).subtracting([anchor]).sorted()
            for start in stride(from: 0, to: others.count, by: ChangeRow.othersLimit) {
                let some = others[start..<min(start + ChangeRow.othersLimit, others.count)]
                changes.append(Change(kind: .merged, anchor: anchor, others: Array(some)))
            }
        }
    }

    private func splits(_ passages: [Passage]) -> [Change] {
        var changes: [Change] = []
        var start = 0
        while start < passages.count {
            var end = start + 1
            while end < passages.count, passages[end].former == passages[start].former { end += 1 }
            if end - start > 1 {
                for passage in passages[start..<end] {
                    let component = regrouped[Int(passage.home >> 32)]
                    let anchor = anchorList[component.anchors.lowerBound + Int(passage.home & 0xffff_ffff)]
                    changes.append(Change(kind: .split, anchor: anchor, others: [formerAnchor(passage.former)]))
                }
            }
            start = end
        }
        return changes
    }

    private func formerAnchor(_ former: UInt64) -> NodeID {
        originAnchors[origins[Int(former >> 16)].anchors + Int(former & 0xffff)]
    }

    /// Decisions by the profile that their identifiers are in; an identifier that is in none stands for itself.
    private func consentChangesByProfile() -> [Change] {
        var byAnchor: [NodeID: Change] = [:]
        for (dense, purposes) in decided.sorted(by: { $0.key < $1.key }) {
            let anchor = anchor(of: dense) ?? nodes[Int(dense)].id
            var change = byAnchor[anchor] ?? Change(kind: .consent, anchor: anchor)
            change.purposes |= purposes
            if change.others.count < ChangeRow.othersLimit { change.others.append(nodes[Int(dense)].id) }
            byAnchor[anchor] = change
        }
        return byAnchor.sorted { $0.key < $1.key }.map(\.value)
    }
}
