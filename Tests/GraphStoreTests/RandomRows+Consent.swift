import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport

/// Rows about consent.
extension RandomRows {
    private mutating func decisionID() -> DecisionID { DecisionID(high: generator.next(), low: generator.next()) }

    private mutating func digest() -> Digest { Digest(bytes(Digest.byteCount)) ?? .zeros }

    private mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: generator.next()) }

    mutating func consent() -> ConsentEntry {
        var entry = ConsentEntry(
            id: decisionID(), purpose: UInt8(generator.int(0...31)), kind: generator.pick(DecisionKind.allCases),
            scope: generator.pick(DecisionScope.allCases),
            jurisdiction: generator.chance(50) ? UInt8(generator.int(0...31)) : nil, time: time(), received: time(),
            source: source(), previous: digest())
        for _ in 0..<generator.int(0...3) { entry.lifts.append(decisionID()) }
        if generator.chance(60) {
            entry.notice = Notice(
                id: "n" + text(), version: text(), language: text(), sha256: generator.chance(50) ? digest() : nil)
        }
        if generator.chance(50) { entry.channel = text() }
        if generator.chance(50) { entry.evidence = digest() }
        return entry
    }

    mutating func changes() -> ChangeRow {
        var row = ChangeRow(time: time(), changes: [])
        for _ in 0..<generator.int(0...5) {
            let kind = generator.pick(ChangeKind.allCases)
            guard kind != .erased else {
                var change = Change(kind: kind, anchor: NodeID(0), others: [], purposes: 0)
                change.sealed = (0..<generator.int(1...80)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                row.changes.append(change)
                continue
            }
            row.changes.append(
                Change(
                    kind: kind, anchor: node(),
                    others: (0..<generator.int(0...3)).map { _ in NodeID(generator.next()) }, purposes: word()))
        }
        return row
    }

    mutating func audit() -> AuditEntry {
        AuditEntry(
            time: time(), principal: text(), role: generator.pick(["privacy", "admin"]),
            action: generator.pick(["resolve", "explain"]), reason: text(),
            subjects: (0..<generator.int(0...3)).map { _ in IdentityKey(high: generator.next(), low: generator.next())
            },
            previous: digest(),
            code: generator.chance(50) ? Bytes16(high: generator.next(), low: generator.next()) : nil)
    }

    mutating func views(_ members: Int, _ inheritances: Int) -> ViewSection {
        var section = ViewSection()
        func member() -> UInt16 { UInt16(generator.int(0...members - 1)) }
        for _ in 0..<generator.int(0...4) {
            let consent = ConsentCell(
                purpose: UInt8(generator.int(0...31)), state: generator.pick(ConsentState.allCases),
                until: Int64(generator.next() >> 16))
            section.cells.append(.init(member: member(), consent: consent))
        }
        for _ in 0..<generator.int(0...2) { section.laws.append(.init(member: member(), mask: word())) }
        if generator.chance(50) { section.support = (0..<members).map { _ in UInt32(generator.int(0...99)) } }
        if inheritances > 0, generator.chance(50) { section.heirMasks = (0..<inheritances).map { _ in word() } }
        for _ in 0..<generator.int(0...3) {
            section.edges.append(.init(left: member(), right: member(), mask: word()))
        }
        section.hasLifts = generator.chance(50)
        return section
    }
}
