package import Stitching

/// A few nodes to be looked for among millions: most others are told by one bit, without a hash.
package struct NodeFilter: Sendable {
    package let nodes: Set<NodeID>
    /// Bit `id mod 4,096` is set where one of the nodes has that remainder.
    private var bits: [UInt64]

    private static let places: UInt64 = 4_096

    package init(_ nodes: Set<NodeID>) {
        self.nodes = nodes
        bits = Array(repeating: 0, count: Int(Self.places / 64))
        for node in nodes {
            let place = node.rawValue % Self.places
            bits[Int(place / 64)] |= 1 << (place % 64)
        }
    }

    package func contains(_ node: NodeID) -> Bool {
        let place = node.rawValue % Self.places
        return bits[Int(place / 64)] >> (place % 64) & 1 != 0 && nodes.contains(node)
    }
}
