internal import GraphStore
internal import Identity
internal import Stitching

/// What each item of a batch did to profiles: noted in order while they are taken, judged when all are settled.
///
/// A class is a profile as it was before the batch, or one that an earlier item of the batch has begun.
struct OutcomeLedger {
    private struct Note {
        /// One node of each class that the item touched.
        var classes: [Int32] = []
        /// Nodes that no item and no profile had before.
        var fresh: [Int32] = []
        var first: Int32 = -1
        var refusal: Refusal?
    }

    private var notes: [Note] = []
    private var sets = UnionFind(count: 0)
    /// A node that stands for the profile it was in, by (component, cluster).
    private var profiles: [UInt64: Int32] = [:]
    private var seen: Set<Int32> = []

    mutating func refuse(_ refusal: Refusal) { notes.append(Note(refusal: refusal)) }

    mutating func note(_ identifiers: [Int32], _ workspace: borrowing Workspace) {
        sets.grow(to: workspace.nodeCount)
        var note = Note(first: identifiers.first ?? -1)
        var roots: [Int32] = []
        for node in identifiers {
            guard isKnown(node, workspace) else {
                note.fresh.append(node)
                continue
            }
            let root = sets.find(node)
            if !roots.contains(root) {
                roots.append(root)
                note.classes.append(node)
            }
        }
        for node in identifiers { seen.insert(node) }
        if let first = identifiers.first { for node in identifiers.dropFirst() { sets.union(first, node) } }
        notes.append(note)
    }

    /// Whether a node was in a profile; joins it to the class of that profile.
    private mutating func isKnown(_ node: Int32, _ workspace: borrowing Workspace) -> Bool {
        guard let profile = workspace.formerProfile(of: node) else { return seen.contains(node) }
        if let standing = profiles[profile] {
            sets.union(standing, node)
        } else {
            profiles[profile] = node
        }
        return true
    }

    /// One outcome for each item, in order. After `settle`.
    func outcomes(_ workspace: borrowing Workspace, id: (NodeID) -> ProfileID) -> [ItemOutcome] {
        notes.map { note in
            if let refusal = note.refusal { return .refused(refusal) }
            let profile = note.first < 0 ? nil : workspace.anchor(of: note.first).map(id)
            return ItemOutcome(kind: kind(note, workspace), profile: profile)
        }
    }

    private func kind(_ note: Note, _ workspace: borrowing Workspace) -> ItemOutcome.Kind {
        for (place, first) in note.classes.enumerated() {
            for second in note.classes[(place + 1)...] where workspace.areOneProfile(first, second) { return .merged }
        }
        guard !note.fresh.isEmpty else { return .unchanged }
        let hasJoined = note.classes.contains { known in
            note.fresh.contains { workspace.areOneProfile(known, $0) }
        }
        return hasJoined ? .joined : .created
    }
}
