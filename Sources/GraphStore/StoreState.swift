package import Identity
package import LMDB
package import Stitching

/// What the writer keeps in mind between transactions, and `meta` keeps for good: names, numbers, clocks.
///
/// A value: a transaction works on a copy, which takes the old one's place when the commit has succeeded.
package struct StoreState: Sendable {
    /// A source as the store knows it.
    package struct Source: Hashable, Sendable {
        package var name: String
        /// The newest of its events; nil: it has sent none.
        package var newestEvent: Timestamp?
        /// Its retraction: what it says at this time or before is refused.
        package var tombstone: Timestamp?
    }

    /// Names by number; number 0 is `record`.
    package internal(set) var namespaces: [String] = []
    package internal(set) var sources: [Source] = []
    /// Names of purposes and features, and of laws, by number.
    package internal(set) var purposes: [String] = []
    package internal(set) var jurisdictions: [String] = []
    package private(set) var policies: Policies
    package let configuration: Configuration
    /// The newest evidence ever taken, or the time of the last sweep, whichever is later.
    package var clock: Timestamp
    package var nextNode: UInt64
    /// Evidence that was hidden at this time is refused on arrival; nil: nothing has been purged.
    package var purgeHorizon: Timestamp?
    /// Links that the component limit keeps suspended.
    package var componentLimited: Int
    /// The newest receipt that a command has carried: consent never ends earlier than this says.
    package var receiptClock: Timestamp
    /// The sequence number of the feed's next entry, and of the first that is still there.
    package var feedNext: UInt64
    package var feedFirst: UInt64
    /// Which version of the identity keys there is.
    package var keys = KeyVersion()
    private var sourceNumbers: [String: SourceID] = [:]
    private var namespaceNumbers: [String: NamespaceID] = [:]
    private var changed: Set<MetaKey> = []

    /// The state of a store that holds nothing yet.
    package init(configuration: Configuration) {
        self.configuration = configuration
        clock = Timestamp(milliseconds: 0)
        nextNode = 1
        componentLimited = 0
        receiptClock = Timestamp(milliseconds: 0)
        feedNext = 1
        feedFirst = 1
        policies = Policies(namespaces: [], sources: [], profileIdentifiers: 1, componentMembers: 1)
        namespaces = ["record"]
        for policy in configuration.namespaces where policy.name != "record" { namespaces.append(policy.name) }
        changed = Set(namespaces.indices.map { MetaKey(.namespace, UInt32($0)) })
        nameConsent()
        index()
    }

    /// Reads the state of a store.
    package init(_ snapshot: borrowing some Snapshot & ~Copyable, configuration: Configuration) throws {
        self.init(configuration: configuration)
        changed = []
        keys = try snapshot.keyVersion()
        (purposes, jurisdictions) = ([], [])
        var names: [String] = []
        var known: [Source] = []
        try snapshot.scan(Tables.meta) { key, payload in
            switch key.kind {
            case .namespace: names.append(MetaBytes.text(payload, from: 0))
            case .source: known.append(MetaBytes.source(payload))
            case .clock: clock = Timestamp(milliseconds: Int64(payload.bigEndianUInt64(at: 0)))
            case .nextNode: nextNode = payload.bigEndianUInt64(at: 0)
            case .purgeHorizon: purgeHorizon = Timestamp(milliseconds: Int64(payload.bigEndianUInt64(at: 0)))
            case .componentLimited: componentLimited = Int(payload.bigEndianUInt64(at: 0))
            case .purpose: purposes.append(MetaBytes.text(payload, from: 0))
            case .jurisdiction: jurisdictions.append(MetaBytes.text(payload, from: 0))
            case .receiptClock: receiptClock = Timestamp(milliseconds: Int64(payload.bigEndianUInt64(at: 0)))
            case .feedNext: feedNext = payload.bigEndianUInt64(at: 0)
            case .feedFirst: feedFirst = payload.bigEndianUInt64(at: 0)
            default: break
            }
            return .proceed
        }
        namespaces = names
        sources = known
        for policy in configuration.namespaces where !names.contains(policy.name) {
            changed.insert(MetaKey(.namespace, UInt32(namespaces.count)))
            namespaces.append(policy.name)
        }
        nameConsent()
        index()
    }

    /// Gives numbers to the configuration's purposes and laws that have none.
    private mutating func nameConsent() {
        for policy in configuration.purposes where !purposes.contains(policy.name) {
            changed.insert(MetaKey(.purpose, UInt32(purposes.count)))
            purposes.append(policy.name)
        }
        for law in configuration.jurisdictions where !jurisdictions.contains(law.name) {
            changed.insert(MetaKey(.jurisdiction, UInt32(jurisdictions.count)))
            jurisdictions.append(law.name)
        }
    }

    private mutating func index() {
        namespaceNumbers = [:]
        for (number, name) in namespaces.enumerated() { namespaceNumbers[name] = NamespaceID(UInt16(number)) }
        sourceNumbers = [:]
        for (number, source) in sources.enumerated() { sourceNumbers[source.name] = SourceID(UInt32(number)) }
        policies = Policies(
            namespaces: namespaces.map { configuration.namespace(named: $0) }, sources: sources.map(traits),
            profileIdentifiers: configuration.limits.profileIdentifiers,
            componentMembers: configuration.limits.componentMembers,
            consent: ConsentRules(configuration: configuration, purposes: purposes, jurisdictions: jurisdictions))
        policies.likenessHours = Int32(configuration.limits.likenessDays) * 24
    }

    private func traits(_ source: Source) -> SourceTraits {
        let policy = configuration.source(named: source.name)
        return SourceTraits(
            name: source.name, party: policy?.party ?? .third,
            purposes: policy?.purposes.map { names in
                names.reduce(0) { $0 | (purpose(named: $1).map { 1 << UInt32($0) } ?? 0) }
            } ?? .max)
    }
}

extension StoreState {
    package func namespace(named name: String) -> NamespaceID? { namespaceNumbers[name] }

    package func namespaceName(_ namespace: NamespaceID) -> String { namespaces[Int(namespace.rawValue)] }

    package func source(named name: String) -> SourceID? { sourceNumbers[name] }

    /// The number of a purpose or feature.
    package func purpose(named name: String) -> UInt8? { purposes.firstIndex(of: name).map { UInt8($0) } }

    package func jurisdiction(named name: String) -> UInt8? { jurisdictions.firstIndex(of: name).map { UInt8($0) } }

    package var consentRules: ConsentRules {
        policies.consent
            ?? ConsentRules(configuration: configuration, purposes: purposes, jurisdictions: jurisdictions)
    }

    /// The number of a source, a new one where it has none.
    package mutating func register(source name: String) -> SourceID {
        if let known = sourceNumbers[name] { return known }
        let number = SourceID(UInt32(sources.count))
        let source = Source(name: name, newestEvent: nil, tombstone: nil)
        sources.append(source)
        sourceNumbers[name] = number
        policies.sources.append(traits(source))
        changed.insert(MetaKey(.source, number.rawValue))
        return number
    }

    /// Notes an event of a source, and moves the clock.
    package mutating func note(_ time: Timestamp, eventOf source: SourceID) {
        advance(to: time)
        let index = Int(source.rawValue)
        guard sources[index].newestEvent.map({ $0 < time }) ?? true else { return }
        sources[index].newestEvent = time
        changed.insert(MetaKey(.source, source.rawValue))
    }

    package mutating func advance(to time: Timestamp) { clock = max(clock, time) }

    package mutating func retract(_ source: SourceID, at time: Timestamp) {
        let index = Int(source.rawValue)
        sources[index].tombstone = max(sources[index].tombstone ?? time, time)
        sources[index].newestEvent = nil
        changed.insert(MetaKey(.source, source.rawValue))
    }

    /// Writes what has changed.
    package mutating func save(_ transaction: inout WriteTransaction) throws {
        for key in changed.sorted(by: { ($0.kind.rawValue, $0.number) < ($1.kind.rawValue, $1.number) }) {
            try transaction.put(Tables.meta, key, bytes(of: key))
        }
        changed = []
        try transaction.put(Tables.meta, MetaKey(.clock), MetaBytes.encode(UInt64(clock.milliseconds)))
        try transaction.put(Tables.meta, MetaKey(.nextNode), MetaBytes.encode(nextNode))
        try transaction.put(
            Tables.meta, MetaKey(.componentLimited), MetaBytes.encode(UInt64(max(0, componentLimited))))
        try transaction.put(Tables.meta, MetaKey(.receiptClock), MetaBytes.encode(UInt64(receiptClock.milliseconds)))
        try transaction.put(Tables.meta, MetaKey(.feedNext), MetaBytes.encode(feedNext))
        try transaction.put(Tables.meta, MetaKey(.feedFirst), MetaBytes.encode(feedFirst))
        if keys != KeyVersion() { try transaction.put(Tables.meta, MetaKey(.keyVersion), keys.bytes) }
        guard let purgeHorizon else { return }
        try transaction.put(
            Tables.meta, MetaKey(.purgeHorizon), MetaBytes.encode(UInt64(purgeHorizon.milliseconds)))
    }
}

extension StoreState {
    private func bytes(of key: MetaKey) -> [UInt8] {
        let number = Int(key.number)
        return switch key.kind {
        case .namespace: Array(namespaces[number].utf8)
        case .purpose: Array(purposes[number].utf8)
        case .jurisdiction: Array(jurisdictions[number].utf8)
        default: MetaBytes.encode(sources[number])
        }
    }
}

/// How values of `meta` are written: numbers in 8 bytes, names in UTF-8.
///
/// A source is | newest event 8 | tombstone 8 | name |; the largest number stands for none.
package enum MetaBytes {
    package static func encode(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) }
    }

    static func encode(_ source: StoreState.Source) -> [UInt8] {
        encode(source.newestEvent.map { UInt64($0.milliseconds) } ?? .max)
            + encode(source.tombstone.map { UInt64($0.milliseconds) } ?? .max) + Array(source.name.utf8)
    }

    static func source(_ payload: RawSpan) -> StoreState.Source {
        let newest = payload.bigEndianUInt64(at: 0)
        let tombstone = payload.bigEndianUInt64(at: 8)
        return StoreState.Source(
            name: text(payload, from: 16),
            newestEvent: newest == .max ? nil : Timestamp(milliseconds: Int64(newest)),
            tombstone: tombstone == .max ? nil : Timestamp(milliseconds: Int64(tombstone)))
    }

    static func text(_ payload: RawSpan, from offset: Int) -> String {
        var bytes: [UInt8] = []
        for index in offset..<payload.byteCount { bytes.append(payload.uint8(at: index)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
