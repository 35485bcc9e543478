internal import Identity
package import LMDB
package import Stitching

/// Changing what is held. Nothing is decided here: that is for settling.
extension Workspace {
    /// Folds one event into the links of every pair of its identifiers, or of a single one to itself.
    ///
    /// - Returns: false where each link would have been purged already at `purgeHour`: nothing was taken.
    package mutating func observe(
        _ identifiers: [Int32], _ fold: Fold, purgeHour: Int32?, _ transaction: borrowing WriteTransaction
    ) throws -> Bool {
        var isTaken = false
        try Self.forEachPair(identifiers) { first, second in
            if let purgeHour, isPurged(fold.last, first, second, at: purgeHour) { return }
            let index = Int(try link(first, second, .deterministic, transaction))
            if decoded[decode(index)].join(fold) { links[index].isChanged = true }
            isTaken = true
        }
        return isTaken
    }

    /// Joins what events say of one link, folded already.
    package mutating func join(
        _ folds: [Fold], to first: Int32, _ second: Int32, _ kind: LinkKind = .deterministic,
        _ transaction: borrowing WriteTransaction
    ) throws {
        guard !folds.isEmpty else { return }
        let index = Int(try link(first, second, kind, transaction))
        let place = decode(index)
        for fold in folds where decoded[place].join(fold) { links[index].isChanged = true }
    }

    /// A denial for the whole person plays no part here: it may have come after the purge, or come after this.
    private func isPurged(_ time: Timestamp, _ first: Int32, _ second: Int32, at purgeHour: Int32) -> Bool {
        policies.timeToLive(nodes[Int(first)].namespace, nodes[Int(second)].namespace)
            .map { Evidence.expiryHour(time, timeToLive: $0) <= purgeHour } ?? false
    }

    /// Adds what a record says of its identifiers. `listings` must have its rows already.
    package mutating func contribute(
        _ record: RecordContribution, _ identifiers: [Int32], _ transaction: borrowing WriteTransaction
    ) throws {
        for identifier in identifiers { nodes[Int(identifier)].recordsDelta += 1 }
        try Self.forEachPair(identifiers) { first, second in
            let index = Int(try link(first, second, .deterministic, transaction))
            links[index].isChanged = true
            if let unlisted = links[index].unlisted {
                links[index].unlisted = Unlisted(
                    count: unlisted.count + 1, newest: max(unlisted.newest, record.time))
            } else if links[index].stored.isSuspended {
                links[index].unlisted = Unlisted(count: 1, newest: record.time)
            } else {
                decoded[decode(index)].set(record)
            }
        }
    }

    /// Takes back what a record said. `listings` must have lost its rows already.
    package mutating func withdraw(
        _ record: RecordContribution, _ identifiers: [Int32], _ transaction: borrowing WriteTransaction
    ) throws {
        for identifier in identifiers { nodes[Int(identifier)].recordsDelta -= 1 }
        try Self.forEachPair(identifiers) { first, second in
            let index = Int(try link(first, second, .deterministic, transaction))
            links[index].isChanged = true
            guard let unlisted = links[index].unlisted else {
                decoded[decode(index)].removeRecord(record.record)
                return
            }
            guard unlisted.count > 1 else {
                links[index].unlisted = nil
                return
            }
            let newest =
                record.time < unlisted.newest
                ? unlisted.newest : try sharedRecords(index, transaction).map(\.time).max() ?? unlisted.newest
            links[index].unlisted = Unlisted(count: unlisted.count - 1, newest: newest)
        }
    }

    private static func forEachPair(_ identifiers: [Int32], _ body: (Int32, Int32) throws -> Void) rethrows {
        if identifiers.count == 1 { try body(identifiers[0], identifiers[0]) }
        for (place, first) in identifiers.enumerated() {
            for second in identifiers[(place + 1)...] { try body(first, second) }
        }
    }

    /// The records that list both ends of a link; for a link to itself, those that list nothing else.
    mutating func sharedRecords(_ index: Int, _ transaction: borrowing WriteTransaction) throws -> [RecordContribution]
    {
        var (near, far) = (links[index].left, links[index].right)
        if try row(of: far, transaction).records < row(of: near, transaction).records { swap(&near, &far) }
        let node = nodes[Int(near)].id
        var candidates: [RecordContribution] = []
        try transaction.scan(Tables.listings, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            let listing = try ListingCodec.decode(payload, version: ListingCodec.version)
            candidates.append(
                RecordContribution(record: key.second, source: listing.source, time: listing.time))
            return .proceed
        }
        let other = nodes[Int(far)].id
        let isLoop = links[index].isLoop
        return try candidates.filter { candidate in
            if isLoop { return try isSoleIdentifier(candidate, transaction) }
            return try transaction.contains(Tables.listings, NodePair(other, candidate.record))
        }
    }

    private mutating func isSoleIdentifier(
        _ candidate: RecordContribution, _ transaction: borrowing WriteTransaction
    ) throws -> Bool {
        let record = try load(candidate.record, transaction)
        let key = RecordKey(source: candidate.source, key: nodes[Int(record)].key)
        guard case .held(let held)? = try transaction.get(Tables.records, key) else { return false }
        return held.identifiers.count == 1
    }

    /// Notes that the tie of a record has to be found again.
    package mutating func retie(_ record: Int32, _ key: RecordKey) { retied[record] = key }

    /// Notes that a record is held again: what was said of it holds again too.
    package mutating func hold(record: Int32, _ transaction: borrowing WriteTransaction) throws {
        guard !nodes[Int(record)].recordIsHeld else { return }
        nodes[Int(record)].recordIsHeld = true
        nodes[Int(record)].isTouched = true
        guard nodes[Int(record)].flags.contains(.hasAssertions) else { return }
        for other in try mustLinked(to: nodes[Int(record)].id, transaction) {
            try setMustLink(record, try load(other, transaction), isHeld: true, transaction)
        }
    }

    func mustLinked(to node: NodeID, _ transaction: borrowing WriteTransaction) throws -> [NodeID] {
        var others: [NodeID] = []
        try transaction.scan(Tables.assertions, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            let row = try AssertionCodec.decode(payload, version: AssertionCodec.version)
            if row.claim == .same { others.append(key.second) }
            return .proceed
        }
        return others
    }

    /// How many members one component of two nodes would have; nil where they are in one already. Before `settle`.
    package func joinedMembers(_ first: Int32, _ second: Int32) -> Int? {
        let homes = [first, second].map { nodes[Int($0)].origin }
        guard homes[0] != homes[1] || homes[0] < 0 else { return nil }
        return homes.reduce(0) { $0 + ($1 < 0 ? 1 : origins[Int($1)].members.count) }
    }

    /// Notes that a record is no longer held.
    package mutating func drop(record: Int32) {
        nodes[Int(record)].recordIsHeld = false
        retied[record] = nil
    }

    /// Loads the must-links that the component limit, or a record that is not held, keeps from being active, with the
    /// components of their other ends: they are judged again with all else.
    mutating func recallMustLinks(_ transaction: borrowing WriteTransaction) throws {
        while recalledNodes < nodes.count {
            let dense = Int32(recalledNodes)
            recalledNodes += 1
            guard nodes[Int(dense)].flags.contains(.hasAssertions) else { continue }
            for other in try mustLinked(to: nodes[Int(dense)].id, transaction) {
                _ = try link(dense, try load(other, transaction), .mustLink, transaction)
            }
        }
    }

    /// Makes or withdraws a must-link. `assertions` must have its rows already.
    package mutating func setMustLink(
        _ first: Int32, _ second: Int32, isHeld: Bool, _ transaction: borrowing WriteTransaction
    ) throws {
        let index = Int(try link(first, second, .mustLink, transaction))
        links[index].isAsserted = isHeld
        links[index].isChanged = true
    }

    /// Says that assertions of a node have changed: its component is evaluated again.
    package mutating func noteAssertions(_ dense: Int32, any: Bool) {
        if any {
            nodes[Int(dense)].flags.insert(.hasAssertions)
        } else {
            nodes[Int(dense)].flags.remove(.hasAssertions)
        }
        nodes[Int(dense)].isTouched = true
    }

    /// Removes what a source's events said, from every link that is loaded.
    package mutating func removeFolds(of source: SourceID) {
        for index in links.indices where links[index].kind != .probabilistic {
            let place = decode(index)
            guard decoded[place].folds.contains(where: { $0.source == source }) else { continue }
            decoded[place].folds.removeAll { $0.source == source }
            links[index].isChanged = true
        }
    }

    /// Removes every contribution that is hidden at `horizon` (hours since the epoch), from links that are loaded.
    package mutating func removeHidden(at horizon: Int32) {
        for index in links.indices where links[index].kind == .deterministic {
            guard let timeToLive = timeToLive(links[index].left, links[index].right) else { continue }
            let place = decode(index)
            let before = decoded[place].folds.count
            decoded[place].folds.removeAll { Evidence.expiryHour($0.last, timeToLive: timeToLive) <= horizon }
            if decoded[place].folds.count != before { links[index].isChanged = true }
        }
    }
}

/// Finding what is due.
extension Workspace {
    /// Loads what a row of `expiries` names, and has it looked at.
    package mutating func noteDue(_ key: ExpiryKey, _ transaction: borrowing WriteTransaction) throws {
        guard let first = try loadIfHeld(key.node, transaction) else { return }
        let origin = Int(nodes[Int(first)].origin)
        guard key.other.rawValue != 0 else {
            if origin >= 0 {
                origins[origin].isDue = true
                origins[origin].nextLook = nil
            }
            return
        }
        guard let second = try loadIfHeld(key.other, transaction) else { return }
        let index = Int(try link(first, second, .deterministic, transaction))
        if links[index].scheduledLook == key.hour { links[index].scheduledLook = nil }
        // One of several sources may have lapsed: what its ends may serve has to be found again.
        if !policies.servesAll { links[index].isChanged = true }
    }

    /// Loads the suspended link of two nodes that the store has.
    package mutating func loadSuspendedLink(_ ends: NodePair, _ transaction: borrowing WriteTransaction) throws {
        let first = try load(ends.first, transaction)
        let second = try load(ends.second, transaction)
        _ = try link(first, second, .deterministic, transaction)
    }
}
