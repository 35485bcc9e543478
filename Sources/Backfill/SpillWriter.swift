package import Identity

/// Takes the rows of one parser thread. Not for two threads at a time.
package final class SpillWriter {
    private var body: SpillBody

    init(_ plan: SpillPlan) { body = SpillBody(plan) }

    /// An event of identifiers, source and time, and nothing else. Nothing is allocated.
    ///
    /// - Parameters:
    ///   - source: by `BackfillRun.number(ofSource:)`.
    ///   - identifiers: 1 to the limit of an observation; what is there twice counts once.
    package func append(source: Int, time: Timestamp, identifiers: Span<KeyedIdentifier>) throws {
        try body.append(source: source, time: time, identifiers: identifiers)
    }

    /// Any observation; one that is plain is taken as such.
    package func append(_ observation: KeyedObservation) throws { try body.append(observation) }

    /// Writes what waits, synced; what follows is another segment.
    func close() throws { try body.close() }
}
