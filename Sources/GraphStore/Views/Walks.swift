package import Identity
package import LMDB
internal import Stitching

/// The ways of many identity keys to their components, walked together: a resolve's time is spent on waiting for memory, and
/// many can wait at once.
package struct Walks: ~Copyable {
    private enum Way: Sendable {
        /// Held, and its row of `components` lies at the same place of `components`.
        case held(NodeID)
        /// Not held: another's component is judged in its place.
        case decoy
        /// It is for the ordinary way to say.
        case unclear
    }

    private var identifiers: Searches
    private var components: Searches
    private var keys: [IdentityKey] = []
    private var purposes: [UInt8] = []
    private var ways: [Way] = []
    /// Where the way stands: at the root once it has been walked.
    private var nodes: [NodeID] = []
    package let capacity: Int

    /// - Parameter capacity: keys; 64 are as many as memory serves at once.
    package init(capacity: Int = 64) {
        self.capacity = capacity
        identifiers = Searches(capacity: capacity)
        components = Searches(capacity: capacity)
        keys.reserveCapacity(capacity)
        purposes.reserveCapacity(capacity)
        ways.reserveCapacity(capacity)
        nodes.reserveCapacity(capacity)
    }

    /// Forgets what was added.
    package mutating func reset() {
        keys.removeAll(keepingCapacity: true)
        purposes.removeAll(keepingCapacity: true)
        ways.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
    }

    package var isFull: Bool { keys.count == capacity }

    package var count: Int { keys.count }

    /// Adds a key that is asked by for a purpose, and says at which place. At most `capacity`.
    package mutating func add(_ key: IdentityKey, for purpose: UInt8) -> Int {
        identifiers.ask(Tables.identifiers, key, at: keys.count)
        keys.append(key)
        purposes.append(purpose)
        return keys.count - 1
    }

    /// Walks from all keys to their components.
    package mutating func walk(_ context: ViewContext, in transaction: borrowing ReadTransaction) throws {
        if let stored = context.storedKeys, stored.isOpen {
            for place in keys.indices {
                keys[place] = try stored.stored(keys[place], transaction)
                identifiers.ask(Tables.identifiers, keys[place], at: place)
            }
        }
        try identifiers.run(Tables.identifiers, in: transaction)
        for place in keys.indices {
            let (way, node) = begin(place, context, transaction)
            ways.append(way)
            nodes.append(node)
            if case .unclear = way { continue }
            components.ask(Tables.components, node, at: place)
        }
        // A root is one step away, or a few where components have been joined since.
        for _ in 0..<8 {
            try components.run(Tables.components, in: transaction)
            guard askAgain(in: transaction) else { return }
        }
    }

    private func begin(
        _ place: Int, _ context: ViewContext, _ transaction: borrowing ReadTransaction
    ) -> (Way, NodeID) {
        switch identifiers.outcome(at: place) {
        case .found:
            guard let payload = identifiers.payload(Tables.identifiers, at: place, in: transaction),
                let row = try? IdentifierCodec.decode(payload, version: IdentifierCodec.version)
            else { return (.unclear, NodeID(0)) }
            return (.held(row.node), row.node)
        case .absent where context.nodes > 1:
            return (.decoy, context.decoy(for: keys[place], purposes[place]))
        default: return (.unclear, NodeID(0))
        }
    }

    /// Goes on to the parents of those that have not arrived; false where all have.
    private mutating func askAgain(in transaction: borrowing ReadTransaction) -> Bool {
        var isAnyOpen = false
        for place in keys.indices {
            if case .unclear = ways[place] { continue }
            guard let payload = components.payload(Tables.components, at: place, in: transaction),
                let parent = ComponentCodec.parent(of: payload)
            else { continue }
            nodes[place] = parent
            components.ask(Tables.components, parent, at: place)
            isAnyOpen = true
        }
        return isAnyOpen
    }

    /// The view of the key at a place for the purpose that it was added for, as `Snapshot.view(of:_:)` gives it.
    package func view(
        at place: Int, _ request: borrowing ViewRequest, in transaction: borrowing ReadTransaction
    ) throws -> ViewOutcome {
        precondition(request.purpose == purposes[place], "a walk for one purpose is looked at for another")
        guard let payload = components.payload(Tables.components, at: place, in: transaction),
            ComponentCodec.parent(of: payload) == nil
        else { return try transaction.view(of: keys[place], request) }
        switch ways[place] {
        case .held(let node):
            return try transaction.view(of: node, expecting: keys[place], payload, root: nodes[place], request)
        case .decoy:
            let node = request.context.decoy(for: keys[place], request.purpose)
            _ = try transaction.view(of: node, expecting: nil, payload, root: nodes[place], request)
            return .generic(.unknown)
        case .unclear: return try transaction.view(of: keys[place], request)
        }
    }
}
