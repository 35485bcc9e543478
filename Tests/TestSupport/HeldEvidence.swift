internal import Engine
internal import GraphStore
internal import Identity

/// What is held of a list of steps, whatever their order: retractions applied, the latest versions of records chosen.
struct HeldEvidence {
    struct Record {
        var key: IdentityKey
        var source: String
        var time: Timestamp
        var contentHash: [UInt8]
        var identifiers: [IdentityKey]

        var pairs: Set<KeyPair> { KeyPair.all(of: identifiers) }
    }

    /// Index in the configuration's namespaces.
    private(set) var namespace: [IdentityKey: Int] = [:]
    /// Times of events by pair and source.
    private(set) var events: [KeyPair: [String: [Timestamp]]] = [:]
    private(set) var records: [Record] = []
    private(set) var mustLinks: Set<KeyPair> = []
    private(set) var cannotLinks: Set<KeyPair> = []
    /// Every pair of identifiers that was ever seen together, by an event or a record.
    private(set) var pairs: Set<KeyPair> = []

    init() {}

    init(_ steps: [Step], _ configuration: Configuration) {
        var retractedSources: [String: Timestamp] = [:]
        var retractedRecords: [IdentityKey: Timestamp] = [:]
        for step in steps {
            switch step {
            case .retractSource(let source, let time):
                retractedSources[source] = max(retractedSources[source] ?? time, time)
            case .retractRecord(_, let record, let time):
                retractedRecords[record] = max(retractedRecords[record] ?? time, time)
            case .assert(let assertion): take(assertion)
            case .observe, .decide: break
            }
        }
        var latest: [IdentityKey: Record] = [:]
        let recordIndex = configuration.namespaceIndex(named: Configuration.recordNamespace) ?? 0
        for case .observe(let observation) in steps {
            if let tombstone = retractedSources[observation.source], observation.time <= tombstone { continue }
            guard let keyed = observation.record else {
                take(event: observation)
                continue
            }
            if let tombstone = retractedRecords[keyed.key], observation.time <= tombstone { continue }
            let version = Record(
                key: keyed.key, source: observation.source, time: observation.time,
                contentHash: keyed.contentHash.bytes,
                identifiers: observation.identifiers.map(\.key))
            guard latest[keyed.key].map({ Self.isLater(version, than: $0) }) ?? true else { continue }
            latest[keyed.key] = version
            for identifier in observation.identifiers { namespace[identifier.key] = identifier.namespace }
            namespace[keyed.key] = recordIndex
        }
        records = Array(latest.values)
        for record in records { pairs.formUnion(record.pairs) }
        forgetWhatIsNotHeld(steps)
        for decision in steps.flatMap(\.decisions) {
            namespace[decision.identifier.key] = decision.identifier.namespace
        }
    }

    private mutating func take(_ assertion: Assertion) {
        for end in [assertion.first, assertion.second] { namespace[end.key] = end.namespace }
        let pair = KeyPair(assertion.first.key, assertion.second.key)
        switch assertion.claim {
        case .same: mustLinks.insert(pair)
        case .different: cannotLinks.insert(pair)
        }
    }

    private mutating func take(event: KeyedObservation) {
        for identifier in event.identifiers { namespace[identifier.key] = identifier.namespace }
        for pair in KeyPair.all(of: event.identifiers.map(\.key)) {
            events[pair, default: [:]][event.source, default: []].append(event.time)
            pairs.insert(pair)
        }
    }

    private static func isLater(_ version: Record, than held: Record) -> Bool {
        version.time != held.time
            ? version.time > held.time : held.contentHash.lexicographicallyPrecedes(version.contentHash)
    }

    /// Identifiers that only a version of a record had which is no longer held.
    private mutating func forgetWhatIsNotHeld(_ steps: [Step]) {
        var held = Set(records.map(\.key))
        for pair in pairs.union(mustLinks).union(cannotLinks) { held.formUnion([pair.low, pair.high]) }
        namespace = namespace.filter { held.contains($0.key) }
    }
}
