internal import Identity
package import LMDB
internal import Stitching

/// Evaluating again what has changed: liveness, hubs, ties, places, components, clusters, heirs.
extension Workspace {
    /// Evaluates everything that is loaded at `hour`. Call once, after the last change.
    ///
    /// Each step may load components that the next has to judge: they are repeated until nothing more comes in.
    package mutating func settle(_ transaction: borrowing WriteTransaction) throws {
        repeat {
            repeat {
                try settleHubs(transaction)
                try settleTies(transaction)
            } while examinedLinks < links.count
            try place(transaction)
        } while try recallHeirs(transaction) || examinedLinks < links.count
        regroup()
        try passOnHeirs(transaction)
        try cluster(transaction)
    }

    // MARK: Liveness and hubs

    /// Judges links not yet examined, and follows every hub that comes or goes to the links that it moves.
    private mutating func settleHubs(_ transaction: borrowing WriteTransaction) throws {
        var pending = nodes.indices.filter { nodes[$0].recordsDelta != 0 && !nodes[$0].needsHubCheck }
        for index in pending { nodes[index].needsHubCheck = true }
        while examinedLinks < links.count || !pending.isEmpty {
            for index in examinedLinks..<links.count { examine(index, &pending) }
            examinedLinks = links.count
            let checked = pending
            pending = []
            let degrees = try degrees(of: checked, transaction)
            for index in checked {
                nodes[index].needsHubCheck = false
                try checkHub(index, degrees[index] ?? Degree(), transaction)
            }
        }
    }

    private mutating func examine(_ index: Int, _ pending: inout [Int]) {
        links[index].standing = standing(of: links[index])
        guard links[index].countsInDegree else { return }
        let counted = links[index].stored == .active || links[index].stored.isSuspendedLive
        guard counted != links[index].standing.isLive else { return }
        for end in [Int(links[index].left), Int(links[index].right)] where !nodes[end].needsHubCheck {
            nodes[end].needsHubCheck = true
            pending.append(end)
        }
    }

    private func standing(of link: WorkLink) -> Standing {
        if link.kind == .mustLink {
            let isLive = link.isAsserted && isPresent(link.left) && isPresent(link.right)
            return Standing(isLive: isLive, partyRank: 0, weight: 0, nextLook: nil)
        }
        if link.kind == .tie, !nodes[Int(recordEnd(link))].recordIsHeld {
            return Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
        }
        let timeToLive = policies.timeToLive(nodes[Int(link.left)].namespace, nodes[Int(link.right)].namespace)
        var standing = link.evidence.standing(at: hour, timeToLive: timeToLive, policies: policies)
        if let unlisted = link.unlisted, !standing.isLive {
            standing.isLive = timeToLive.map { hour < Evidence.expiryHour(unlisted.newest, timeToLive: $0) } ?? true
        }
        return standing
    }

    /// Whether a node can be linked at all: a record that is not held cannot.
    private func isPresent(_ dense: Int32) -> Bool { !nodes[Int(dense)].isRecord || nodes[Int(dense)].recordIsHeld }

    func recordEnd(_ link: WorkLink) -> Int32 { nodes[Int(link.left)].isRecord ? link.left : link.right }

    /// The degrees of some nodes as the evidence now has them.
    private mutating func degrees(of indices: [Int], _ transaction: borrowing WriteTransaction) throws -> [Int: Degree]
    {
        guard !indices.isEmpty else { return [:] }
        var degrees: [Int: Degree] = Dictionary(minimumCapacity: indices.count)
        for index in indices { degrees[index] = try row(of: Int32(index), transaction).suspended }
        for link in links where link.countsInDegree {
            let change = (link.standing.isLive ? 1 : 0) - (link.stored.isSuspendedLive ? 1 : 0)
            guard change != 0 else { continue }
            let (left, right) = (Int(link.left), Int(link.right))
            if nodes[left].needsHubCheck { degrees[left]?.add(nodes[right].namespace, change) }
            if nodes[right].needsHubCheck { degrees[right]?.add(nodes[left].namespace, change) }
        }
        return degrees
    }

    private mutating func checkHub(_ index: Int, _ degree: Degree, _ transaction: borrowing WriteTransaction) throws {
        let records = UInt32(Int(try row(of: Int32(index), transaction).records) + nodes[index].recordsDelta)
        let status = policies.hubStatus(of: nodes[index].namespace, degree: degree, records: records)
        nodes[index].hub = status
        guard (status != nil) != nodes[index].isHub else { return }
        nodes[index].isHub = status != nil
        if status == nil { try loadSuspended(of: Int32(index), transaction) }
        if records > 0 || nodes[index].recordsDelta != 0 { try retieRecords(of: index, transaction) }
    }

    private mutating func retieRecords(of index: Int, _ transaction: borrowing WriteTransaction) throws {
        let node = nodes[index].id
        var found: [(record: NodeID, source: SourceID)] = []
        try transaction.scan(Tables.listings, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            let listing = try ListingCodec.decode(payload, version: ListingCodec.version)
            found.append((key.second, listing.source))
            return .proceed
        }
        for entry in found {
            let record = try load(entry.record, transaction)
            retied[record] = RecordKey(source: entry.source, key: nodes[Int(record)].key)
        }
    }

    // MARK: Ties

    /// Ties each record to the strongest of its identifiers that is no hub and within its time to live.
    private mutating func settleTies(_ transaction: borrowing WriteTransaction) throws {
        noteLapsedTies()
        guard !retied.isEmpty else { return }
        var ties: [Int32: [Int]] = [:]
        for index in links.indices where links[index].kind == .tie {
            ties[recordEnd(links[index]), default: []].append(index)
        }
        let order = retied.keys.sorted { nodes[Int($0)].id < nodes[Int($1)].id }
        for record in order {
            guard let key = retied[record], nodes[Int(record)].recordIsHeld else { continue }
            guard case .held(let held)? = try transaction.get(Tables.records, key) else { continue }
            let contribution = RecordContribution(record: held.node, source: key.source, time: held.time)
            let choice = try strongest(held, transaction)
            for tie in ties[record] ?? [] where links[tie].left != choice && links[tie].right != choice {
                links[tie].evidence = Evidence()
                links[tie].isChanged = true
                links[tie].standing = standing(of: links[tie])
            }
            if let choice { setTie(Int(try link(record, choice, .tie, transaction)), to: contribution) }
        }
        retied = [:]
    }

    private mutating func setTie(_ index: Int, to contribution: RecordContribution) {
        if links[index].evidence.records != [contribution] {
            links[index].evidence.records = [contribution]
            links[index].isChanged = true
        }
        links[index].standing = standing(of: links[index])
    }

    /// A tie whose time is past: the record may have another identifier to hold on to.
    private mutating func noteLapsedTies() {
        for link in links where link.kind == .tie && !link.standing.isLive {
            let record = recordEnd(link)
            guard nodes[Int(record)].recordIsHeld, let source = link.evidence.records.first?.source else { continue }
            retied[record] = RecordKey(source: source, key: nodes[Int(record)].key)
        }
    }

    private mutating func strongest(_ held: HeldRecord, _ transaction: borrowing WriteTransaction) throws -> Int32? {
        var best: Int32?
        for identifier in held.identifiers {
            let dense = try load(identifier, transaction)
            let node = nodes[Int(dense)]
            let timeToLive = policies.timeToLive(.record, node.namespace)
            let isLive = timeToLive.map { hour < Evidence.expiryHour(held.time, timeToLive: $0) } ?? true
            guard !node.isHub, isLive else { continue }
            guard let current = best.map({ nodes[Int($0)] }) else {
                best = dense
                continue
            }
            let (mine, theirs) = (policies.strength(node.namespace), policies.strength(current.namespace))
            if mine > theirs || (mine == theirs && node.key < current.key) { best = dense }
        }
        return best
    }

    // MARK: Places

    /// Decides for each link whether it is active, suspended or gone, and for each node whether it lives.
    private mutating func place(_ transaction: borrowing WriteTransaction) throws {
        for index in links.indices {
            links[index].place = place(for: links[index])
            guard links[index].place == .active, links[index].unlisted != nil else { continue }
            links[index].evidence.records = try sharedRecords(index, transaction).sorted { $0.record < $1.record }
            links[index].unlisted = nil
            links[index].isChanged = true
            links[index].standing = standing(of: links[index])
        }
        try judgeNodes(transaction)
    }

    private func place(for link: WorkLink) -> LinkPlace {
        if link.kind == .mustLink { return link.standing.isLive ? .active : .nowhere }
        if link.evidence.isEmpty && link.unlisted == nil { return .nowhere }
        if !link.standing.isLive { return link.kind == .tie ? .nowhere : .suspended(.expired) }
        if link.kind == .tie { return .active }
        if let reason = hubReason(link) {
            if link.stored.isSuspendedLive, link.stored != .suspended(.componentLimit) { return link.stored }
            return .suspended(reason)
        }
        if link.stored == .suspended(.componentLimit), !link.isChanged { return link.stored }
        return .active
    }

    private func hubReason(_ link: WorkLink) -> SuspensionReason? {
        let (left, right) = (nodes[Int(link.left)], nodes[Int(link.right)])
        guard left.isHub || right.isHub else { return nil }
        let first = left.isHub ? left.hub?.reason ?? .hub : nil
        let second = right.isHub ? right.hub?.reason ?? .hub : nil
        return [first, second].compactMap { $0 }.min { $0.rawValue < $1.rawValue }
    }

    /// A node exists while anything is held on it, and lives while any of that is within its time to live.
    private mutating func judgeNodes(_ transaction: borrowing WriteTransaction) throws {
        var tallies = Array(repeating: Tally(), count: nodes.count)
        for link in links {
            tallies[Int(link.left)].count(link)
            if !link.isLoop { tallies[Int(link.right)].count(link) }
        }
        for index in nodes.indices {
            if nodes[index].isRecord {
                nodes[index].isAlive = nodes[index].recordIsHeld
                nodes[index].exists = nodes[index].recordIsHeld || nodes[index].flags.contains(.hasAssertions)
                continue
            }
            let tally = tallies[index]
            nodes[index].isAlive = true
            nodes[index].exists = true
            guard tally.live == 0 else { continue }
            let row = try row(of: Int32(index), transaction)
            nodes[index].isAlive = Int(row.live) > tally.storedLive
            nodes[index].exists =
                tally.held > 0 || Int(row.rows) > tally.storedRows || nodes[index].flags.contains(.hasAssertions)
        }
    }
}

/// What the loaded links say of one node.
private struct Tally {
    var live = 0
    var held = 0
    var storedLive = 0
    var storedRows = 0

    mutating func count(_ link: WorkLink) {
        if link.place == .active || link.place.isSuspendedLive { live += 1 }
        if link.place != .nowhere { held += 1 }
        if link.stored.isSuspendedLive { storedLive += 1 }
        if link.stored.isSuspended { storedRows += 1 }
    }
}
