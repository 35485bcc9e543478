package import GraphStore
package import Identity
internal import LMDB
package import Stitching

/// Two records that the active model has found to be alike.
package struct LikePair: Sendable, Encodable {
    package var first: RecordName
    package var second: RecordName
    /// log2 of the odds.
    package var bits: Double
    package var probability: Double

    package init(first: RecordName, second: RecordName, bits: Double, probability: Double) {
        self.first = first
        self.second = second
        self.bits = bits
        self.probability = probability
    }
}

extension Engine {
    /// Pairs between the thresholds of which nobody has said anything yet, the likeliest first.
    package func reviews(limit: Int) throws -> [LikePair] {
        let linkage = try activeLinkage()
        let sealing = store.sealing
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            var waiting: [(pair: NodePair, row: MatchRow)] = []
            try transaction.scan(Tables.matches) { pair, payload in
                guard pair.first < pair.second else { return .proceed }
                let row = try MatchCodec.decode(payload, version: MatchCodec.version)
                guard row.weight < linkage.model.linkThreshold, try transaction.isOfRecords(pair) else {
                    return .proceed
                }
                waiting.append((pair, row))
                return .proceed
            }
            waiting.sort { $0.row.weight != $1.row.weight ? $0.row.weight > $1.row.weight : $0.pair < $1.pair }
            var pairs: [LikePair] = []
            for (pair, row) in waiting where pairs.count < limit {
                if try transaction.contains(Tables.assertions, pair) { continue }
                guard let first = try transaction.recordName(pair.first, row.low, state, sealing),
                    let second = try transaction.recordName(pair.second, row.high, state, sealing)
                else { continue }
                pairs.append(
                    LikePair(first: first, second: second, bits: row.weight.bits, probability: row.weight.probability))
            }
            return pairs
        }
    }

    /// How many pairs wait, whatever was said of them.
    package func reviewCount() throws -> Int {
        let linkage = try activeLinkage()
        return try store.environment.read { transaction in
            var count = 0
            try transaction.scan(Tables.matches) { pair, payload in
                let row = try MatchCodec.decode(payload, version: MatchCodec.version)
                if pair.first < pair.second, row.weight < linkage.model.linkThreshold,
                    try transaction.isOfRecords(pair)
                {
                    count += 1
                }
                return .proceed
            }
            return count
        }
    }

    /// How many pairs the active model has found, by whole bits of their weight, ascending.
    package func pairCounts() throws -> [(bits: Int, count: Int)] {
        try store.environment.read { transaction in
            var counts: [Int: Int] = [:]
            try transaction.scan(Tables.matches) { pair, payload in
                guard pair.first < pair.second else { return .proceed }
                let row = try MatchCodec.decode(payload, version: MatchCodec.version)
                guard try transaction.isOfRecords(pair) else { return .proceed }
                counts[Int(row.weight.bits.rounded(.down)), default: 0] += 1
                return .proceed
            }
            return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    /// What a person says of a pair that the model has found, or of one of its links: it becomes a must-link or a cannot-link.
    package func review(
        _ first: KeyedIdentifier, _ second: KeyedIdentifier, isAccepted: Bool, by author: String, reason: String,
        at time: Timestamp
    ) throws {
        let keys = store.storedKeys
        let isFound = try store.environment.read { transaction in
            guard let near = try transaction.get(Tables.identifiers, keys.stored(first.key, transaction))?.node,
                let far = try transaction.get(Tables.identifiers, keys.stored(second.key, transaction))?.node
            else { return false }
            return try transaction.contains(Tables.matches, NodePair(near, far))
        }
        guard isFound else { throw EngineError.noSuchMatch }
        try apply(
            .assert(
                Assertion(
                    first: first, second: second, claim: isAccepted ? .same : .different, time: time, author: author,
                    reason: reason)))
    }

    /// How the weight of two records comes about under the active model; levels and bits, and nothing of the values.
    package func waterfall(_ first: RecordKey, _ second: RecordKey) throws -> Waterfall {
        let linkage = try activeLinkage()
        let keys = store.storedKeys
        return try store.environment.read { transaction in
            var encodings: [RecordEncoding] = []
            for key in try [first, second].map({ try keys.stored($0, transaction) }) {
                guard case .held(let held)? = try transaction.get(Tables.records, key) else {
                    throw EngineError.unknownRecord
                }
                encodings.append(try linkage.encoding(of: held, key) ?? RecordEncoding())
            }
            return linkage.waterfall(encodings[0], encodings[1])
        }
    }

    /// Records that are like what somebody searches by, likeliest first. For roles that may see profiles.
    ///
    /// - Parameter limit: most records that are told.
    package func search(
        _ encoding: RecordEncoding, limit: Int, under access: AuditedAccess
    ) throws -> [FoundRecord] {
        let linkage = try activeLinkage()
        let (sealing, configuration) = (store.sealing, store.configuration)
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            let found = try linkage.candidates(of: encoding, transaction)
                .filter { $0.weight >= linkage.model.reviewThreshold }
                .sorted { $0.weight != $1.weight ? $0.weight > $1.weight : $0.node < $1.node }
            return try found.prefix(limit).compactMap { candidate in
                guard let name = try transaction.recordName(candidate.node, candidate.end, state, sealing),
                    let anchor = try transaction.anchor(of: candidate.node)
                else { return nil }
                return FoundRecord(
                    record: name, profile: profileID(anchor), bits: candidate.weight.bits,
                    probability: candidate.weight.probability)
            }
        }
    }
}

/// A record that is like what was searched by.
package struct FoundRecord: Sendable {
    package var record: RecordName
    package var profile: ProfileID
    /// log2 of the odds.
    package var bits: Double
    package var probability: Double
}

extension Snapshot where Self: ~Copyable {
    /// Whether a pair is of records: nobody is asked about devices.
    func isOfRecords(_ pair: NodePair) throws -> Bool {
        guard let filing = try get(Tables.filings, pair.first) else { return true }
        return !filing.isOfDevice
    }

    /// What a record is called by its source; nil: it is not held, or is being erased.
    func recordName(
        _ node: NodeID, _ end: Likeness.End, _ state: StoreState, _ sealing: Sealing
    ) throws -> RecordName? {
        guard let member = try storedMember(node), !member.flags.contains(.hidden) else { return nil }
        let key = RecordKey(source: end.source, key: member.key)
        guard case .held(let held)? = try get(Tables.records, key),
            let record = try SealedRecord(opening: held, key, by: sealing)
        else { return nil }
        return RecordName(source: state.sources[Int(end.source.rawValue)].name, recordID: record.id)
    }
}
