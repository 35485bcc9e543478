internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// The counting behind `Engine.statistics`: one pass over each table.
struct StatisticsCount {
    /// How many of the largest components and profiles are named.
    static let listed = 10

    let state: StoreState
    let profileID: (NodeID) -> String
    private var namespaces: [StoreStatistics.Namespace]
    private var components = 0
    private var profiles = 0
    private var activeLinks = 0
    private var refused: [Verdict: Int] = [:]
    private var suspendedLinks: [SuspensionReason: Int] = [:]
    private var recordsBySource: [Int]
    private var newestRecords: [Timestamp?]
    private var retracted = 0
    private var largestComponents = Largest<StoreStatistics.ComponentSize>(limit: Self.listed)
    private var largestProfiles = Largest<NodeID>(limit: Self.listed)

    init(state: StoreState, profileID: @escaping (NodeID) -> String) {
        self.state = state
        self.profileID = profileID
        namespaces = Array(repeating: StoreStatistics.Namespace(), count: state.namespaces.count)
        recordsBySource = Array(repeating: 0, count: state.sources.count)
        newestRecords = Array(repeating: nil, count: state.sources.count)
    }

    mutating func components(_ snapshot: borrowing ReadTransaction) throws {
        try snapshot.scan(Tables.components) { _, payload in
            guard ComponentCodec.isComponent(payload) else { return .proceed }
            let view = try ComponentView(payload)
            components += 1
            activeLinks += view.linkCount
            count(view)
            guard view.clusterCount > 1 else { return .proceed }
            guard case .component(var component) = try ComponentCodec.decode(payload, version: ComponentCodec.version)
            else { return .proceed }
            if component.linksApart { component.links = try snapshot.linksApart(of: component) }
            for link in component.links where link.verdict != .joined { refused[link.verdict, default: 0] += 1 }
            return .proceed
        }
    }

    private mutating func count(_ view: borrowing ComponentView) {
        var sizes = [Int](repeating: 0, count: view.clusterCount)
        for index in 0..<view.memberCount {
            let member = view.member(index)
            let place = Int(member.namespace.rawValue)
            if place < namespaces.count {
                namespaces[place].identifiers += 1
                namespaces[place].hidden += member.flags.contains(.hidden) ? 1 : 0
                namespaces[place].hubs += member.flags.contains(.hub) ? 1 : 0
            }
            if !member.flags.contains(.hidden), Int(member.cluster) < sizes.count { sizes[Int(member.cluster)] += 1 }
        }
        var visible = 0
        for (cluster, size) in sizes.enumerated() where size > 0 {
            visible += 1
            largestProfiles.offer(size) { view.anchor(cluster) }
        }
        profiles += visible
        guard view.memberCount > 0, visible > 0 else { return }
        largestComponents.offer(view.memberCount) {
            StoreStatistics.ComponentSize(
                members: view.memberCount, profiles: visible, profile: profileID(view.anchor(0)))
        }
    }

    mutating func suspended(_ snapshot: borrowing ReadTransaction) throws {
        try snapshot.scan(Tables.suspended) { key, payload in
            guard key.first <= key.second else { return .proceed }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            suspendedLinks[row.reason, default: 0] += 1
            return .proceed
        }
    }

    mutating func records(_ snapshot: borrowing ReadTransaction) throws {
        try snapshot.scan(Tables.records) { key, payload in
            guard case .held(let record) = try RecordCodec.decode(payload, version: RecordCodec.version) else {
                retracted += 1
                return .proceed
            }
            let place = Int(key.source.rawValue)
            guard place < recordsBySource.count else { return .proceed }
            recordsBySource[place] += 1
            newestRecords[place] = max(newestRecords[place] ?? record.time, record.time)
            return .proceed
        }
    }

    func finished(_ snapshot: borrowing ReadTransaction, _ info: Environment.Info) throws -> StoreStatistics {
        var statistics = StoreStatistics(
            space: StoreStatistics.Space(
                mapBytes: info.mapSize, fileBytes: info.fileSize, usedBytes: info.usedSize, readers: info.readers,
                oldestReaderLag: info.oldestReaderLag, lastTransaction: info.lastTransaction))
        for (number, name) in state.namespaces.enumerated() where NamespaceID(UInt16(number)) != .record {
            statistics.identifiers[name] = namespaces[number]
        }
        statistics.records = recordsBySource.reduce(0, +)
        statistics.retractedRecords = retracted
        statistics.components = components
        statistics.profiles = profiles
        statistics.activeLinks = activeLinks
        for (verdict, count) in refused { statistics.refusedLinks[verdict.description] = count }
        for (reason, count) in suspendedLinks { statistics.suspendedLinks[reason.description] = count }
        statistics.assertions = try snapshot.count(Tables.assertions) / 2
        statistics.decisions = try snapshot.count(Tables.consents)
        statistics.feedEntries = state.feedNext - state.feedFirst
        statistics.auditEntries = try snapshot.count(Tables.audit)
        statistics.componentLimited = state.componentLimited
        statistics.largestComponents = largestComponents.descending.map(\.item)
        statistics.largestProfiles = largestProfiles.descending.map {
            StoreStatistics.ProfileSize(profile: profileID($0.item), members: $0.size)
        }
        statistics.clock = state.clock.description
        statistics.purgeHorizon = state.purgeHorizon?.description
        statistics.sources = sources
        return statistics
    }

    private var sources: [StoreStatistics.Source] {
        state.sources.enumerated()
            .map { number, source in
                let newest = [source.newestEvent, newestRecords[number]].compactMap { $0 }.max()
                return StoreStatistics.Source(
                    name: source.name, newestEvidence: newest?.description,
                    tombstone: source.tombstone?.description, records: recordsBySource[number])
            }
            .sorted { $0.name < $1.name }
    }
}

/// The few largest of many.
private struct Largest<Item> {
    private(set) var descending: [(size: Int, item: Item)] = []
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// `item` is asked for only where the size is among the largest; of equal sizes the first stays first.
    mutating func offer(_ size: Int, _ item: () -> Item) {
        if descending.count == limit, let last = descending.last, last.size >= size { return }
        let place = descending.firstIndex { $0.size < size } ?? descending.endIndex
        descending.insert((size, item()), at: place)
        if descending.count > limit { descending.removeLast() }
    }
}
