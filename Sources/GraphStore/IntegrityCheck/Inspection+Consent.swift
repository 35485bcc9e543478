internal import Identity
internal import LMDB
internal import Stitching

/// Consent: ledgers by themselves and against the flags of members.
extension Inspection {
    mutating func inspectConsents(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var decided: Set<NodeID> = []
        var pinned: Set<NodeID> = []
        var ledger: (node: NodeID, entries: [ConsentEntry]) = (NodeID(0), [])
        func close() {
            guard !ledger.entries.isEmpty else { return }
            decided.insert(ledger.node)
            guard let rules = policies.consent else { return }
            if EffectiveConsent.isPinned(ledger.entries.map(\.decision), rules: rules) { pinned.insert(ledger.node) }
        }
        try snapshot.scan(Tables.consents) { key, payload in
            if key.node != ledger.node {
                close()
                ledger = (key.node, [])
            }
            let entry = try ConsentEntryCodec.decode(payload, version: ConsentEntryCodec.version)
            inspect(entry, key, after: ledger.entries)
            // What has no number cannot be judged: it has been reported.
            if Int(entry.purpose) < state.purposes.count { ledger.entries.append(entry) }
            return .proceed
        }
        close()
        var restricted: Set<NodeID> = []
        try snapshot.scan(Tables.restrictions) { node, payload in
            let row = try RestrictionCodec.decode(payload, version: RestrictionCodec.version)
            if held[node] == nil || row.purposes == 0 {
                report.add("restrictions: node \(node.rawValue) is not held, or kept from nothing")
            }
            restricted.insert(node)
            if policies.consent != nil { pinned.insert(node) }
            return .proceed
        }
        for (node, entry) in held {
            if entry.member.flags.contains(.restricted) != restricted.contains(node) {
                report.add("node \(node.rawValue): its flag says otherwise than table restrictions")
            }
            if entry.member.flags.contains(.fenced), !entry.member.flags.contains(.hidden) {
                report.add("node \(node.rawValue): it is being erased and can be seen")
            }
            if entry.member.flags.contains(.hasConsents) != decided.contains(node) {
                report.add("node \(node.rawValue): its flag says otherwise than table consents")
            }
            if entry.member.flags.contains(.pinned) != pinned.contains(node) {
                report.add("node \(node.rawValue): it expires or not, against its ledger")
            }
        }
    }

    /// An entry after those before it of the same node: nothing left out, nothing changed, nothing twice.
    private mutating func inspect(_ entry: ConsentEntry, _ key: ConsentKey, after earlier: [ConsentEntry]) {
        let name = "consents: entry \(key.sequence) of node \(key.node.rawValue)"
        if key.sequence != UInt64(earlier.count) + 1 { report.add("\(name) does not follow the one before it") }
        if entry.previous != earlier.last?.hash ?? .zeros { report.add("\(name) names another entry before it") }
        if earlier.contains(where: { $0.id == entry.id }) { report.add("\(name) is there twice") }
        if held[key.node] == nil { report.add("\(name): the node is not held") }
        if Int(entry.purpose) >= state.purposes.count { report.add("\(name): its purpose has no name") }
        if let law = entry.jurisdiction, Int(law) >= state.jurisdictions.count {
            report.add("\(name): its jurisdiction has no name")
        }
        if Int(entry.source.rawValue) >= state.sources.count { report.add("\(name): its source has no name") }
        if entry.received > state.receiptClock {
            report.add("\(name) was received after the newest receipt")
        }
    }
}

/// What narrows the views of a component, derived again from ledgers and evidence.
extension Inspection {
    mutating func inspectViews(
        _ component: Component, _ root: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        guard let rules = policies.consent else { return }
        let name = "component \(root.rawValue)"
        if let masks = component.views?.heirMasks, masks.count != component.inheritances.count {
            return report.add("\(name): as many masks as inheritances are needed")
        }
        if component.views?.heirMasks?.allSatisfy({ $0 == .max }) == true {
            report.add("\(name): masks of inheritances that narrow nothing")
        }
        guard let expected = try section(component, rules, snapshot) else {
            if component.views != nil { report.add("\(name): a section of views that narrows nothing") }
            return
        }
        guard let found = component.views else {
            return report.add("\(name): the section of its views is missing")
        }
        if found.cells != expected.cells { report.add("\(name): its consents are not what its ledgers give") }
        if found.laws != expected.laws { report.add("\(name): its jurisdictions are not what its ledgers give") }
        if found.hasLifts != expected.hasLifts { report.add("\(name): grants that take back, against its ledgers") }
        if found.support != expected.support {
            report.add("\(name): what its members may serve is not what evidence gives")
        }
        if found.edges != expected.edges { report.add("\(name): its edges are not what its links give") }
    }

    private func section(
        _ component: Component, _ rules: ConsentRules, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> ViewSection? {
        var section = ViewSection()
        section.heirMasks = component.views?.heirMasks
        try addLedgers(component, rules, to: &section, snapshot)
        let masks = component.links.map { serving($0, component) }
        let support = try support(component, masks, snapshot)
        section.support = support.allSatisfy { $0 == .max } ? nil : support
        let narrows =
            masks.contains { $0 != .max } || section.support != nil || section.heirMasks != nil
            || !section.cells.isEmpty || !section.laws.isEmpty || rules.hidesByDefault
        guard narrows else { return nil }
        for (link, mask) in zip(component.links, masks) where link.left != link.right && link.verdict == .joined {
            section.edges.append(.init(left: link.left, right: link.right, mask: mask))
        }
        section.edges.sort { ($0.left, $0.right, $0.mask) < ($1.left, $1.right, $1.mask) }
        return section
    }

    private func serving(_ link: ActiveLink, _ component: Component) -> UInt32 {
        let timeToLive = timeToLive(component.members[Int(link.left)], component.members[Int(link.right)])
        return policies.serving(link.evidence, link.kind, at: hour, timeToLive: timeToLive)
    }

    // MARK: Ledgers

    private func addLedgers(
        _ component: Component, _ rules: ConsentRules, to section: inout ViewSection,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        var ledgers: [Int: [ConsentEntry]] = [:]
        for (place, member) in component.members.enumerated()
        where !member.flags.isDisjoint(with: [.hasConsents, .restricted]) {
            ledgers[place] = try snapshot.ledger(of: member.node)
        }
        section.hasLifts = ledgers.values.contains { $0.contains { !$0.lifts.isEmpty } }
        for (place, ledger) in ledgers.sorted(by: { $0.key < $1.key }) {
            var lifted: EffectiveConsent.Lifted = [:]
            for (other, theirs) in ledgers where takesBack(component.members[other], component.members[place]) {
                for (grant, until) in EffectiveConsent.lifts(of: theirs.map(\.decision), rules: rules) {
                    for entry in ledger where EffectiveConsent.takesBack(grant, entry.decision) {
                        lifted[entry.id] = max(lifted[entry.id] ?? until, until)
                    }
                }
            }
            let restriction = try snapshot.get(Tables.restrictions, component.members[place].node)?.purposes ?? 0
            let cells = EffectiveConsent.cells(of: ledger.map(\.decision), lifted: lifted, rules: rules)
            for cell in cells.keeping(from: restriction) {
                section.cells.append(.init(member: UInt16(place), consent: cell))
            }
            let laws = ledger.compactMap(\.jurisdiction).reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
            if laws != 0 { section.laws.append(.init(member: UInt16(place), mask: laws)) }
        }
        section.cells.sort {
            ($0.consent.purpose, $0.member, $0.consent.until) < ($1.consent.purpose, $1.member, $1.consent.until)
        }
    }

    /// Whether grants of one member can take back decisions of another.
    private func takesBack(_ grantor: Member, _ member: Member) -> Bool {
        grantor.cluster == member.cluster && grantor.flags.isDisjoint(with: [.hub, .hidden])
    }

    // MARK: Support

    /// For each member the purposes that some evidence on it may serve now.
    private func support(
        _ component: Component, _ masks: [UInt32], _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [UInt32] {
        if policies.servesAll { return Array(repeating: .max, count: component.members.count) }
        var support = Array(repeating: UInt32(0), count: component.members.count)
        for (link, mask) in zip(component.links, masks) {
            support[Int(link.left)] |= mask
            support[Int(link.right)] |= mask
        }
        for (place, member) in component.members.enumerated() {
            if member.flags.contains(.hidden) {
                support[place] = .max
            } else if member.namespace == .record {
                support[place] = try recordSupport(member, snapshot)
            } else if support[place] != .max {
                support[place] |= try suspendedSupport(member, snapshot)
            }
        }
        return support
    }

    private func recordSupport(_ member: Member, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> UInt32 {
        for (number, traits) in policies.sources.enumerated() {
            let row = try snapshot.get(Tables.records, RecordKey(source: SourceID(UInt32(number)), key: member.key))
            if case .held? = row { return traits.purposes }
        }
        return 0
    }

    private func suspendedSupport(_ member: Member, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> UInt32 {
        var mask: UInt32 = 0
        var besidePinned: [NodeID] = member.flags.contains(.pinned) ? [member.node] : []
        try snapshot.scan(Tables.suspended, from: NodePair(member.node, NodeID(0))) { key, payload in
            guard key.first == member.node else { return .stop }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            guard row.reason != .expired else { return .proceed }
            let other = try snapshot.storedMember(key.second) ?? member
            mask |= policies.serving(Evidence(folds: row.folds), at: hour, timeToLive: timeToLive(member, other))
            if row.unlisted != nil, other.flags.contains(.pinned) { besidePinned.append(other.node) }
            return .proceed
        }
        try snapshot.scan(Tables.listings, from: NodePair(member.node, NodeID(0))) { key, payload in
            guard key.first == member.node else { return .stop }
            let listing = try ListingCodec.decode(payload, version: ListingCodec.version)
            var lives =
                policies.timeToLive(.record, member.namespace).map {
                    hour < Evidence.expiryHour(listing.time, timeToLive: $0)
                } ?? true
            for other in besidePinned where !lives {
                lives = try snapshot.contains(Tables.listings, NodePair(other, key.second))
            }
            if lives { mask |= policies.sources[Int(listing.source.rawValue)].purposes }
            return .proceed
        }
        return mask
    }
}

/// The change feed and the audit: nothing left out, nothing changed.
extension Inspection {
    mutating func inspectChanges(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        // An erasure takes out entries that name its subject.
        var hasGaps = false
        try snapshot.scan(Tables.erasures) { _, payload in
            hasGaps = try ErasureCodec.decode(payload, version: ErasureCodec.version).step(.fenced) != nil
            return hasGaps ? .stop : .proceed
        }
        var next = state.feedFirst
        var newest = Timestamp(milliseconds: 0)
        try snapshot.scan(Tables.changes) { sequence, payload in
            let row = try ChangeRowCodec.decode(payload, version: ChangeRowCodec.version)
            let isOutOfPlace = hasGaps ? sequence < next : sequence != next
            if isOutOfPlace { report.add("changes: row \(sequence) does not follow the one before it") }
            if row.changes.isEmpty || row.changes.count > ChangeRow.limit {
                report.add("changes: row \(sequence) holds \(row.changes.count) entries")
            }
            if row.time < newest { report.add("changes: row \(sequence) is older than the one before it") }
            for change in row.changes where change.anchor.rawValue >= state.nextNode {
                report.add("changes: row \(sequence) names a node that was never given")
            }
            newest = max(newest, row.time)
            next = sequence + UInt64(row.changes.count)
            return .proceed
        }
        let isOver = hasGaps ? next > state.feedNext : next != state.feedNext
        if isOver { report.add("changes: they end at \(next), and meta says \(state.feedNext)") }
    }

    mutating func inspectAudit(_ snapshot: borrowing some Snapshot & ~Copyable, _ keyRing: KeyRing) throws {
        var sequence: UInt64 = 0
        var previous = Digest.zeros
        try snapshot.scan(Tables.audit) { key, payload in
            let entry = try AuditEntryCodec.decode(payload, version: AuditEntryCodec.version)
            if key != sequence + 1 { report.add("audit: entry \(key) does not follow the one before it") }
            if entry.previous != previous { report.add("audit: entry \(key) names another entry before it") }
            if let code = entry.code, code != entry.expectedCode(at: key, keyRing) {
                report.add("audit: entry \(key) is not the one that was written")
            }
            sequence = key
            previous = keyRing.audit.code(for: entry.bytes)
            return .proceed
        }
    }
}
