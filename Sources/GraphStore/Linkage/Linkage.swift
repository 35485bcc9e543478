package import Identity
package import LMDB
package import Stitching

/// The model by which a store links records, made ready: what files records, finds candidates and weighs them.
package final class Linkage: Sendable {
    package let model: LinkageModel
    package let scorer: PairScorer
    package let schema: AttributeSchema
    let hasher: BlockHasher
    let cache = EncodingCache()
    private let sealing: Sealing
    /// What weighs the traffic of devices; nil where the model has nothing for that.
    package let trafficScorer: TrafficScorer?
    package let sealedTraffic: SealedTraffic

    package init(_ model: LinkageModel, schema: AttributeSchema, keyRing: KeyRing, sealing: Sealing) {
        self.model = model
        self.schema = schema
        self.sealing = sealing
        scorer = PairScorer(model)
        hasher = BlockHasher(keyRing: keyRing)
        trafficScorer = model.traffic.map { TrafficScorer($0) }
        sealedTraffic = SealedTraffic(keyRing, sealing)
    }

    /// The active model of a store; nil where there is none.
    package static func active(
        _ snapshot: borrowing some Snapshot & ~Copyable, _ configuration: Configuration, _ keyRing: KeyRing,
        _ sealing: Sealing
    ) throws -> Linkage? {
        guard let row = try snapshot.models().first(where: \.row.isActive) else { return nil }
        return Linkage(
            try LinkageModel(stored: row.row.bytes), schema: configuration.attributeSchema, keyRing: keyRing,
            sealing: sealing)
    }

    var version: UInt32 { model.version }

    /// The blocks of an encoding under the plan, rule by rule, each once.
    func entries(of words: Span<UInt32>) -> [Filing.Entry] {
        var entries: [Filing.Entry] = []
        var groups: [UInt64] = []
        for (index, entry) in model.blocking.entries.enumerated() {
            groups.removeAll(keepingCapacity: true)
            entry.rule.appendGroups(words, to: &groups)
            for group in groups {
                let key = hasher.key(rule: entry.rule.number, group: group)
                entries.append(Filing.Entry(rule: UInt8(index), block: key))
            }
        }
        return entries
    }

    /// Most records of a block of a rule.
    func limit(_ rule: UInt8) -> Int {
        rule == Self.trafficRule ? TrafficProfile.blockLimit : model.blocking.entries[Int(rule)].blockLimit
    }

    /// In filings, of blocks of devices; plans have fewer rules.
    static let trafficRule = UInt8.max
    /// Of block keys of devices: no rule has this number.
    private static let trafficNumber = UInt64(1) << 63

    /// The blocks of a device, each once.
    func entries(of profile: TrafficProfile) -> [Filing.Entry] {
        profile.groups.map { group in
            Filing.Entry(rule: Self.trafficRule, block: hasher.key(rule: Self.trafficNumber, group: group))
        }
    }

    /// A device's traffic; nil where the model has nothing for it, or nothing is known of it.
    package func traffic(of node: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> DeviceTraffic? {
        guard trafficScorer != nil else { return nil }
        return try snapshot.traffic(of: node, sealedTraffic)
    }

    /// A record that is filed, made ready to be weighed; nil: it is not filed, or not held any more.
    func weighable(
        _ node: NodeID, _ key: IdentityKey? = nil, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> (weighable: Weighable, end: Likeness.End)? {
        guard let filing = try snapshot.get(Tables.filings, node) else { return nil }
        if let known = cache.find(node.rawValue, check: filing.check) { return (known, filing.end) }
        guard let key = try key ?? snapshot.storedMember(node)?.key else { return nil }
        let place = RecordKey(source: filing.end.source, key: key)
        guard case .held(let held)? = try snapshot.get(Tables.records, place), held.node == node,
            let encoding = try encoding(of: held, place)
        else { return nil }
        let made = weighable(encoding)
        cache.keep(made, node.rawValue, check: filing.check)
        return (made, filing.end)
    }

    func weighable(_ encoding: RecordEncoding) -> Weighable {
        var rarities: [Int32] = []
        let words = encoding.words
        scorer.rarities(words.span, into: &rarities)
        return Weighable(words: words, rarities: rarities)
    }

    @inline(__always)
    func weight(_ first: Weighable, _ second: Weighable) -> LinkWeight {
        let (one, other) = (first.words, second.words)
        let (rare, rareOther) = (first.rarities, second.rarities)
        return scorer.weight(one.span, rare.span, other.span, rareOther.span)
    }

    /// The encoding of a record as it is held; nil: it has none.
    package func encoding(of held: HeldRecord, _ key: RecordKey) throws -> RecordEncoding? {
        try SealedRecord(opening: held, key, by: sealing)?.encoding(schema)
    }
}

extension LinkageModel {
    /// Reads what a row of `models` holds.
    package init(stored bytes: [UInt8]) throws(StoreError) {
        do throws(Damage) {
            try self.init(bytes: bytes.span)
        } catch {
            throw .damaged("a linkage model cannot be read (\(error)): train a new one")
        }
    }
}

extension Snapshot where Self: ~Copyable {
    /// All linkage models, by version.
    package func models() throws -> [(version: UInt32, row: ModelRow)] {
        var models: [(version: UInt32, row: ModelRow)] = []
        try scan(Tables.models) { version, payload in
            models.append((version, try ModelRowCodec.decode(payload, version: ModelRowCodec.version)))
            return .proceed
        }
        return models
    }

    /// The pairs of a record that reach a weight, with the node of the other.
    package func matches(of node: NodeID, atLeast least: LinkWeight) throws -> [(other: NodeID, row: MatchRow)] {
        var found: [(other: NodeID, row: MatchRow)] = []
        try scan(Tables.matches, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            let row = try MatchCodec.decode(payload, version: MatchCodec.version)
            if row.weight >= least { found.append((key.second, row)) }
            return .proceed
        }
        return found
    }

    /// The records of a block, ascending, up to a count.
    func records(ofBlock block: BlockKey, limit: Int) throws -> [NodeID] {
        var found: [NodeID] = []
        try scan(Tables.blocks, from: BlockRow(block: block, record: NodeID(0))) { key, _ in
            guard key.block == block, found.count < limit else { return .stop }
            found.append(key.record)
            return .proceed
        }
        return found
    }
}
