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
                try recallMatches(transaction)
                try settleHubs(transaction)
                try settleTies(transaction)
            } while examinedLinks < links.count
            try recallMustLinks(transaction)
            try recallMatches(transaction)
            try place(transaction)
        } while try recallHeirs(transaction) || examinedLinks < links.count
        try regroup(transaction)
        if passesOnHeirs { try passOnHeirs(transaction) }
        try cluster(transaction)
        try settleViews(transaction)
    }

    // MARK: Liveness and hubs

    /// Judges links not yet examined, and follows every hub that comes or goes to the links that it moves.
    private mutating func settleHubs(_ transaction: borrowing WriteTransaction) throws {
        var pending: [Int] = []
        // Records come and go before settling: one look at what they change is enough.
        if examinedLinks == 0 {
            for index in nodes.indices where nodes[index].recordsDelta != 0 {
                nodes[index].needsHubCheck = true
                pending.append(index)
            }
        }
        while examinedLinks < links.count || !pending.isEmpty {
            for index in examinedLinks..<links.count { examine(index, &pending) }
            examinedLinks = links.count
            let checked = pending
            pending = []
            let degrees = try degrees(of: checked, transaction)
            for index in checked {
                nodes[index].needsHubCheck = false
                try checkHub(index, degrees.isEmpty ? nil : degrees[index], transaction)
            }
        }
    }

    private mutating func examine(_ index: Int, _ pending: inout [Int]) {
        links[index].standing = standing(of: index)
        guard links[index].countsInDegree else { return }
        let counted = links[index].stored == .active || links[index].stored.isSuspendedLive
        guard counted != links[index].standing.isLive else { return }
        note(Int(links[index].left), in: &pending)
        note(Int(links[index].right), in: &pending)
    }

    private mutating func note(_ end: Int, in pending: inout [Int]) {
        guard !nodes[end].needsHubCheck else { return }
        nodes[end].needsHubCheck = true
        pending.append(end)
    }

    /// What a link is worth now, whatever its kind.
    func worth(of index: Int) -> Standing { standing(of: index) }

    private func standing(of index: Int) -> Standing {
        let kind = links[index].kind
        let (left, right) = (links[index].left, links[index].right)
        if kind == .mustLink {
            let isLive = links[index].isAsserted && isPresent(left) && isPresent(right)
            return Standing(isLive: isLive, partyRank: 0, weight: 0, nextLook: nil)
        }
        if kind == .tie, !nodes[Int(recordEnd(index))].recordIsHeld {
            return Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
        }
        let timeToLive = timeToLive(left, right)
        if kind == .probabilistic {
            return policies.standing(evidence(of: index), kind, at: hour, timeToLive: timeToLive)
        }
        var standing = standing(of: index, timeToLive: timeToLive)
        if let unlisted = links[index].unlisted, !standing.isLive {
            standing.isLive = timeToLive.map { hour < Evidence.expiryHour(unlisted.newest, timeToLive: $0) } ?? true
        }
        return standing
    }

    /// Whether a node can be linked at all: a record that is not held cannot.
    func isPresent(_ dense: Int32) -> Bool { !nodes[Int(dense)].isRecord || nodes[Int(dense)].recordIsHeld }

    func recordEnd(_ index: Int) -> Int32 {
        nodes[Int(links[index].left)].isRecord ? links[index].left : links[index].right
    }

    /// The degrees, as the evidence now has them, of those nodes that may be hubs by them; the others have too few
    /// counterparts in all, and are left out.
    private mutating func degrees(
        of indices: [Int], _ transaction: borrowing WriteTransaction
    ) throws -> [Int: Degree] {
        countCounterparts(of: indices)
        var degrees: [Int: Degree] = [:]
        for index in indices {
            var counterparts = Int(nodes[index].counterparts)
            guard nodes[index].flags.contains(.hasNodeRow) else {
                if policies.mayBeHub(nodes[index].namespace, counterparts: counterparts) { degrees[index] = Degree() }
                continue
            }
            let row = try row(of: Int32(index), transaction)
            counterparts += Int(row.live)
            guard policies.mayBeHub(nodes[index].namespace, counterparts: counterparts) else { continue }
            degrees[index] = row.suspended
        }
        guard !degrees.isEmpty else { return degrees }
        for index in links.indices where links[index].countsInDegree {
            let change = (links[index].standing.isLive ? 1 : 0) - (links[index].stored.isSuspendedLive ? 1 : 0)
            guard change != 0 else { continue }
            let (left, right) = (Int(links[index].left), Int(links[index].right))
            if nodes[left].needsHubCheck { degrees[left]?.add(nodes[right].namespace, change) }
            if nodes[right].needsHubCheck { degrees[right]?.add(nodes[left].namespace, change) }
        }
        return degrees
    }

    private mutating func countCounterparts(of indices: [Int]) {
        for index in indices { nodes[index].counterparts = 0 }
        for index in links.indices where links[index].countsInDegree && links[index].standing.isLive {
            nodes[Int(links[index].left)].counterparts += 1
            nodes[Int(links[index].right)].counterparts += 1
        }
    }

    /// Judges a node by its degree (nil: one that makes no hub) and its records.
    private mutating func checkHub(
        _ index: Int, _ degree: Degree?, _ transaction: borrowing WriteTransaction
    ) throws {
        // What is being erased in pieces must not join strangers on its way.
        if nodes[index].flags.contains(.fenced), nodes[index].isHub { return }
        let records = UInt32(Int(try row(of: Int32(index), transaction).records) + nodes[index].recordsDelta)
        let mayBeHub = degree != nil || records > 0
        let status =
            mayBeHub
            ? policies.hubStatus(of: nodes[index].namespace, degree: degree ?? Degree(), records: records) : nil
        nodes[index].hub = status
        guard (status != nil) != nodes[index].isHub else { return }
        nodes[index].isHub = status != nil
        if status == nil { try loadSuspended(of: Int32(index), transaction) }
        if records > 0 || nodes[index].recordsDelta != 0 { try retieRecords(of: index, transaction) }
    }

    /// - Returns: the records that list the node.
    @discardableResult
    mutating func retieRecords(of index: Int, _ transaction: borrowing WriteTransaction) throws -> [Int32] {
        let node = nodes[index].id
        var found: [(record: NodeID, source: SourceID)] = []
        try transaction.scan(Tables.listings, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            let listing = try ListingCodec.decode(payload, version: ListingCodec.version)
            found.append((key.second, listing.source))
            return .proceed
        }
        var records: [Int32] = []
        for entry in found {
            let record = try load(entry.record, transaction)
            retied[record] = RecordKey(source: entry.source, key: nodes[Int(record)].key)
            records.append(record)
        }
        return records
    }

    // MARK: Ties

    /// Ties each record to the strongest of its identifiers that is no hub and within its time to live.
    private mutating func settleTies(_ transaction: borrowing WriteTransaction) throws {
        noteLapsedTies()
        guard !retied.isEmpty else { return }
        var ties: [Int32: [Int]] = [:]
        for index in links.indices where links[index].kind == .tie {
            let record = recordEnd(index)
            if retied[record] != nil { ties[record, default: []].append(index) }
        }
        let order = retied.keys.sorted { nodes[Int($0)].id < nodes[Int($1)].id }
        for record in order {
            guard let key = retied[record], nodes[Int(record)].recordIsHeld else { continue }
            recordSources[record] = key.source
            guard case .held(let held)? = try transaction.get(Tables.records, key) else { continue }
            let contribution = RecordContribution(record: held.node, source: key.source, time: held.time)
            let choice = try strongest(held, transaction)
            for tie in ties[record] ?? [] where links[tie].left != choice && links[tie].right != choice {
                setEvidence(of: tie, to: Evidence())
                links[tie].isChanged = true
                links[tie].standing = standing(of: tie)
            }
            if let choice { setTie(Int(try link(record, choice, .tie, transaction)), to: contribution) }
        }
        retied = [:]
    }

    private mutating func setTie(_ index: Int, to contribution: RecordContribution) {
        let place = decode(index)
        if decoded[place].records != [contribution] {
            decoded[place].records = [contribution]
            links[index].isChanged = true
        }
        links[index].standing = standing(of: index)
    }

    /// A tie whose time is past: the record may have another identifier to hold on to.
    private mutating func noteLapsedTies() {
        for index in links.indices where links[index].kind == .tie && !links[index].standing.isLive {
            let record = recordEnd(index)
            guard nodes[Int(record)].recordIsHeld, let source = firstRecord(of: index)?.source else {
                continue
            }
            retied[record] = RecordKey(source: source, key: nodes[Int(record)].key)
        }
    }

    private mutating func strongest(_ held: HeldRecord, _ transaction: borrowing WriteTransaction) throws -> Int32? {
        var best: Int32?
        for identifier in held.identifiers {
            let dense = try load(identifier, transaction)
            let node = nodes[Int(dense)]
            let timeToLive = node.flags.contains(.pinned) ? nil : policies.timeToLive(.record, node.namespace)
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
            links[index].place = place(for: index)
            guard links[index].place == .active, links[index].unlisted != nil else { continue }
            let records = try sharedRecords(index, transaction).sorted { $0.record < $1.record }
            decoded[decode(index)].records = records
            links[index].unlisted = nil
            links[index].isChanged = true
            links[index].standing = standing(of: index)
        }
        try judgeNodes(transaction)
    }

    private func place(for index: Int) -> LinkPlace {
        let (kind, isLive, stored) = (links[index].kind, links[index].standing.isLive, links[index].stored)
        if kind == .mustLink { return isLive ? .active : .nowhere }
        if kind == .probabilistic { return placeOfLikeness(index) }
        if !hasEvidence(index) && links[index].unlisted == nil { return .nowhere }
        if !isLive { return kind == .tie ? .nowhere : .suspended(.expired) }
        if kind == .tie { return .active }
        if let reason = hubReason(links[index].left, links[index].right) {
            if stored.isSuspendedLive, stored != .suspended(.componentLimit) { return stored }
            return .suspended(reason)
        }
        if stored == .suspended(.componentLimit), !links[index].isChanged { return stored }
        return .active
    }

    private func hubReason(_ left: Int32, _ right: Int32) -> SuspensionReason? {
        let (left, right) = (Int(left), Int(right))
        guard nodes[left].isHub || nodes[right].isHub else { return nil }
        let first = nodes[left].isHub ? nodes[left].hub?.reason ?? .hub : nil
        let second = nodes[right].isHub ? nodes[right].hub?.reason ?? .hub : nil
        return [first, second].compactMap { $0 }.min { $0.rawValue < $1.rawValue }
    }

    /// A node exists while anything is held on it, and lives while any of that is within its time to live.
    mutating func judgeNodes(_ transaction: borrowing WriteTransaction) throws {
        var tallies = Array(repeating: Tally(), count: nodes.count)
        // Likeness holds nothing: who lives by it alone does not.
        for index in links.indices where links[index].kind != .probabilistic {
            let (place, stored) = (links[index].place, links[index].stored)
            tallies[Int(links[index].left)].count(place, stored)
            if !links[index].isLoop { tallies[Int(links[index].right)].count(place, stored) }
        }
        for index in nodes.indices {
            try judge(index, tallies[index], transaction)
            if nodes[index].flags.contains(.fenced) { nodes[index].isAlive = false }
        }
        for index in links.indices where links[index].kind == .probabilistic && links[index].place == .active {
            let ends = [links[index].left, links[index].right].map { nodes[Int($0)] }
            if ends.contains(where: { !$0.isRecord && !$0.isAlive }) { links[index].place = .nowhere }
        }
    }

    private mutating func judge(
        _ index: Int, _ tally: Tally, _ transaction: borrowing WriteTransaction
    ) throws {
        let isSpokenOf = !nodes[index].flags.isDisjoint(with: [.hasAssertions, .hasConsents, .restricted])
        if nodes[index].isRecord {
            nodes[index].isAlive = nodes[index].recordIsHeld
            nodes[index].exists = nodes[index].recordIsHeld || isSpokenOf
            return
        }
        nodes[index].isAlive = true
        nodes[index].exists = true
        guard tally.live == 0 else { return }
        let row = try row(of: Int32(index), transaction)
        nodes[index].isAlive = Int(row.live) > tally.storedLive
        nodes[index].exists = tally.held > 0 || Int(row.rows) > tally.storedRows || isSpokenOf
    }
}

/// What the loaded links say of one node.
private struct Tally {
    var live = 0
    var held = 0
    var storedLive = 0
    var storedRows = 0

    mutating func count(_ place: LinkPlace, _ stored: LinkPlace) {
        if place == .active || place.isSuspendedLive { live += 1 }
        if place != .nowhere { held += 1 }
        if stored.isSuspendedLive { storedLive += 1 }
        if stored.isSuspended { storedRows += 1 }
    }
}
