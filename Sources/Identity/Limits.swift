/// Every bound of the service that is not a namespace's own, with its reason. Past one the caller gets a typed error.
///
/// Bounds that decide who is one profile are part of a store's configuration; so are the others, to keep one list.
package struct Limits: Hashable, Sendable {
    /// Most identifiers of one profile: beyond this it is not a person but a rule that failed.
    package var profileIdentifiers = 512
    /// Most members of one component: it is read, evaluated and written whole.
    package var componentMembers = 4_096
    /// Most records written by one transaction: readers' snapshots and the free list stay small.
    package var groupRecords = 10_000
    /// Most bytes written by one transaction: it is held in memory until its commit.
    package var groupBytes = 16 * 1_048_576
    /// Most identifiers of one observation: every pair becomes a link, so cost is quadratic.
    package var identifiersPerObservation = 16
    /// Most bytes of one identifier as sent: longer than any e-mail address, phone number or token.
    package var valueBytes = 1_024
    /// Most bytes of a record id: it is part of a key and is exported.
    package var recordIDBytes = 256
    /// Most bytes of `attributes`, `behaviour` or `context`, each alone, in canonical form.
    package var documentBytes = 65_536
    /// Most bytes of one line of input: room for every document of one observation.
    package var lineBytes = 524_288
    /// Most observations of one request: an answer in milliseconds.
    package var batch = 1_000
    /// How far in the future an observation may lie, in hours: clocks of devices differ, time zones are mistaken.
    package var futureSkewHours = 24
    /// Most decisions of one observation: each is an entry of a ledger that is never shortened.
    package var decisionsPerObservation = 64
    /// Most entries of the change feed: readers that fall further behind begin anew.
    package var feedEntries = 10_000_000
    /// How long the change feed keeps an entry, in days of the store's clock.
    package var feedDays = 30
    /// How long two records may be linked by likeness alone after the older one's last word, in days: people move and change
    /// their names.
    package var likenessDays = 3_650
    /// Address space reserved for a store's map: sparse, so it costs nothing until used, and need never be grown.
    package var mapBytes = 1_099_511_627_776
    /// One transaction must fit; no file system holds more.
    package static let mapBytesRange = 16_777_216...17_592_186_044_416

    package init() {}

    /// The widest that a configuration may allow: for who passes on to a store that he does not know.
    package static var widest: Limits {
        var limits = Limits()
        for field in fields { limits[keyPath: field.path] = field.range.upperBound }
        return limits
    }
}

/// How deep a JSON document may nest: the reader is recursive, and its stack is not the sender's to use up.
package let jsonDepthLimit = 32

extension Limits {
    /// A limit's name in a configuration file, where it is kept, and the values that it may have.
    struct Field: Sendable {
        let name: String
        let path: any WritableKeyPath<Limits, Int> & Sendable
        let range: ClosedRange<Int>
    }

    /// Every limit, in the order of their names.
    static let fields: [Field] = [
        Field(name: "batch", path: \.batch, range: 1...100_000),
        Field(name: "component_members", path: \.componentMembers, range: 2...16_384),
        Field(name: "decisions_per_observation", path: \.decisionsPerObservation, range: 1...1_000),
        Field(name: "document_bytes", path: \.documentBytes, range: 64...1_048_576),
        Field(name: "feed_days", path: \.feedDays, range: 1...36_500),
        Field(name: "feed_entries", path: \.feedEntries, range: 1_000...1_000_000_000),
        Field(name: "future_skew_hours", path: \.futureSkewHours, range: 0...8_760),
        Field(name: "group_bytes", path: \.groupBytes, range: 65_536...1_073_741_824),
        Field(name: "group_records", path: \.groupRecords, range: 1...100_000),
        Field(name: "identifiers_per_observation", path: \.identifiersPerObservation, range: 1...64),
        Field(name: "likeness_days", path: \.likenessDays, range: 1...36_500),
        Field(name: "line_bytes", path: \.lineBytes, range: 1_024...16_777_216),
        Field(name: "map_bytes", path: \.mapBytes, range: mapBytesRange),
        Field(name: "profile_identifiers", path: \.profileIdentifiers, range: 2...16_384),
        Field(name: "record_id_bytes", path: \.recordIDBytes, range: 1...400),
        Field(name: "value_bytes", path: \.valueBytes, range: 16...65_536),
    ]
}
