internal import GraphStore
internal import Identity
internal import Stitching
internal import Synchronization

/// What every writer of a load must know of the store, and the names that they give numbers to together.
final class SpillPlan: Sendable {
    /// Identity keys are spread over this many streams by their first byte.
    static let partitions = 256
    /// The stream of rows behind those of keys.
    static let rowStream = partitions
    /// Bytes at which a segment is closed.
    static let segmentBytes = 256 << 20
    /// A row names its source in 16 bits.
    static let sourceLimit = 1 << 16

    let directory: String
    let keyRing: KeyRing
    let policies: Policies
    /// The store's numbers of the configuration's namespaces, by index.
    let namespaces: [NamespaceID]
    let namespaceNames: [String]
    let identifierLimit: Int
    /// What would be purged already at this hour is refused; nil: nothing has been purged.
    let purgeHour: Int32?
    /// Retractions in force, by source.
    private let tombstones: [String: Timestamp]
    let suppressed: Suppressed
    /// From the first version of identity keys, which intakes make, to the one that the store holds.
    private let nestings: [IdentityNesting]
    private let shared: Mutex<Shared>

    /// A source of the load.
    struct Source: Sendable {
        var name: String
        /// What it says at this time or before is refused; the least time where it has not been retracted.
        var tombstone: Int64
    }

    private struct Shared {
        var sources: [Source] = []
        var numbers: [String: Int] = [:]
        var segments: [Segment] = []
        var nextSegment = 0
    }

    init(store: Store, state: StoreState, directory: String) throws {
        self.directory = directory
        keyRing = store.keyRing
        nestings = try keyRing.nestings(from: 1, to: state.keys.newest)
        suppressed = try Suppressed(store, nestings)
        policies = state.policies
        namespaces = store.configuration.namespaces.map { state.namespace(named: $0.name) ?? .record }
        namespaceNames = store.configuration.namespaces.map(\.name)
        identifierLimit = store.configuration.limits.identifiersPerObservation
        purgeHour = state.purgeHorizon?.hour
        var tombstones: [String: Timestamp] = [:]
        for source in state.sources { tombstones[source.name] = source.tombstone }
        self.tombstones = tombstones
        shared = Mutex(Shared())
    }

    /// An identifier with its key as the store has it.
    func stored(_ identifier: KeyedIdentifier) -> KeyedIdentifier {
        var identifier = identifier
        for nesting in nestings { identifier.key = nesting.nested(identifier.key) }
        return identifier
    }

    // MARK: Sources

    /// The load's number of a source.
    func number(ofSource name: String) throws(BackfillError) -> Int {
        let number: Int? = shared.withLock { shared in
            if let known = shared.numbers[name] { return known }
            let number = shared.sources.count
            guard number < Self.sourceLimit else { return nil }
            shared.numbers[name] = number
            let tombstone = tombstones[name]?.milliseconds ?? .min
            shared.sources.append(Source(name: name, tombstone: tombstone))
            return number
        }
        guard let number else { throw .tooMuch("more than \(Self.sourceLimit) sources in one load; split it") }
        return number
    }

    func source(_ number: Int) -> Source { shared.withLock { $0.sources[number] } }

    var sources: [Source] { shared.withLock { $0.sources } }

    // MARK: Segments

    func takeSegmentNumber() -> Int {
        shared.withLock { shared in
            shared.nextSegment += 1
            return shared.nextSegment - 1
        }
    }

    func add(_ segment: Segment) { shared.withLock { $0.segments.append(segment) } }

    /// All that is closed, in the order of their numbers.
    var segments: [Segment] { shared.withLock { $0.segments.sorted { $0.number < $1.number } } }

    /// Takes over what a load that was ended had.
    func restore(sources: [String], segments: [Segment]) throws(BackfillError) {
        for name in sources { _ = try number(ofSource: name) }
        shared.withLock { shared in
            shared.segments = segments
            shared.nextSegment = (segments.map(\.number).max() ?? -1) + 1
        }
    }
}
