internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Whom an erasure takes, and whom it leaves: a function of what is held, of the same outcome whichever member is named.
///
/// Taken are the members of the profile that deterministic links join to the one that is named, but for those that others have
/// too; with them what has expired or is a hub and is linked to nobody else. A profile of which nothing but shared
/// identifiers is left loses none.
struct ErasureSelection {
    /// A node that goes.
    struct Taken: Hashable {
        var member: Member
        /// Of a record.
        var source: SourceID?
    }

    private(set) var taken: [Taken] = []
    /// Identifiers of the profile that have links outside of it: they lose those to the subject.
    private(set) var shared: [Member] = []
    /// Members that are joined by likeness alone, and were not named.
    private(set) var likely: [Member] = []
    /// Records of others that list what goes: they stay without it, and without their attributes.
    private(set) var trimmed: [RecordKey] = []
    private(set) var nodes: Set<NodeID> = []

    /// Members of the profile, whether they go or stay.
    private var own: Set<NodeID> = []
    private let state: StoreState

    /// - Parameters:
    ///   - start: the node that is named; one that is not held takes nothing.
    ///   - named: keys of members that go though they are joined by likeness alone.
    init(
        _ start: NodeID, isOnly: Bool, named: Set<IdentityKey>, _ state: StoreState,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        self.state = state
        guard let (_, component) = try snapshot.component(of: start),
            let place = component.members.firstIndex(where: { $0.node == start })
        else { return }
        if isOnly {
            try take(component.members[place], snapshot)
        } else {
            try takePerson(place, component, named, snapshot)
            try takeRemains(snapshot)
        }
        try takeRecords(isOnly: isOnly, snapshot)
        taken.sort { $0.member.node < $1.member.node }
        trimmed.sort { ($0.source, $0.key) < ($1.source, $1.key) }
    }

    private mutating func take(_ member: Member, _ snapshot: borrowing some Snapshot & ~Copyable) throws {
        guard nodes.insert(member.node).inserted else { return }
        let source = member.namespace == .record ? try recordSource(member, snapshot) : nil
        taken.append(Taken(member: member, source: source))
    }

    private func recordSource(
        _ member: Member, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> SourceID? {
        for number in state.sources.indices {
            let key = RecordKey(source: SourceID(UInt32(number)), key: member.key)
            if case .held(let held)? = try snapshot.get(Tables.records, key), held.node == member.node {
                return key.source
            }
        }
        return nil
    }

    // MARK: The profile

    private mutating func takePerson(
        _ start: Int, _ component: Component, _ named: Set<IdentityKey>,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let members = component.members
        guard !members[start].flags.contains(.hidden) else { return try take(members[start], snapshot) }
        let home = members.indices.filter {
            members[$0].cluster == members[start].cluster && !members[$0].flags.contains(.hidden)
        }
        own = Set(home.map { members[$0].node })
        var joined = Self.reach(from: start, among: Set(home), component)
        for place in home where named.contains(members[place].key) && !joined.contains(place) {
            joined.formUnion(Self.reach(from: place, among: Set(home), component))
        }
        likely = home.filter { !joined.contains($0) }.map { members[$0] }
        for place in home where joined.contains(place) {
            if try isShared(place, Set(home), component, snapshot) {
                shared.append(members[place])
            } else {
                try take(members[place], snapshot)
            }
        }
    }

    /// The members that joined links other than likeness connect with one of them.
    private static func reach(from start: Int, among home: Set<Int>, _ component: Component) -> Set<Int> {
        var sets = UnionFind(count: component.members.count)
        for link in component.links where link.verdict == .joined && link.kind != .probabilistic {
            guard home.contains(Int(link.left)), home.contains(Int(link.right)) else { continue }
            sets.union(Int32(link.left), Int32(link.right))
        }
        let root = sets.find(Int32(start))
        return home.filter { sets.find(Int32($0)) == root }
    }

    /// Whether an identifier of the profile is somebody else's too: a hub, or one with a live deterministic link that leads
    /// out of the profile.
    ///
    /// A link to a hub does not count; nor does one to an identifier that somebody has said to be another's; nor one of a
    /// person's identifier to a device or a session: an e-mail address is not shared for having been used on a shared device.
    private func isShared(
        _ place: Int, _ home: Set<Int>, _ component: Component, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> Bool {
        let member = component.members[place]
        guard member.namespace != .record else { return false }
        if member.flags.contains(.hub) { return true }
        for link in component.links where Int(link.left) == place || Int(link.right) == place {
            let other = Int(link.left) == place ? Int(link.right) : Int(link.left)
            guard !home.contains(other), [.deterministic, .mustLink].contains(link.kind) else { continue }
            // Two of a namespace of which a profile has but one: it is of two people, and neither end is both's.
            let isOfTwo = link.verdict == .uniquePerProfile && member.namespace == component.members[other].namespace
            if try !isOfTwo && leadsOut(member, component.members[other], snapshot) { return true }
        }
        var isShared = false
        try snapshot.scan(Tables.suspended, from: NodePair(member.node, NodeID(0))) { key, payload in
            guard key.first == member.node else { return .stop }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            guard row.reason == .componentLimit, let other = try snapshot.storedMember(key.second) else {
                return .proceed
            }
            isShared = try leadsOut(member, other, snapshot)
            return isShared ? .stop : .proceed
        }
        return isShared
    }

    private func leadsOut(
        _ member: Member, _ other: Member, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> Bool {
        guard other.flags.isDisjoint(with: [.hub, .hidden]), other.namespace != .record else { return false }
        let policies = state.policies
        let isPersonal = policies.kind(member.namespace) == .person
        guard !isPersonal || policies.kind(other.namespace) == .person else { return false }
        let assertion = try snapshot.get(Tables.assertions, NodePair(member.node, other.node))
        return assertion?.claim != .different
    }

    // MARK: What hangs on it

    /// Takes what has expired and hubs that are linked to what goes and to nobody else who can be seen.
    private mutating func takeRemains(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var open = taken.map(\.member.node)
        var hubs: Set<NodeID> = []
        while true {
            while let node = open.popLast() {
                for other in try suspendedEnds(of: node, snapshot) where !nodes.contains(other) {
                    guard let member = try snapshot.storedMember(other) else { continue }
                    if member.flags.contains(.hidden), try isNobodyElses(member, snapshot) {
                        try take(member, snapshot)
                        open.append(other)
                    } else if member.flags.contains(.hub) {
                        hubs.insert(other)
                    }
                }
            }
            // What has been taken since may have been a hub's only other counterpart.
            for hub in hubs.sorted() where !nodes.contains(hub) {
                guard let member = try snapshot.storedMember(hub), try isNobodyElses(member, snapshot) else { continue }
                try take(member, snapshot)
                open.append(hub)
            }
            if open.isEmpty { return }
        }
    }

    private func suspendedEnds(
        of node: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [NodeID] {
        var ends: [NodeID] = []
        try snapshot.scan(Tables.suspended, from: NodePair(node, NodeID(0))) { key, _ in
            guard key.first == node else { return .stop }
            ends.append(key.second)
            return .proceed
        }
        return ends
    }

    /// Whether what has expired is linked to nobody who can be seen, hubs left out; or a hub to nobody at all, but to what
    /// goes. A hub of strangers is told by its first.
    private func isNobodyElses(_ member: Member, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> Bool {
        guard member.namespace != .record, try snapshot.componentSize(of: member.node)?.members == 1 else {
            return false
        }
        let isHub = member.flags.contains(.hub)
        var isAlone = true
        try snapshot.scan(Tables.suspended, from: NodePair(member.node, NodeID(0))) { key, _ in
            guard key.first == member.node else { return .stop }
            if key.second == member.node || nodes.contains(key.second) { return .proceed }
            guard let other = try snapshot.storedMember(key.second) else { return .proceed }
            isAlone = !isHub && !other.flags.isDisjoint(with: [.hidden, .hub])
            return isAlone ? .proceed : .stop
        }
        guard isAlone else { return false }
        try snapshot.scan(Tables.listings, from: NodePair(member.node, NodeID(0))) { key, payload in
            guard key.first == member.node else { return .stop }
            if nodes.contains(key.second) { return .proceed }
            let source = try ListingCodec.decode(payload, version: ListingCodec.version).source
            let identifiers = try identifiers(of: key.second, source, snapshot)
            // Records that list nothing but a hub may be anybody's.
            isAlone =
                try isOwn(identifiers, snapshot) && (!isHub || identifiers.contains(where: nodes.contains))
            return isAlone ? .proceed : .stop
        }
        return isAlone
    }

    // MARK: Records

    /// Takes records that list what goes and nobody else who can be seen; the others lose it.
    private mutating func takeRecords(isOnly: Bool, _ snapshot: borrowing some Snapshot & ~Copyable) throws {
        for entry in taken where entry.member.namespace != .record {
            var listed: [(record: NodeID, source: SourceID)] = []
            try snapshot.scan(Tables.listings, from: NodePair(entry.member.node, NodeID(0))) { key, payload in
                guard key.first == entry.member.node else { return .stop }
                listed.append(
                    (key.second, try ListingCodec.decode(payload, version: ListingCodec.version).source))
                return .proceed
            }
            for listing in listed where !nodes.contains(listing.record) {
                guard let member = try snapshot.storedMember(listing.record) else { continue }
                let identifiers = try identifiers(of: listing.record, listing.source, snapshot)
                let key = RecordKey(source: listing.source, key: member.key)
                if try isOnly ? identifiers.allSatisfy(nodes.contains) : isOwn(identifiers, snapshot) {
                    try take(member, snapshot)
                } else if !trimmed.contains(key) {
                    trimmed.append(key)
                }
            }
        }
    }

    /// The nodes that a record lists.
    private func identifiers(
        of record: NodeID, _ source: SourceID, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [NodeID] {
        guard let member = try snapshot.storedMember(record),
            case .held(let held)? = try snapshot.get(Tables.records, RecordKey(source: source, key: member.key))
        else { throw StoreError.damaged("a record that is listed is not held") }
        return held.identifiers
    }

    /// Whether all that a record lists goes, is of the profile, has expired or is a hub: then it is nobody else's.
    private func isOwn(_ identifiers: [NodeID], _ snapshot: borrowing some Snapshot & ~Copyable) throws -> Bool {
        try identifiers.allSatisfy { node in
            if nodes.contains(node) || own.contains(node) { return true }
            guard let member = try snapshot.storedMember(node) else { return true }
            return !member.flags.isDisjoint(with: [.hidden, .hub])
        }
    }
}
