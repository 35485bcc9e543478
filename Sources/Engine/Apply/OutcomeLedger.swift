internal import GraphStore
internal import Identity
internal import Stitching

/// What each item of a batch did to profiles: noted in order while they are taken, judged when all are settled.
///
/// A class is a profile as it was before the batch, or one that an earlier item of the batch has begun.
struct OutcomeLedger {
    private struct Note {
        /// One node of each class that the item touched: a range of `touched`.
        var classes: Range<Int>
        /// Nodes that no item and no profile had before: a range of `touched`.
        var fresh: Range<Int>
        var first: Int32
        /// Index of its refusal; -1: it is none.
        var refusal = -1
        /// Identifiers that were left out.
        var suppressed = 0
    }

    private var notes: [Note] = []
    /// By the place of the note.
    private var decisions: [Int: [DecisionOutcome]] = [:]
    private var refusals: [Refusal] = []
    private var touched: [Int32] = []
    private var sets = UnionFind(count: 0)
    /// A node that stands for the profile it was in, by (component, cluster).
    private var profiles: [UInt64: Int32] = [:]
    /// Of each node whether an item has had it.
    private var seen: [Bool] = []

    mutating func refuse(_ refusal: Refusal) {
        notes.append(Note(classes: 0..<0, fresh: 0..<0, first: -1, refusal: refusals.count))
        refusals.append(refusal)
    }

    /// Says what became of the decisions of the item noted last.
    mutating func attach(_ outcomes: [DecisionOutcome]) { decisions[notes.count - 1] = outcomes }

    mutating func note(_ identifiers: [Int32], _ workspace: borrowing Workspace, suppressed: Int = 0) {
        sets.grow(to: workspace.nodeCount)
        while seen.count < workspace.nodeCount { seen.append(false) }
        let start = touched.count
        for node in identifiers where isKnown(node, workspace) {
            let root = sets.find(node)
            if !isListed(root, from: start) { touched.append(node) }
        }
        let middle = touched.count
        for node in identifiers where !seen[Int(node)] && workspace.formerProfile(of: node) == nil {
            touched.append(node)
        }
        for node in identifiers { seen[Int(node)] = true }
        if let first = identifiers.first { for node in identifiers.dropFirst() { sets.union(first, node) } }
        notes.append(
            Note(
                classes: start..<middle, fresh: middle..<touched.count, first: identifiers.first ?? -1,
                suppressed: suppressed))
    }

    private mutating func isListed(_ root: Int32, from start: Int) -> Bool {
        for place in start..<touched.count where sets.find(touched[place]) == root { return true }
        return false
    }

    /// Whether a node was in a profile; joins it to the class of that profile.
    private mutating func isKnown(_ node: Int32, _ workspace: borrowing Workspace) -> Bool {
        guard let profile = workspace.formerProfile(of: node) else { return seen[Int(node)] }
        if let standing = profiles[profile] {
            sets.union(standing, node)
        } else {
            profiles[profile] = node
        }
        return true
    }

    /// One outcome for each item, in order. After `settle`.
    func outcomes(_ workspace: borrowing Workspace, id: (NodeID) -> ProfileID) -> [ItemOutcome] {
        notes.enumerated().map { place, note in
            var outcome: ItemOutcome
            if note.refusal >= 0 {
                outcome = .refused(refusals[note.refusal])
            } else {
                let profile = note.first < 0 ? nil : workspace.anchor(of: note.first).map(id)
                outcome = ItemOutcome(kind: kind(note, workspace), profile: profile)
                if note.suppressed > 0 {
                    outcome.dropped = Array(repeating: .suppressed(), count: note.suppressed)
                }
            }
            if !decisions.isEmpty { outcome.decisions = decisions[place] ?? [] }
            return outcome
        }
    }

    private func kind(_ note: Note, _ workspace: borrowing Workspace) -> ItemOutcome.Kind {
        for place in note.classes.dropFirst() {
            for other in note.classes.lowerBound..<place where workspace.areOneProfile(touched[place], touched[other]) {
                return .merged
            }
        }
        guard !note.fresh.isEmpty else { return .unchanged }
        for known in touched[note.classes] {
            for fresh in touched[note.fresh] where workspace.areOneProfile(known, fresh) { return .joined }
        }
        return .created
    }
}
