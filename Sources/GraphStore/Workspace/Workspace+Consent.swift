internal import Identity
package import LMDB
internal import Stitching

/// Decisions on nodes that are loaded, and what they do to the evidence.
extension Workspace {
    /// Says what the ledger of a node holds now. `consents` must have its rows already. The component is evaluated again.
    package mutating func noteLedger(
        _ dense: Int32, _ entries: [ConsentEntry], _ transaction: borrowing WriteTransaction
    ) throws {
        guard let rules = policies.consent else { return }
        if let last = entries.last { decided[dense, default: 0] |= 1 << UInt32(last.purpose) }
        let index = Int(dense)
        let decisions = entries.map(\.decision)
        nodes[index].flags.insert(.hasConsents)
        nodes[index].isTouched = true
        let restriction = try restriction(of: dense, transaction)
        cells[dense] = EffectiveConsent.cells(of: decisions, rules: rules).keeping(from: restriction)
        laws[dense] = entries.reduce(0) { $0 | ($1.jurisdiction.map { 1 << UInt32($0) } ?? 0) }
        if decisions.contains(where: { !$0.lifts.isEmpty }) { lifters.insert(dense) }
        try pin(dense, restriction != 0 || EffectiveConsent.isPinned(decisions, rules: rules), transaction)
    }

    /// Says that an identifier is kept from purposes, or is so no longer. `restrictions` must have its row already, or have
    /// lost it. The component is evaluated again.
    package mutating func noteRestriction(_ dense: Int32, _ transaction: borrowing WriteTransaction) throws {
        guard let rules = policies.consent else { return }
        let index = Int(dense)
        let before = nodes[index].flags.contains(.restricted)
        let isRestricted = try transaction.contains(Tables.restrictions, nodes[index].id)
        if isRestricted { nodes[index].flags.insert(.restricted) } else { nodes[index].flags.remove(.restricted) }
        guard before || isRestricted else { return }
        nodes[index].isTouched = true
        let ledger = try transaction.ledger(of: nodes[index].id).map(\.decision)
        let restriction = try restriction(of: dense, transaction)
        decided[dense, default: 0] |= restriction
        cells[dense] = EffectiveConsent.cells(of: ledger, rules: rules).keeping(from: restriction)
        try pin(dense, restriction != 0 || EffectiveConsent.isPinned(ledger, rules: rules), transaction)
    }

    /// The purposes that an identifier is kept from.
    private func restriction(of dense: Int32, _ transaction: borrowing WriteTransaction) throws -> UInt32 {
        guard nodes[Int(dense)].flags.contains(.restricted) else { return 0 }
        return try transaction.get(Tables.restrictions, nodes[Int(dense)].id)?.purposes ?? 0
    }

    /// Has an identifier and its links not expire, or expire again.
    private mutating func pin(
        _ dense: Int32, _ isPinned: Bool, _ transaction: borrowing WriteTransaction
    ) throws {
        let index = Int(dense)
        guard isPinned != nodes[index].flags.contains(.pinned) else { return }
        if isPinned { nodes[index].flags.insert(.pinned) } else { nodes[index].flags.remove(.pinned) }
        // What had expired comes back, or what was held back may go: all that hangs on it is judged again.
        try loadSuspended(of: dense, transaction)
        for link in links.indices where links[link].left == dense || links[link].right == dense {
            links[link].isChanged = true
        }
        try retieRecords(of: index, transaction)
    }

    /// Hours after which a contribution to a link of two loaded nodes is hidden; nil: never.
    func timeToLive(_ left: Int32, _ right: Int32) -> Int32? {
        let (first, second) = (nodes[Int(left)], nodes[Int(right)])
        if first.flags.contains(.pinned) || second.flags.contains(.pinned) { return nil }
        return policies.timeToLive(first.namespace, second.namespace)
    }

    // MARK: Views

    /// Finds, for every component that has changed, what narrows the views of purposes. After clustering.
    mutating func settleViews(_ transaction: borrowing WriteTransaction) throws {
        guard let rules = policies.consent else { return }
        let restricts = !policies.servesAll
        let hasConsents = !cells.isEmpty || !lifters.isEmpty
        let hasProbabilistic = hasProbabilistic
        guard restricts || hasConsents || !originViews.isEmpty || rules.hidesByDefault || hasProbabilistic else {
            return
        }
        let mayNarrow = restricts || rules.hidesByDefault || hasProbabilistic || !inheritedMasks.isEmpty
        for index in regrouped.indices where regrouped[index].isDirty {
            guard mayNarrow || hasDecided(index) else { continue }
            views[index] = try section(
                of: index, rules, restricts: restricts, hasProbabilistic: hasProbabilistic, transaction)
        }
    }

    /// Whether a decision was ever made on a member, or it is restricted.
    private func hasDecided(_ index: Int) -> Bool {
        for place in regrouped[index].members
        where !nodes[Int(memberList[place])].flags.isDisjoint(with: [.hasConsents, .restricted]) { return true }
        return false
    }

    private var hasProbabilistic: Bool { links.contains { $0.kind == .probabilistic && $0.place == .active } }

    private mutating func section(
        of index: Int, _ rules: ConsentRules, restricts: Bool, hasProbabilistic: Bool,
        _ transaction: borrowing WriteTransaction
    ) throws -> ViewSection? {
        var section = ViewSection()
        try addConsent(to: &section, index, rules, transaction)
        // Where every source may serve every purpose, so may every live link but a probabilistic one.
        let masks =
            restricts || hasProbabilistic
            ? linkList[regrouped[index].links].map { serving(Int($0)) }
            : Array(repeating: UInt32.max, count: regrouped[index].links.count)
        if restricts { section.support = try support(of: index, masks, transaction) }
        section.heirMasks = heirMasks(of: index)
        let isNarrowed = masks.contains { $0 != .max } || section.support != nil || section.heirMasks != nil
        guard isNarrowed || !section.cells.isEmpty || !section.laws.isEmpty || rules.hidesByDefault else { return nil }
        section.edges.reserveCapacity(masks.count)
        for (place, link) in linkList[regrouped[index].links].enumerated() {
            let link = links[Int(link)]
            guard link.left != link.right, link.verdict == .joined else { continue }
            section.edges.append(
                .init(
                    left: UInt16(nodes[Int(link.left)].place), right: UInt16(nodes[Int(link.right)].place),
                    mask: masks[place]))
        }
        section.edges.sort { $0.order < $1.order }
        return section
    }

    /// The purposes that a link may serve now.
    private func serving(_ index: Int) -> UInt32 {
        let link = links[index]
        guard link.kind != .mustLink else { return .max }
        let timeToLive = timeToLive(link.left, link.right)
        guard link.kind == .probabilistic else { return purposes(of: index, timeToLive: timeToLive) }
        return policies.serving(evidence(of: index), link.kind, at: hour, timeToLive: timeToLive)
    }

    // MARK: Consent

    private mutating func addConsent(
        to section: inout ViewSection, _ index: Int, _ rules: ConsentRules, _ transaction: borrowing WriteTransaction
    ) throws {
        guard hasDecided(index) else { return }
        let members = Array(memberList[regrouped[index].members])
        let decided = members.filter { !nodes[Int($0)].flags.isDisjoint(with: [.hasConsents, .restricted]) }
        section.hasLifts =
            decided.contains { lifters.contains($0) }
            || members.contains { originViews[nodes[Int($0)].origin]?.hasLifts ?? false }
        if section.hasLifts { section.hasLifts = try takeBack(decided, rules, transaction) }
        for member in decided {
            let place = UInt16(nodes[Int(member)].place)
            for cell in cells[member] ?? [] { section.cells.append(.init(member: place, consent: cell)) }
            if let mask = laws[member], mask != 0 { section.laws.append(.init(member: place, mask: mask)) }
        }
        section.cells.sort {
            ($0.consent.purpose, $0.member, $0.consent.until) < ($1.consent.purpose, $1.member, $1.consent.until)
        }
        section.laws.sort { $0.member < $1.member }
    }

    /// Reads all ledgers of a component, and finds what grants in it take back by name, cluster by cluster.
    ///
    /// - Returns: whether any grant names a decision.
    private mutating func takeBack(
        _ decided: [Int32], _ rules: ConsentRules, _ transaction: borrowing WriteTransaction
    ) throws -> Bool {
        var ledgers: [Int32: [LedgerDecision]] = [:]
        for member in decided {
            ledgers[member] = try transaction.ledger(of: nodes[Int(member)].id).map(\.decision)
        }
        var anyLifts = false
        for member in decided {
            guard let ledger = ledgers[member] else { continue }
            if ledger.contains(where: { !$0.lifts.isEmpty }) { anyLifts = true }
            var lifted: EffectiveConsent.Lifted = [:]
            for other in decided where nodes[Int(other)].cluster == nodes[Int(member)].cluster {
                guard !nodes[Int(other)].isHub, nodes[Int(other)].isAlive else { continue }
                for (grant, until) in EffectiveConsent.lifts(of: ledgers[other] ?? [], rules: rules) {
                    for decision in ledger where EffectiveConsent.takesBack(grant, decision) {
                        lifted[decision.id] = max(lifted[decision.id] ?? 0, until)
                    }
                }
            }
            cells[member] = EffectiveConsent.cells(of: ledger, lifted: lifted, rules: rules)
                .keeping(from: try restriction(of: member, transaction))
        }
        return anyLifts
    }

    // MARK: Support

    /// For each member the purposes that what is held on it may serve; nil: every one, for all of them.
    private mutating func support(
        of index: Int, _ masks: [UInt32], _ transaction: borrowing WriteTransaction
    ) throws -> [UInt32]? {
        let members = Array(memberList[regrouped[index].members])
        var support = Array(repeating: UInt32(0), count: members.count)
        for (place, link) in linkList[regrouped[index].links].enumerated() {
            support[Int(nodes[Int(links[Int(link)].left)].place)] |= masks[place]
            support[Int(nodes[Int(links[Int(link)].right)].place)] |= masks[place]
            guard links[Int(link)].kind == .tie else { continue }
            recordSources[recordEnd(Int(link))] = firstRecord(of: Int(link))?.source
        }
        for (place, member) in members.enumerated() {
            if !nodes[Int(member)].isAlive {
                // In no view, whatever it may serve.
                support[place] = .max
            } else if nodes[Int(member)].isRecord {
                support[place] = try recordSupport(member, transaction)
            } else if support[place] != .max {
                let found = try suspendedSupport(member, transaction)
                support[place] |= found.mask
                if let look = found.nextLook { supportLooks[index] = min(supportLooks[index] ?? look, look) }
            }
        }
        return support.allSatisfy { $0 == .max } ? nil : support
    }

    /// A record may serve what its own source may, whoever says whose it is; one that is not held, nothing.
    private func recordSupport(_ member: Int32, _ transaction: borrowing WriteTransaction) throws -> UInt32 {
        guard nodes[Int(member)].recordIsHeld else { return 0 }
        if let source = recordSources[member] { return policies.sources[Int(source.rawValue)].purposes }
        for source in policies.sources.indices {
            let key = RecordKey(source: SourceID(UInt32(source)), key: nodes[Int(member)].key)
            guard case .held? = try transaction.get(Tables.records, key) else { continue }
            return policies.sources[source].purposes
        }
        return 0
    }

    /// What suspended links and records of an identifier may serve: of those loaded as they are now, of the others as they
    /// are stored. It ends as soon as no more can come.
    private mutating func suspendedSupport(
        _ member: Int32, _ transaction: borrowing WriteTransaction
    ) throws -> SuspendedSupport {
        var found = SuspendedSupport()
        found.hasRecords = nodes[Int(member)].recordsDelta != 0
        for index in links.indices where (links[index].left == member || links[index].right == member) {
            let link = links[index]
            guard link.place.isSuspendedLive else { continue }
            found.mask |= purposes(of: index, timeToLive: timeToLive(link.left, link.right))
            guard link.unlisted != nil else { continue }
            found.hasRecords = true
            let other = nodes[Int(link.left == member ? link.right : link.left)]
            if other.flags.contains(.pinned) { found.pinned.append(other.id) }
        }
        guard found.mask != .max, nodes[Int(member)].flags.contains(.hasNodeRow) || found.hasRecords else {
            return found
        }
        try addStoredSupport(member, to: &found, transaction)
        try addListedSupport(member, to: &found, transaction)
        return found
    }

    private struct SuspendedSupport {
        var mask: UInt32 = 0
        var hasRecords = false
        /// Counterparts that do not expire, beside which no record does either.
        var pinned: [NodeID] = []
        /// The next hour at which a record's word on the identifier expires, of those that were looked at.
        var nextLook: Int32?
    }

    private func addStoredSupport(
        _ member: Int32, to found: inout SuspendedSupport, _ transaction: borrowing WriteTransaction
    ) throws {
        let node = nodes[Int(member)].id
        let isPinned = nodes[Int(member)].flags.contains(.pinned)
        try transaction.scan(Tables.suspended, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node, found.mask != .max else { return .stop }
            if let other = dense(of: key.second), hasLoadedLink(member, other) { return .proceed }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            guard row.reason != .expired else { return .proceed }
            let other = try transaction.storedMember(key.second)
            let isBesidePinned = other?.flags.contains(.pinned) ?? false
            let namespaces = (nodes[Int(member)].namespace, other?.namespace ?? nodes[Int(member)].namespace)
            found.mask |= policies.serving(
                Evidence(folds: row.folds), at: hour,
                timeToLive: isPinned || isBesidePinned ? nil : policies.timeToLive(namespaces.0, namespaces.1))
            if isBesidePinned, row.unlisted != nil { found.pinned.append(key.second) }
            return .proceed
        }
    }

    private func addListedSupport(
        _ member: Int32, to found: inout SuspendedSupport, _ transaction: borrowing WriteTransaction
    ) throws {
        let node = nodes[Int(member)]
        let timeToLive = node.flags.contains(.pinned) ? nil : policies.timeToLive(.record, node.namespace)
        try transaction.scan(Tables.listings, from: NodePair(node.id, NodeID(0))) { key, payload in
            guard key.first == node.id, found.mask != .max else { return .stop }
            let listing = try ListingCodec.decode(payload, version: ListingCodec.version)
            var lives = true
            if let timeToLive {
                let expiry = Evidence.expiryHour(listing.time, timeToLive: timeToLive)
                lives = hour < expiry
                if lives { found.nextLook = min(found.nextLook ?? expiry, expiry) }
            }
            for other in found.pinned where !lives {
                lives = try transaction.contains(Tables.listings, NodePair(other, key.second))
            }
            if lives { found.mask |= policies.sources[Int(listing.source.rawValue)].purposes }
            return .proceed
        }
    }

    // MARK: Heirs

    private func heirMasks(of index: Int) -> [UInt32]? {
        guard !inheritedMasks.isEmpty, !inherited.isEmpty else { return nil }
        var masks: [UInt32] = []
        for member in memberList[regrouped[index].members] {
            for node in nodesInherited(by: Int(member)) { masks.append(inheritedMasks[node] ?? .max) }
        }
        return masks.allSatisfy { $0 == .max } ? nil : masks
    }

    /// The purposes whose edges connected two members of a component as it was stored.
    func storedReach(from first: Int, to second: Int) -> UInt32 {
        guard let section = originViews[nodes[first].origin] else { return .max }
        let members = origins[Int(nodes[first].origin)].members
        let base = Int(members.lowerBound)
        return section.reach(from: first - base, to: second - base, members: members.count)
    }
}
