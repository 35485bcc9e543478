internal import Engine
internal import GraphStore
package import Identity
package import Stitching

/// A naive evaluation of a scenario's evidence as a set, straight from DESIGN ("From evidence to profiles"): no
/// storage, no increments, no shared algorithm. Clear, not fast.
package struct Oracle {
    package private(set) var clusters: [Set<IdentityKey>] = []
    /// Keys that are held and in no profile, all of their evidence being past its time to live.
    package private(set) var hidden: Set<IdentityKey> = []
    package private(set) var hubs: Set<IdentityKey> = []
    /// The constraints that kept clusters apart.
    package private(set) var refusals: Set<Verdict> = []

    let configuration: Configuration
    private let hour: Int32
    private(set) var evidence = HeldEvidence()
    /// Identifiers that hold a denial for the whole person: neither they nor their links expire.
    let pinned: Set<IdentityKey>
    private(set) var links: [OracleLink] = []
    private(set) var refused: [(link: OracleLink, verdict: Verdict)] = []

    package init(_ scenario: Scenario) { self.init(scenario.steps, scenario.configuration, asOf: scenario.asOf) }

    package init(_ steps: [Step], _ configuration: Configuration, asOf time: Timestamp) {
        self.configuration = configuration
        hour = time.hour
        pinned = NaiveLedger(steps, configuration).pinned
        evidence = HeldEvidence(steps, configuration)
        findHubs()
        findLinks()
        findClusters()
    }

    package var digest: Digest {
        var digest = PartitionDigest()
        for cluster in clusters { digest.add(cluster: Array(cluster)) }
        return digest.digest
    }

    package func cluster(of key: IdentityKey) -> Set<IdentityKey>? { clusters.first { $0.contains(key) } }

    // MARK: Liveness

    func policy(_ key: IdentityKey) -> NamespacePolicy {
        configuration.namespaces[evidence.namespace[key] ?? 0]
    }

    /// What is said at `time` of a link between two keys is hidden after the shorter of their times to live: a time to
    /// live of h hours ends with the h-th full hour after the hour of the event.
    func isLive(_ time: Timestamp, _ first: IdentityKey, _ second: IdentityKey) -> Bool {
        if pinned.contains(first) || pinned.contains(second) { return true }
        let lives = [policy(first).timeToLiveHours, policy(second).timeToLiveHours].compactMap { $0 }
        guard let shorter = lives.min() else { return true }
        return hour <= time.hour + shorter
    }

    private func isLive(_ pair: KeyPair) -> Bool { !liveSources(of: pair).isEmpty }

    /// For each source whose word on the pair still stands, the days on which it said so.
    func liveSources(of pair: KeyPair) -> [String: Set<UInt64>] {
        var days: [String: Set<UInt64>] = [:]
        for (source, times) in evidence.events[pair] ?? [:] {
            guard let newest = times.max(), isLive(newest, pair.low, pair.high) else { continue }
            days[source, default: []].formUnion(times.map { dayBit(source, $0) })
        }
        for record in evidence.records where record.pairs.contains(pair) {
            guard isLive(record.time, pair.low, pair.high) else { continue }
            days[record.source, default: []].insert(dayBit(record.source, record.time))
        }
        return days
    }

    private func dayBit(_ source: String, _ time: Timestamp) -> UInt64 {
        FixedHash.mix(FixedHash.fnv1a(source.utf8) ^ UInt64(bitPattern: time.day)) >> 58
    }

    private func partyRank(_ sources: some Sequence<String>) -> Int {
        sources.contains { [.zero, .first].contains(configuration.source(named: $0)?.party) } ? 0 : 1
    }

    // MARK: Hubs

    private mutating func findHubs() {
        for key in evidence.namespace.keys where !isRecord(key) {
            let policy = policy(key)
            let counterparts = evidence.pairs.filter { $0.low != $0.high && $0.contains(key) && isLive($0) }
                .map { $0.other(than: key) }
            let byNamespace = Dictionary(grouping: counterparts) { self.policy($0).name }
            let isCrowded = byNamespace.values.contains { group in
                let other = self.policy(group[0])
                let isPeer = other.strength >= policy.strength || (other.kind == .person && policy.kind == .person)
                return group.count > (isPeer ? policy.hubLimit : policy.fanLimit)
            }
            let records = evidence.records.count { $0.identifiers.contains(key) }
            if isCrowded || records > policy.recordLimit { hubs.insert(key) }
        }
    }

    // MARK: Links

    private mutating func findLinks() {
        for pair in evidence.pairs where isLive(pair) && !hubs.contains(pair.low) && !hubs.contains(pair.high) {
            let sources = liveSources(of: pair)
            links.append(
                link(
                    pair, kind: 1, party: partyRank(sources.keys), weight: sources.values.reduce(0) { $0 + $1.count },
                    sources: Set(sources.keys)))
        }
        for record in evidence.records {
            let candidates = record.identifiers.filter { !hubs.contains($0) && isLive(record.time, $0, record.key) }
            let strongest = candidates.min { first, second in
                let (left, right) = (policy(first).strength, policy(second).strength)
                return left != right ? left > right : first < second
            }
            guard let strongest else { continue }
            links.append(
                link(
                    KeyPair(record.key, strongest), kind: 1, party: partyRank([record.source]), weight: 1,
                    sources: [record.source]))
        }
        for pair in evidence.mustLinks where isPresent(pair.low) && isPresent(pair.high) {
            links.append(link(pair, kind: 0, party: 0, weight: 0))
        }
    }

    private func isPresent(_ key: IdentityKey) -> Bool {
        !isRecord(key) || evidence.records.contains { $0.key == key }
    }

    private func link(
        _ pair: KeyPair, kind: Int, party: Int, weight: Int, sources: Set<String> = []
    ) -> OracleLink {
        let strengths = [policy(pair.low).strength, policy(pair.high).strength].sorted()
        let others = [pair.low, pair.high].map { policy($0) }.filter { $0.kind != .session }
        let named = others.count == 1 ? others[0].strength : nil
        return OracleLink(
            pair: pair, kind: kind, party: party, weaker: strengths[0], named: named, weight: weight,
            stronger: strengths[1], sources: sources)
    }

    // MARK: Clusters

    private mutating func findClusters() {
        var living = Set(evidence.records.map(\.key))
        for pair in evidence.pairs where isLive(pair) { living.formUnion([pair.low, pair.high]) }
        for link in links { living.formUnion([link.pair.low, link.pair.high]) }
        hidden = Set(evidence.namespace.keys).subtracting(living).filter { !isRecord($0) }
        formClusters(living, without: [])
        let contested = living.filter { isContested($0) }
        if !contested.isEmpty {
            refusals.insert(.contested)
            formClusters(living, without: contested)
        }
    }

    /// Joins along the links, but for those of `contested` keys that nobody has asserted.
    private mutating func formClusters(_ living: Set<IdentityKey>, without contested: Set<IdentityKey>) {
        clusters = living.map { [$0] }
        refused = []
        for link in links.sorted(by: { $0.comesBefore($1) }) {
            let isContested = contested.contains(link.pair.low) || contested.contains(link.pair.high)
            guard !isContested || link.kind == 0 else { continue }
            guard let first = clusters.firstIndex(where: { $0.contains(link.pair.low) }),
                let second = clusters.firstIndex(where: { $0.contains(link.pair.high) }), first != second
            else { continue }
            let verdict = verdict(clusters[first], clusters[second], by: link)
            guard verdict == .joined else {
                refusals.insert(verdict)
                refused.append((link, verdict))
                continue
            }
            let joined = clusters[first].union(clusters[second])
            clusters.remove(at: max(first, second))
            clusters.remove(at: min(first, second))
            clusters.append(joined)
        }
    }

    /// Whether two people claim a device: its profile and another, each with two identifiers or more beside it (sessions
    /// and records do not count), are linked to it, the other by a link that weighs an eighth or more of the heaviest to
    /// a person's identifier in its own profile.
    private func isContested(_ key: IdentityKey) -> Bool {
        guard policy(key).kind == .device, let own = cluster(of: key) else { return false }
        let known = { (cluster: Set<IdentityKey>) in
            cluster.count { $0 != key && [.person, .device].contains(self.policy($0).kind) }
        }
        guard known(own) >= 2 else { return false }
        let heaviest = links.filter { $0.kind != 0 && $0.pair.contains(key) }
            .filter { own.contains($0.pair.other(than: key)) && policy($0.pair.other(than: key)).kind == .person }
            .map(\.weight).max()
        return refused.contains { link, verdict in
            guard [.uniquePerProfile, .cannotLink].contains(verdict), link.kind != 0, link.pair.contains(key) else {
                return false
            }
            let claimant = link.pair.other(than: key)
            guard !own.contains(claimant), [.person, .device].contains(policy(claimant).kind),
                let other = cluster(of: claimant)
            else { return false }
            return known(other) >= 2 && link.weight * 8 >= heaviest ?? 0
        }
    }

    private func verdict(_ first: Set<IdentityKey>, _ second: Set<IdentityKey>, by link: OracleLink) -> Verdict {
        for pair in evidence.cannotLinks {
            if first.contains(pair.low) && second.contains(pair.high) { return .cannotLink }
            if first.contains(pair.high) && second.contains(pair.low) { return .cannotLink }
        }
        for policy in configuration.namespaces where link.kind != 0 {
            let isConstrained =
                switch policy.uniquePerProfile {
                case .none: false
                case .weakLinks: (link.named ?? link.weaker) < policy.strength
                case .always: true
                }
            guard isConstrained else { continue }
            let holds = { (cluster: Set<IdentityKey>) in cluster.contains { self.policy($0).name == policy.name } }
            if holds(first) && holds(second) { return .uniquePerProfile }
        }
        let both = first.union(second)
        return both.count { !isRecord($0) } > configuration.limits.profileIdentifiers ? .profileSize : .joined
    }
}

/// Two keys, in order of their bytes; equal for an identifier seen alone.
struct KeyPair: Hashable {
    let low: IdentityKey
    let high: IdentityKey

    init(_ first: IdentityKey, _ second: IdentityKey) {
        low = min(first, second)
        high = max(first, second)
    }

    func contains(_ key: IdentityKey) -> Bool { low == key || high == key }

    func other(than key: IdentityKey) -> IdentityKey { low == key ? high : low }

    /// Every pair of some keys, or a single one with itself.
    static func all(of keys: [IdentityKey]) -> Set<KeyPair> {
        if keys.count == 1 { return [KeyPair(keys[0], keys[0])] }
        var pairs: Set<KeyPair> = []
        for first in keys { for second in keys where first < second { pairs.insert(KeyPair(first, second)) } }
        return pairs
    }
}

/// An active link with what decides its place in the order.
struct OracleLink {
    let pair: KeyPair
    /// 0 for a must-link.
    let kind: Int
    let party: Int
    let weaker: Int
    /// The strength of what a session is linked to; nil: no session, or two.
    let named: Int?
    let weight: Int
    let stronger: Int
    /// Whose word it stands on; none for a must-link.
    let sources: Set<String>

    func comesBefore(_ other: OracleLink) -> Bool {
        if kind != other.kind { return kind < other.kind }
        if party != other.party { return party < other.party }
        if weaker != other.weaker { return weaker > other.weaker }
        if named != other.named { return (named ?? 0) > (other.named ?? 0) }
        if weight != other.weight { return weight > other.weight }
        if stronger != other.stronger { return stronger > other.stronger }
        if pair.low != other.pair.low { return pair.low < other.pair.low }
        return pair.high < other.pair.high
    }
}
