package import Stitching

/// Whose data key a slot holds. One owner, for ever.
package struct SlotOwner: Hashable, Sendable {
    /// The numbers are stored.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// A node of the graph: its sealed attributes and facts.
        case node = 1
        /// An erasure: the needles that it looks for, until they have been looked for.
        case job = 2
        /// A piece of the change feed: what it says of an erasure, until it is trimmed.
        case feed = 3
    }

    package var kind: Kind
    /// A node id, or the number of a job or of a piece of the feed.
    package var number: UInt64

    package init(_ kind: Kind, number: UInt64) {
        self.kind = kind
        self.number = number
    }

    package static func node(_ node: NodeID) -> SlotOwner { SlotOwner(.node, number: node.rawValue) }
}
