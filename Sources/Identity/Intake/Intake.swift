/// The door: turns what senders write into observations that hold no raw identifier, or says why not.
///
/// It makes keys of the first version, whatever version a store holds: the store brings them to its own. So what hashes over
/// them, a record's content and a decision's name, is the same before and after a rotation.
///
/// Holds nothing that changes, so threads may share one. One for each thread is faster: they then share no reference count.
/// Making one takes some milliseconds.
package struct Intake: Sendable {
    package let configuration: Configuration
    let canonicaliser: Canonicaliser
    let hashers: [IdentityHasher]
    /// UTF-8 of the configuration's namespaces, by index: ascending, as their names are.
    let namespaceNames: [[UInt8]]
    let normalisers: [Normaliser]
    package let recordIndex: Int
    let keyRing: KeyRing
    /// Never changed here: what uses it takes a copy, with scratch of its own.
    let encoder: FeatureEncoder
    private let now: @Sendable () -> Timestamp

    /// `now` is the clock for receipt, where a caller gives none. Throws only when memory or libcrypto fails.
    package init(
        configuration: Configuration, keyRing: KeyRing, now: @escaping @Sendable () -> Timestamp
    ) throws(KeyError) {
        self.configuration = configuration
        self.keyRing = keyRing
        self.now = now
        encoder = FeatureEncoder(schema: configuration.attributeSchema, keyRing: keyRing)
        canonicaliser = Canonicaliser(configuration)
        var hashers: [IdentityHasher] = []
        for namespace in configuration.namespaces {
            hashers.append(try keyRing.identityHasher(namespace: namespace.name, version: 1))
        }
        self.hashers = hashers
        normalisers = configuration.namespaces.map(\.normaliser)
        namespaceNames = configuration.namespaces.map { Array($0.name.utf8) }
        guard let index = configuration.namespaceIndex(named: Configuration.recordNamespace) else {
            preconditionFailure("a resolved configuration has the namespace of records")
        }
        recordIndex = index
    }

    /// Reads one line of JSON. Refuses what is not an observation in form; values are looked at by `key`.
    package func draft(jsonLine line: Span<UInt8>) throws(Refusal) -> ObservationDraft {
        try ObservationDraft(jsonLine: line, limits: configuration.limits)
    }

    /// Reads one line of JSON.
    package func draft(jsonLine line: [UInt8]) throws(Refusal) -> ObservationDraft { try draft(jsonLine: line.span) }

    /// Reads one line of JSON; the pointer is read only during the call.
    package func draft(jsonLine line: UnsafeRawBufferPointer) throws(Refusal) -> ObservationDraft {
        // Sound: the span does not outlive this call, and the caller vouches for the buffer until it returns.
        let bytes = unsafe line.bindMemory(to: UInt8.self)
        return try draft(jsonLine: unsafe Span(_unsafeElements: bytes))
    }

    /// The observation with keys in place of values, received now.
    package func key(_ draft: ObservationDraft) throws(Refusal) -> KeyedObservation {
        try key(draft, receivedAt: now())
    }

    /// The observation with keys in place of values.
    ///
    /// A placeholder is left out and reported in `droppedIdentifiers`; any other bad value refuses the whole observation,
    /// and so does a placeholder when nothing else is left and there is no record. A decision on a placeholder is left out
    /// and reported like it; one on a namespace that the observation does not name refuses the whole.
    package func key(_ draft: ObservationDraft, receivedAt: Timestamp) throws(Refusal) -> KeyedObservation {
        let source = try source(named: draft.source)
        try check(draft.time, receivedAt: receivedAt)
        let (identifiers, dropped) = try keyed(draft.identifiers, region: source.defaultRegion)
        return try observation(draft, source, identifiers, dropped, receivedAt)
    }

    func observation(
        _ draft: ObservationDraft, _ source: SourcePolicy, _ identifiers: [KeyedIdentifier], _ dropped: [Refusal],
        _ receivedAt: Timestamp
    ) throws(Refusal) -> KeyedObservation {
        // What cannot be read now could not be kept later.
        if let behaviour = draft.behaviour { _ = try Behaviour(document: behaviour) }
        if identifiers.isEmpty, draft.recordID == nil {
            throw dropped.first ?? Refusal(reason: .noIdentifiers, field: "identifiers")
        }
        var observation = KeyedObservation(
            id: draft.id, source: source.name, time: draft.time, identifiers: identifiers,
            behaviour: draft.behaviour, context: draft.context, droppedIdentifiers: dropped)
        if let recordID = draft.recordID {
            observation.record = try record(recordID, of: draft, source: source.name, identifiers: identifiers)
        } else if let attributes = draft.attributes {
            observation.sighting = try sighting(of: attributes)
        }
        if !draft.decisions.isEmpty || draft.hasGPC {
            try addDecisions(of: draft, to: &observation, receivedAt: receivedAt)
        }
        return observation
    }

    /// Refuses a time that cannot be, or that lies too far after its receipt.
    package func check(_ time: Timestamp, receivedAt: Timestamp) throws(Refusal) {
        guard Timestamp.accepted.contains(time.milliseconds) else {
            throw Refusal(reason: .timeOutOfRange, field: "time")
        }
        let hours = configuration.limits.futureSkewHours
        guard time.milliseconds - receivedAt.milliseconds <= Int64(hours) * 3_600_000 else {
            throw Refusal(
                reason: .timeInFuture, field: "time",
                advice: "it is more than \(hours) hours after receipt: correct the clock or the zone")
        }
    }

    func source(named name: String) throws(Refusal) -> SourcePolicy {
        guard let source = configuration.source(named: name) else {
            throw Refusal(reason: .unknownSource, field: "source")
        }
        return source
    }
}
