internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Requests and their steps up to the fence.
extension Applier {
    mutating func apply(
        _ command: PrivacyCommand, _ report: inout CommandReport, _ transaction: inout WriteTransaction
    ) throws {
        if state.keys.rotation != nil, command.namesKeys { throw EngineError.rotationUnderWay }
        switch command {
        case .requestErasure(let subject, let isOnly, let act):
            report.number = try requestErasure(subject, isOnly: isOnly, act, &transaction)
        case .approveErasure(let number, let hash, let also, let act):
            try approveErasure(number, hash, also, act, &transaction)
        case .rejectErasure(let number, let act):
            try rejectErasure(number, act, &transaction)
        case .fenceErasure(let number, let time):
            try fenceErasure(number, time, &transaction)
        case .shredErasure(let number, let time):
            try shredErasure(number, transaction)
            try step(number, from: .fenced, to: .shredded, time, &transaction)
        case .deleteErasure(let number, _):
            report.isComplete = try deleteErasure(number, &transaction)
        case .endDeletion(let number, let time):
            try endDeletion(number, time, &transaction)
        case .verifyErasure(let number, let time):
            try verifyErasure(number, time, &transaction)
        case .certifyErasure(let number, let text, let json, let time):
            if try erasure(number, transaction).state == .scrubbed { try verifyErasure(number, time, &transaction) }
            try step(number, from: .verified, to: .certified, time, &transaction)
            var row = try erasure(number, transaction)
            (row.certificate, row.certificateJSON) = (text, json)
            try transaction.put(Tables.erasures, number, row)
        case .restrict(let subject, let kind, let purposes, let act):
            report.number = UInt64(try restrict(subject, kind, purposes, act, &transaction))
        case .lift(let subject, let kind, let act):
            report.number = UInt64(try lift(subject, kind, act, &transaction))
        case .readmit(let observation, let act):
            report.outcomes = try readmit(observation, act, &transaction)
        case .replay(let items):
            try replay(items, &transaction)
        case .eraseAgain(let keys, let act):
            report.number = try eraseAgain(keys, act, &transaction)
        }
    }

    /// Enters an act in the audit.
    @discardableResult
    func audit(
        _ action: AuditWord, _ act: PrivacyAct, _ subjects: [IdentityKey], _ transaction: inout WriteTransaction
    ) throws -> UInt64 {
        guard PrivacyAct.principalBytes.contains(act.principal.utf8.count),
            PrivacyAct.reasonBytes.contains(act.reason.utf8.count)
        else {
            throw EngineError.notAnIdentifier(
                "say who acts (1 to 256 bytes) and why (1 to 1,024 bytes): both are kept in the audit")
        }
        let draft = AuditLog.Draft(
            time: act.time, principal: act.principal, role: act.role, action: action, reason: act.reason,
            subjects: Array(subjects.prefix(1_000)))
        return try AuditLog.enter(draft, keyRing: keyRing, &transaction).sequence
    }

    func audit(
        _ action: AuditWord, _ number: UInt64, _ row: ErasureRow, _ time: Timestamp, _ subjects: [IdentityKey] = [],
        _ transaction: inout WriteTransaction
    ) throws {
        let requester = row.step(.requested)?.principal ?? "selvedge"
        let act = PrivacyAct(by: requester, reason: "erasure \(number)", at: time)
        try audit(action, act, subjects, &transaction)
    }

    func erasure(_ number: UInt64, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> ErasureRow {
        guard let row = try snapshot.get(Tables.erasures, number) else {
            throw EngineError.noSuchErasure(number)
        }
        return row
    }

    /// The node that a subject is; nil: the store does not hold it.
    func node(
        of subject: PrivacySubject, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> NodeID? {
        switch subject {
        case .key(let identifier): return try snapshot.get(Tables.identifiers, identifier.key)?.node
        case .node(let node):
            if try snapshot.storedMember(node).map({ !$0.flags.contains(.hidden) }) ?? false { return node }
            return try snapshot.get(Tables.heirs, node) ?? (try snapshot.storedMember(node) == nil ? nil : node)
        }
    }

    // MARK: Request and approval

    private mutating func requestErasure(
        _ subject: PrivacySubject, isOnly: Bool, _ act: PrivacyAct, _ transaction: inout WriteTransaction
    ) throws -> UInt64 {
        let node = try node(of: subject, transaction)
        if case .node = subject, node == nil { throw EngineError.unknownSubject }
        let number = (try transaction.lastKey(Tables.erasures) ?? 0) + 1
        let policy = state.configuration.privacy
        let sealed = ErasureSubject(subject)
        let due = Timestamp(milliseconds: act.time.milliseconds + Int64(policy.dueDays) * 86_400_000)
        var row = ErasureRow(
            steps: [.init(state: .requested, time: act.time, principal: act.principal)], due: due, isOnly: isOnly,
            approvals: UInt8(policy.approvals), requestHash: .zeros, reason: act.reason,
            subject: try sealed.sealed(number, sealing, &transaction))
        row.requestHash = Self.hash(number, row, sealed)
        let keys = try keys(of: subject, node, transaction)
        try audit("privacy request", act, keys, &transaction)
        if policy.approvals == 1 {
            row.steps.append(.init(state: .approved, time: act.time, principal: act.principal))
            row.approvalEnds = due
        }
        try transaction.put(Tables.erasures, number, row)
        return number
    }

    private func keys(
        of subject: PrivacySubject, _ node: NodeID?, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [IdentityKey] {
        if case .key(let identifier) = subject { return [identifier.key] }
        return try node.flatMap { try snapshot.storedMember($0)?.key }.map { [$0] } ?? []
    }

    /// Over all that an approver is shown, and whom it is about.
    private static func hash(_ number: UInt64, _ row: ErasureRow, _ subject: ErasureSubject) -> Digest {
        var bytes = Array("selvedge erasure 1".utf8) + MetaBytes.encode(number)
        for text in [row.steps.first?.principal ?? "", row.reason] {
            bytes += MetaBytes.encode(UInt64(text.utf8.count)) + Array(text.utf8)
        }
        bytes += MetaBytes.encode(UInt64(row.steps.first?.time.milliseconds ?? 0))
        bytes += MetaBytes.encode(UInt64(row.due.milliseconds))
        bytes += [row.isOnly ? 1 : 0, row.approvals]
        bytes += ErasureSubject(subject.subject).bytes
        return Digest(sha256: bytes.span)
    }

    private mutating func approveErasure(
        _ number: UInt64, _ hash: Digest, _ also: [IdentityKey], _ act: PrivacyAct,
        _ transaction: inout WriteTransaction
    ) throws {
        var row = try erasure(number, transaction)
        try demand(.requested, row, number)
        let subject = try ErasureSubject.open(row.subject, number, sealing)
        guard hash == row.requestHash, Self.hash(number, row, subject) == hash else {
            throw EngineError.otherRequest(number)
        }
        if row.approvals > 1, row.step(.requested)?.principal == act.principal {
            throw EngineError.ownRequest(number)
        }
        let policy = state.configuration.privacy
        row.subject = try ErasureSubject(subject.subject, named: Set(also).sorted()).sealed(
            number, sealing, &transaction)
        row.steps.append(.init(state: .approved, time: act.time, principal: act.principal))
        row.approvalEnds = Timestamp(milliseconds: act.time.milliseconds + Int64(policy.approvalHours) * 3_600_000)
        try audit("privacy approve", act, also, &transaction)
        try transaction.put(Tables.erasures, number, row)
    }

    private mutating func rejectErasure(
        _ number: UInt64, _ act: PrivacyAct, _ transaction: inout WriteTransaction
    ) throws {
        var row = try erasure(number, transaction)
        guard [.requested, .approved].contains(row.state) else { throw EngineError.wrongState(number, row.state) }
        row.steps.append(.init(state: .rejected, time: act.time, principal: act.principal))
        row.subject = []
        try ErasureNeedles.remove(number, sealing, &transaction)
        try audit("privacy reject", act, [], &transaction)
        try transaction.put(Tables.erasures, number, row)
    }

    func demand(_ state: ErasureRow.State, _ row: ErasureRow, _ number: UInt64) throws {
        guard row.state == state else { throw EngineError.wrongState(number, row.state) }
    }

    /// Notes that a step is done; a step that was done before is left as it was.
    mutating func step(
        _ number: UInt64, from: ErasureRow.State, to: ErasureRow.State, _ time: Timestamp,
        _ transaction: inout WriteTransaction
    ) throws {
        var row = try erasure(number, transaction)
        if row.step(to) != nil { return }
        try demand(from, row, number)
        row.steps.append(.init(state: to, time: time, principal: ""))
        try audit(Self.word(to), number, row, time, [], &transaction)
        try transaction.put(Tables.erasures, number, row)
    }

    private static func word(_ state: ErasureRow.State) -> AuditWord {
        switch state {
        case .requested: "privacy request"
        case .approved: "privacy approve"
        case .fenced: "erasure fenced"
        case .shredded: "erasure shredded"
        case .deleted: "erasure deleted"
        case .scrubbed: "erasure scrubbed"
        case .verified: "erasure verified"
        case .certified: "erasure certified"
        case .rejected: "privacy reject"
        case .expired: "erasure expired"
        }
    }

    // MARK: Fence

    private mutating func fenceErasure(
        _ number: UInt64, _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws {
        var row = try erasure(number, transaction)
        if row.step(.fenced) != nil { return }
        try demand(.approved, row, number)
        guard time <= row.approvalEnds else {
            row.steps.append(.init(state: .expired, time: time, principal: ""))
            row.subject = []
            try ErasureNeedles.remove(number, sealing, &transaction)
            try audit("erasure expired", number, row, time, [], &transaction)
            try transaction.put(Tables.erasures, number, row)
            return
        }
        let subject = try ErasureSubject.open(row.subject, number, sealing)
        let needles = try gather(subject, &row, transaction)
        for target in needles.targets {
            let suppression = SuppressionRow(
                keyVersion: state.keys.newest, cause: .erased, time: time, reference: number)
            try transaction.put(Tables.suppressions, keyRing.suppressionKey(target.key), suppression)
        }
        var workspace = makeWorkspace()
        for node in needles.nodes.sorted() {
            workspace.fence(try workspace.load(node, transaction))
            // Before its key is gone: what it was filed under cannot be found again after that.
            try unfile(node, &workspace, &transaction)
        }
        try finish(&workspace, &transaction)
        try needles.save(number, sealing, &transaction)
        row.counts.needles = UInt32(needles.count)
        row.steps.append(.init(state: .fenced, time: time, principal: ""))
        try audit("erasure fenced", number, row, time, needles.targets.map(\.key), &transaction)
        try transaction.put(Tables.erasures, number, row)
    }

    /// Whom it takes, as of now, and how it will be known again.
    private func gather(
        _ subject: ErasureSubject, _ row: inout ErasureRow, _ transaction: borrowing WriteTransaction
    ) throws -> ErasureNeedles {
        var needles = ErasureNeedles()
        guard let node = try node(of: subject.subject, transaction) else {
            // It is not held, and must not come.
            if case .key(let identifier) = subject.subject {
                let namespace = namespaceID(identifier)
                needles.targets = [
                    .init(node: NodeID(0), key: identifier.key, namespace: namespace, source: nil)
                ]
            }
            return needles
        }
        let selection = try ErasureSelection(
            node, isOnly: row.isOnly, named: Set(subject.named), state, transaction)
        for taken in selection.taken {
            needles.targets.append(
                .init(
                    node: taken.member.node, key: taken.member.key, namespace: taken.member.namespace,
                    source: taken.source))
        }
        let records = selection.taken.compactMap { taken in
            taken.source.map { RecordKey(source: $0, key: taken.member.key) }
        }
        for key in records + selection.trimmed {
            guard case .held(let held)? = try transaction.get(Tables.records, key) else { continue }
            needles.seals.append(try held.seals())
        }
        for taken in selection.taken {
            for entry in try transaction.facts(of: taken.member.node) {
                needles.seals.append(try SealedValue.needles(of: entry.row.sealed).flatMap(\.self))
            }
            try transaction.decisions(of: taken.member.node) { _, row in
                needles.seals.append(try SealedValue.needles(of: row.sealed).flatMap(\.self))
            }
        }
        row.counts.records = UInt32(records.count)
        row.counts.identifiers = UInt32(selection.taken.count - records.count)
        row.counts.shared = UInt32(selection.shared.count)
        row.counts.likely = UInt32(selection.likely.count)
        return needles
    }

    /// Has the slots of the subject's data keys overwritten: what they sealed is not read again.
    private func shredErasure(_ number: UInt64, _ transaction: borrowing WriteTransaction) throws {
        guard try erasure(number, transaction).state == .fenced else { return }
        let nodes = try ErasureNeedles.load(number, sealing, transaction).nodes
        for node in nodes.sorted() { try sealing.shred(node, transaction) }
    }

    /// Tells whoever follows the feed, sealed: what named the subject in it is gone.
    private mutating func endDeletion(
        _ number: UInt64, _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws {
        guard try erasure(number, transaction).step(.deleted) == nil else { return }
        try step(number, from: .shredded, to: .deleted, time, &transaction)
        let nodes = try ErasureNeedles.load(number, sealing, transaction).nodes
        try state.feedErased(nodes.sorted(), sealing, &transaction)
    }

    private mutating func verifyErasure(
        _ number: UInt64, _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws {
        try step(number, from: .scrubbed, to: .verified, time, &transaction)
        try ErasureNeedles.remove(number, sealing, &transaction)
        var row = try erasure(number, transaction)
        row.subject = []
        try transaction.put(Tables.erasures, number, row)
    }
}
