internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Whether a store can take another configuration: what it cannot, and why.
struct RepartitionPlan {
    private(set) var refusals: [String] = []

    init(from state: StoreState, to new: Configuration, _ snapshot: borrowing some Snapshot & ~Copyable) throws {
        try checkNamespaces(state, new, snapshot)
        try checkSources(state, new, snapshot)
        try checkAttributes(state.configuration, new, snapshot)
        check("purposes", state.purposes, new.purposes.map(\.name))
        check("jurisdictions", state.jurisdictions, new.jurisdictions.map(\.name))
    }

    private mutating func checkNamespaces(
        _ state: StoreState, _ new: Configuration, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let changed = state.configuration.namespaces.filter { old in
            new.namespace(named: old.name)?.normaliser != old.normaliser
        }
        guard !changed.isEmpty else { return }
        var counts = Array(repeating: 0, count: state.namespaces.count)
        try snapshot.scan(Tables.identifiers) { _, payload in
            let row = try IdentifierCodec.decode(payload, version: IdentifierCodec.version)
            counts[Int(row.namespace.rawValue)] += 1
            return .proceed
        }
        for old in changed {
            guard let number = state.namespace(named: old.name), counts[Int(number.rawValue)] > 0 else { continue }
            let count = counts[Int(number.rawValue)]
            if let policy = new.namespace(named: old.name) {
                refusals.append(
                    "namespaces.\(old.name).normaliser is \(policy.normaliser.rawValue), the store's is "
                        + "\(old.normaliser.rawValue): the keys of its \(count) identifiers would be others, and their "
                        + "values are not kept; load the raw values into a new store")
            } else {
                refusals.append(
                    "namespaces.\(old.name) is gone, and the store holds \(count) identifiers of it: keep it, with "
                        + "limits and times to live that let it join nothing")
            }
        }
    }

    /// Encodings hold attributes by their numbers: those of a store keep theirs.
    private mutating func checkAttributes(
        _ old: Configuration, _ new: Configuration, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        guard old.attributes != new.attributes, try snapshot.count(Tables.records) > 0 else { return }
        for (place, attribute) in old.attributes.enumerated() {
            guard new.attributes.count <= place || new.attributes[place] != attribute else { continue }
            refusals.append(
                "attributes.\(attribute.name) is gone, of another kind, or no longer at its place in the order of names, and "
                    + "records are held by it: name new attributes so that they come after it, or load the records into a "
                    + "new store")
        }
    }

    private mutating func checkSources(
        _ state: StoreState, _ new: Configuration, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        for source in state.sources where new.source(named: source.name) == nil {
            var isHeld = source.newestEvent != nil
            if !isHeld, let number = state.source(named: source.name) {
                let first = RecordKey(source: number, key: IdentityKey(high: 0, low: 0))
                try snapshot.scan(Tables.records, from: first) { key, _ in
                    isHeld = key.source == number
                    return .stop
                }
            }
            guard isHeld else { continue }
            refusals.append(
                "sources.\(source.name) is not declared and undeclared sources are refused, but the store has evidence "
                    + "of it: declare it, or retract it first")
        }
    }

    /// Names keep their numbers for good, also those that a configuration has dropped.
    private mutating func check(_ kind: String, _ held: [String], _ new: [String]) {
        let all = Set(held).union(new).count
        guard all > ConsentRules.limit else { return }
        refusals.append(
            "\(kind): with those that the store has ever had they are \(all), and \(ConsentRules.limit) is the most")
    }
}
