package import Identity
internal import Stitching

/// A list of identifiers with the person that each belongs to, by key.
package struct TruthOfIdentifiers: Sendable {
    /// What the list says of one identifier.
    struct Entry: Sendable {
        var key: IdentityKey
        var person: Int32
        /// Several people use it, or nobody: it proves nothing.
        var isShared: Bool
        var isSession: Bool
        /// Whether a person can be reached or recognised by it.
        var isAddress: Bool
        /// Of a session: whether one of its own observations holds an address of its person.
        var isKnownAtSight = false
        /// Identifiers of one person that a path of observations connects; -1: the list does not say.
        var island: Int32
    }

    /// The namespaces by which a person can be reached or recognised.
    package static let addresses: Set<String> = ["customer_id", "email", "login", "loyalty_id", "phone"]

    private(set) var entries: [Entry] = []
    private(set) var hasIslands = true
    private(set) var observations = 0
    private var places: [IdentityKey: Int32] = [:]
    private var people = Numbering<String>()
    private var islandLabels = Numbering<String>()
    private var connected = UnionFind(count: 0)
    private let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    package var count: Int { entries.count }

    /// Adds a row. An identifier that is listed for two people is shared, whatever the rows say.
    ///
    /// - Parameters:
    ///   - person: empty where it belongs to nobody.
    ///   - island: nil where the list does not say.
    package mutating func add(
        _ identifier: KeyedIdentifier, person: String, isShared: Bool, island: String?
    ) {
        let owner = people.number(of: person)
        let isShared = isShared || person.isEmpty
        if let known = places[identifier.key].map({ Int($0) }) {
            if entries[known].person != owner || isShared { entries[known].isShared = true }
            return
        }
        places[identifier.key] = Int32(entries.count)
        let policy = configuration.namespaces[identifier.namespace]
        if island == nil { hasIslands = false }
        entries.append(
            Entry(
                key: identifier.key, person: owner, isShared: isShared, isSession: policy.kind == .session,
                isAddress: Self.addresses.contains(policy.name),
                island: island.map { islandLabels.number(of: $0) } ?? -1))
    }

    /// Notes what was seen together: it connects what one person owns. After the last row of the list.
    package mutating func observe(_ identifiers: [KeyedIdentifier]) {
        observations += 1
        connected.grow(to: entries.count)
        let known = identifiers.compactMap { places[$0.key] }.filter { !entries[Int($0)].isShared }
        for (index, first) in known.enumerated() {
            for second in known[(index + 1)...] where entries[Int(first)].person == entries[Int(second)].person {
                connected.union(first, second)
                note(first, with: second)
                note(second, with: first)
            }
        }
    }

    private mutating func note(_ session: Int32, with address: Int32) {
        guard entries[Int(session)].isSession, entries[Int(address)].isAddress else { return }
        entries[Int(session)].isKnownAtSight = true
    }

    /// For each identifier the number of its island: as the list says, or as the observations show.
    func islands() -> [Int32] {
        guard !hasIslands else { return entries.map(\.island) }
        var sets = connected
        sets.grow(to: entries.count)
        return entries.indices.map { sets.find(Int32($0)) }
    }

    /// Whether it is known which identifiers a path connects.
    var canJudgeRecall: Bool { hasIslands || observations > 0 }
}
