internal import LMDB

/// What one writer spilled between two checkpoints: a file of plain events, and one of all else, sealed.
///
/// The file of events has 256 streams of identifiers by the first byte of their keys, and one of rows, both in the order
/// in which they came: an identifier's place among those of its stream says to which row it belongs.
///
///     identifier  | key 16 | time 6 | namespace 2 |
///     row         | time 6 | source 2 | count 1 | count x stream 1 |
struct Segment: Sendable {
    var number: Int
    /// Bytes of both files, as they must be found.
    var eventBytes = 0
    var observationBytes = 0
    var blocks: [BlockEntry] = []
    var counts = SpillCounts()

    static let identifierBytes = 24
    static let rowHeaderBytes = 9

    static func eventsPath(_ number: Int, in directory: String) -> String { "\(directory)/events-\(number)" }
    static func observationsPath(_ number: Int, in directory: String) -> String {
        "\(directory)/observations-\(number)"
    }

    func openEvents(in directory: String) throws(BackfillError) -> BlockFile {
        let file = try SpillFile.open(Self.eventsPath(number, in: directory), bytes: eventBytes)
        return BlockFile(file: file, streams: SpillPlan.partitions + 1, blocks: blocks)
    }

    /// Nil: it has none.
    func openObservations(in directory: String) throws(BackfillError) -> SpillFile? {
        guard observationBytes > 0 else { return nil }
        return try SpillFile.open(Self.observationsPath(number, in: directory), bytes: observationBytes)
    }
}

/// What a segment counted beside its rows.
struct SpillCounts: Hashable, Sendable {
    var events = 0
    /// What is recorded after the building.
    var observations = 0
    /// Events whose behaviour is noted after the building.
    var behaviours = 0
    var identifiers = 0
    var retracted = 0
    var olderThanPurge = 0
    /// Events of which every identifier is suppressed.
    var suppressed = 0
    /// The newest time that counts for the store's clock, milliseconds.
    var clock: Int64 = 0
    /// By the load's number of a source: the oldest and the newest event; none where `oldest` is the greatest number.
    var oldest: [Int64] = []
    var newest: [Int64] = []

    mutating func note(_ time: Int64, source: Int) {
        while newest.count <= source {
            newest.append(.min)
            oldest.append(.max)
        }
        newest[source] = max(newest[source], time)
        oldest[source] = min(oldest[source], time)
        clock = max(clock, time)
    }

    mutating func add(_ other: SpillCounts) {
        events += other.events
        observations += other.observations
        behaviours += other.behaviours
        identifiers += other.identifiers
        retracted += other.retracted
        olderThanPurge += other.olderThanPurge
        suppressed += other.suppressed
        clock = max(clock, other.clock)
        for source in other.newest.indices where other.oldest[source] != .max {
            note(other.newest[source], source: source)
            note(other.oldest[source], source: source)
        }
    }
}
