package import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// How well the profiles of records agree with a list that says who is who.
package struct EvaluationOfRecords: Sendable, Encodable {
    package var agreement: Agreement
    /// Rows of the list whose record the store does not hold: they are left out.
    package var notHeld: Int
    /// Rows of a record that was listed before: they are left out.
    package var repeated: Int
    /// Of the pairs that a model has found, as if each of these weights were the threshold; nil where none links.
    package var thresholds: [ThresholdScore]?

    private enum CodingKeys: String, CodingKey {
        case agreement, repeated, thresholds
        case notHeld = "not_held"
    }
}

/// The list, as it is read.
package struct TruthOfRecords: Sendable {
    private var truths = Numbering<String>()
    private var rows: [(key: RecordKey, truth: Int32)] = []
    private var notHeld = 0
    /// The store's sources by name, and by name in lower case.
    private var sources: [String: SourceID] = [:]
    private var names: [String: String] = [:]

    /// - Parameter state: which sources the store knows.
    package init(_ state: StoreState) {
        for (number, source) in state.sources.enumerated() {
            let id = SourceID(UInt32(number))
            if sources[source.name.lowercased()] == nil {
                sources[source.name.lowercased()] = id
                names[source.name.lowercased()] = source.name
            }
        }
        for (number, source) in state.sources.enumerated() {
            sources[source.name] = SourceID(UInt32(number))
            names[source.name] = source.name
        }
    }

    /// - Throws: `Refusal` where the record id is none.
    package mutating func add(
        source: String, recordID: String, truth: String, intake: borrowing Intake
    ) throws(Refusal) {
        let label = sources[source] == nil ? source.lowercased() : source
        guard let number = sources[label], let name = names[label] else {
            notHeld += 1
            return
        }
        let key = try intake.recordKey(source: name, recordID: recordID)
        rows.append((RecordKey(source: number, key: key), truths.number(of: truth)))
    }

    package func evaluate(_ engine: Engine) throws -> EvaluationOfRecords {
        let (configuration, storedKeys) = (engine.store.configuration, engine.store.storedKeys)
        return try engine.store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            let anchors = try NodeAnchors(transaction, nodes: state.nextNode)
            var profiles = Numbering<NodeID>()
            var comparison = Comparison()
            var seen: Set<NodeID> = []
            var counts = (notHeld: notHeld, repeated: 0)
            var truthOfNode: [NodeID: Int32] = [:]
            for row in rows {
                let key = try storedKeys.stored(row.key, transaction)
                guard case .held(let held)? = try transaction.get(Tables.records, key),
                    let anchor = anchors.anchor(of: held.node)
                else {
                    counts.notHeld += 1
                    continue
                }
                guard seen.insert(held.node).inserted else {
                    counts.repeated += 1
                    continue
                }
                comparison.add(found: profiles.number(of: anchor), true: row.truth)
                truthOfNode[held.node] = row.truth
            }
            return EvaluationOfRecords(
                agreement: comparison.agreement(), notHeld: counts.notHeld, repeated: counts.repeated,
                thresholds: try ThresholdScore.all(truthOfNode, transaction))
        }
    }
}

/// The list against an export of records: for who has no more of a store than that.
package struct TruthOfExport: Sendable {
    private struct Name: Hashable, Sendable {
        var source: String
        var recordID: String
    }

    private var found: [Name: Int32] = [:]
    private var profiles = Numbering<String>()
    private var truths = Numbering<String>()
    /// Sources by name in lower case, the first of several.
    private var sources: [String: String] = [:]
    private var seen: Set<Name> = []
    private var comparison = Comparison()
    private var counts = (notHeld: 0, repeated: 0)

    package init() {}

    /// Before the first row of the list.
    package mutating func addRecord(source: String, recordID: String, profile: String) {
        found[Name(source: source, recordID: recordID)] = profiles.number(of: profile)
        let label = source.lowercased()
        if sources[label] == nil { sources[label] = source }
    }

    /// A row of the list.
    package mutating func add(source: String, recordID: String, truth: String) {
        var name = Name(source: source, recordID: recordID)
        if found[name] == nil, let known = sources[source.lowercased()] { name.source = known }
        guard let profile = found[name] else {
            counts.notHeld += 1
            return
        }
        guard seen.insert(name).inserted else {
            counts.repeated += 1
            return
        }
        comparison.add(found: profile, true: truths.number(of: truth))
    }

    package func evaluate() -> EvaluationOfRecords {
        EvaluationOfRecords(agreement: comparison.agreement(), notHeld: counts.notHeld, repeated: counts.repeated)
    }
}
