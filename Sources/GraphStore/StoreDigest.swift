package import Identity
package import LMDB
internal import Stitching

/// A store's digests, from one snapshot.
package struct StoreDigests: Hashable, Sendable {
    package var partition: Digest
    package var content: Digest
    /// Of what was said alone, without what follows from it: the same under every configuration.
    package var evidence: Digest
}

/// The two digests of a store: free of order, of node ids and of profile ids.
extension Snapshot where Self: ~Copyable {
    /// Of the partition: which identity keys are together. What is hidden is not in it.
    package func partitionDigest() throws -> Digest {
        var digest = PartitionDigest()
        try scan(Tables.components) { _, payload in
            guard ComponentCodec.isComponent(payload) else { return .proceed }
            let view = try ComponentView(payload)
            var clusters: [[IdentityKey]] = Array(repeating: [], count: view.clusterCount)
            for index in 0..<view.memberCount {
                let member = view.member(index)
                if !member.flags.contains(.hidden) { clusters[Int(member.cluster)].append(member.key) }
            }
            for cluster in clusters where !cluster.isEmpty { digest.add(cluster: cluster) }
            return .proceed
        }
        return digest.digest
    }

    /// Of all that is held, by identity key: folds of links (hidden ones too), degrees, records, assertions, and the
    /// partition. Tombstones, clocks and names are not in it.
    package func contentDigest(_ state: StoreState) throws -> Digest { try digests(state).content }

    /// All three in one pass.
    package func digests(_ state: StoreState) throws -> StoreDigests {
        var sum = MultisetHash()
        let names = ContentNames(state)
        let keys = try KeyOfNode(self)
        let degrees = try addComponents(to: &sum, names, keys)
        try addSuspended(to: &sum, names, keys)
        try addRecords(to: &sum, names, keys)
        try addAssertions(to: &sum, keys)
        try addConsents(to: &sum, keys)
        try addFacts(to: &sum, names, keys)
        let evidence = sum.digest
        try add(degrees, to: &sum, names, keys)
        try addMatches(to: &sum, names, keys)
        let partition = try partitionDigest()
        sum.add(partition.bytes)
        return StoreDigests(partition: partition, content: sum.digest, evidence: evidence)
    }

    /// - Returns: the degrees, of suspended links too.
    private func addComponents(
        to sum: inout MultisetHash, _ names: ContentNames, _ keys: KeyOfNode
    ) throws -> DegreeSums {
        var degrees = DegreeSums()
        try scan(Tables.components) { _, payload in
            guard case .component(var component) = try ComponentCodec.decode(payload, version: ComponentCodec.version)
            else { return .proceed }
            if component.linksApart { component.links = try linksApart(of: component) }
            for link in component.links {
                let left = component.members[Int(link.left)]
                let right = component.members[Int(link.right)]
                // What a model has found follows from records; it is added with what `matches` says.
                if link.kind != .probabilistic {
                    names.add(link.evidence.folds, link.kind, left.key, right.key, to: &sum)
                }
                guard link.kind == .deterministic, link.left != link.right else { continue }
                degrees.add(left.node, right.namespace)
                degrees.add(right.node, left.namespace)
            }
            return .proceed
        }
        try scan(Tables.nodes) { node, payload in
            let row = try NodeRowCodec.decode(payload, version: NodeRowCodec.version)
            for entry in row.suspended.counts { degrees.add(node, entry.namespace, Int(entry.count)) }
            return .proceed
        }
        return degrees
    }

    private func add(
        _ degrees: DegreeSums, to sum: inout MultisetHash, _ names: ContentNames, _ keys: KeyOfNode
    ) throws {
        for (node, degree) in degrees.byNode {
            var bytes = BigEndianBytes()
            bytes.append("degree")
            bytes.append(try keys.key(of: node))
            for entry in degree.counts.map({ (state: names.namespace($0.namespace), count: $0.count) })
                .sorted(by: { $0.state < $1.state })
            {
                bytes.append(entry.state)
                bytes.append(UInt64(entry.count))
            }
            sum.add(bytes.bytes)
        }
    }

    /// What the active model has found, and which one that is.
    private func addMatches(to sum: inout MultisetHash, _ names: ContentNames, _ keys: KeyOfNode) throws {
        for model in try models() where model.row.isActive {
            var bytes = BigEndianBytes()
            bytes.append("model")
            bytes.append(UInt64(model.version))
            bytes.append(contentsOf: model.row.bytes)
            sum.add(bytes.bytes)
        }
        try scan(Tables.matches) { ends, payload in
            guard ends.first < ends.second else { return .proceed }
            let row = try MatchCodec.decode(payload, version: MatchCodec.version)
            let both = try [(keys.key(of: ends.first), row.low), (keys.key(of: ends.second), row.high)]
                .sorted { $0.0 < $1.0 }
            var bytes = BigEndianBytes()
            bytes.append("match")
            for (key, end) in both {
                bytes.append(key)
                bytes.append(names.source(end.source))
                bytes.append(end.time)
            }
            bytes.append(UInt64(UInt32(bitPattern: row.weight.rawValue)))
            bytes.append(UInt64(row.shared))
            sum.add(bytes.bytes)
            return .proceed
        }
    }

    private func addSuspended(to sum: inout MultisetHash, _ names: ContentNames, _ keys: KeyOfNode) throws {
        try scan(Tables.suspended) { ends, payload in
            guard ends.first <= ends.second else { return .proceed }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            names.add(row.folds, row.kind, try keys.key(of: ends.first), try keys.key(of: ends.second), to: &sum)
            return .proceed
        }
    }

    private func addRecords(to sum: inout MultisetHash, _ names: ContentNames, _ keys: KeyOfNode) throws {
        try scan(Tables.records) { key, payload in
            guard case .held(let record) = try RecordCodec.decode(payload, version: RecordCodec.version) else {
                return .proceed
            }
            var bytes = BigEndianBytes()
            bytes.append("record")
            bytes.append(names.source(key.source))
            bytes.append(key.key)
            bytes.append(record.time)
            bytes.append(contentsOf: record.contentHash)
            for identifier in try record.identifiers.map({ try keys.key(of: $0) }).sorted() { bytes.append(identifier) }
            sum.add(bytes.bytes)
            return .proceed
        }
    }

    /// A decision's name stands for all that it says; its time is as entered.
    private func addConsents(to sum: inout MultisetHash, _ keys: KeyOfNode) throws {
        try scan(Tables.consents) { key, payload in
            let entry = try ConsentEntryCodec.decode(payload, version: ConsentEntryCodec.version)
            var bytes = BigEndianBytes()
            bytes.append("decision")
            bytes.append(try keys.key(of: key.node))
            bytes.append(entry.id.high)
            bytes.append(entry.id.low)
            bytes.append(entry.time)
            sum.add(bytes.bytes)
            return .proceed
        }
    }

    /// By the hash of what is sealed, whatever it is sealed under.
    private func addFacts(to sum: inout MultisetHash, _ names: ContentNames, _ keys: KeyOfNode) throws {
        try scan(Tables.facts) { key, payload in
            let row = try FactRowCodec.decode(payload, version: FactRowCodec.version)
            var bytes = BigEndianBytes()
            bytes.append("facts")
            bytes.append(try keys.key(of: key.node))
            bytes.append(UInt64(key.kind.rawValue))
            bytes.append(names.source(key.source))
            bytes.append(contentsOf: row.contentHash)
            sum.add(bytes.bytes)
            return .proceed
        }
        try scan(Tables.decisions) { key, payload in
            let row = try OfferDecisionCodec.decode(payload, version: OfferDecisionCodec.version)
            var bytes = BigEndianBytes()
            bytes.append("offered")
            if key.node.rawValue != 0 { bytes.append(try keys.key(of: key.node)) }
            bytes.append(UInt64(row.state.rawValue))
            bytes.append(contentsOf: row.contentHash)
            sum.add(bytes.bytes)
            return .proceed
        }
    }

    private func addAssertions(to sum: inout MultisetHash, _ keys: KeyOfNode) throws {
        try scan(Tables.assertions) { ends, payload in
            guard ends.first < ends.second else { return .proceed }
            let row = try AssertionCodec.decode(payload, version: AssertionCodec.version)
            let both = try [keys.key(of: ends.first), keys.key(of: ends.second)].sorted()
            var bytes = BigEndianBytes()
            bytes.append("assertion")
            bytes.append(both[0])
            bytes.append(both[1])
            bytes.append(UInt64(row.claim.rawValue))
            bytes.append(row.time)
            bytes.append(row.author)
            bytes.append(row.reason)
            sum.add(bytes.bytes)
            return .proceed
        }
    }
}

/// Names in place of numbers, which differ from store to store.
private struct ContentNames {
    private let state: StoreState

    init(_ state: StoreState) { self.state = state }

    func source(_ source: SourceID) -> String { state.sources[Int(source.rawValue)].name }

    func namespace(_ namespace: NamespaceID) -> String { state.namespaceName(namespace) }

    func add(
        _ folds: [Fold], _ kind: LinkKind, _ left: IdentityKey, _ right: IdentityKey, to sum: inout MultisetHash
    ) {
        for fold in folds {
            var bytes = BigEndianBytes()
            bytes.append("link")
            bytes.append(UInt64(kind.rawValue))
            bytes.append(min(left, right))
            bytes.append(max(left, right))
            bytes.append(source(fold.source))
            bytes.append(fold.first)
            bytes.append(fold.last)
            bytes.append(fold.days)
            sum.add(bytes.bytes)
        }
    }
}

/// Identity keys by node, 24 bytes for each node that is held.
private struct KeyOfNode {
    private var keys: [NodeID: IdentityKey] = [:]

    init(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        keys.reserveCapacity(try snapshot.count(Tables.identifiers))
        try snapshot.scan(Tables.identifiers) { key, payload in
            keys[try IdentifierCodec.decode(payload, version: IdentifierCodec.version).node] = key
            return .proceed
        }
    }

    func key(of node: NodeID) throws -> IdentityKey {
        guard let key = keys[node] else { throw StoreError.damaged("a node that is referred to has no identifier") }
        return key
    }
}

private struct DegreeSums {
    var byNode: [NodeID: Degree] = [:]

    mutating func add(_ node: NodeID, _ namespace: NamespaceID, _ amount: Int = 1) {
        byNode[node, default: Degree()].add(namespace, amount)
    }
}
