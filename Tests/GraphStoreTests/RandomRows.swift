import GraphStore
import Identity
import Stitching
import TestSupport

/// Rows of every table, drawn by a seed: full range of each field, lists from empty to a few.
struct RandomRows {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func node() -> NodeID { NodeID(generator.next()) }

    mutating func key() -> IdentityKey { IdentityKey(high: generator.next(), low: generator.next()) }

    mutating func hour() -> Int32 { Int32(generator.int(1...Int(Int32.max))) }

    mutating func time() -> Timestamp { Timestamp(milliseconds: Int64(generator.next() >> 16)) }

    mutating func source() -> SourceID { SourceID(UInt32(truncatingIfNeeded: generator.next())) }

    private mutating func namespace() -> NamespaceID { NamespaceID(UInt16(truncatingIfNeeded: generator.next())) }

    mutating func text() -> String { String(repeating: "\u{e9}x", count: generator.int(0...5)) }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(generator.int(0...255)) } }

    mutating func identifier() -> IdentifierRow { IdentifierRow(node: node(), namespace: namespace()) }

    mutating func listing() -> ListingRow { ListingRow(source: source(), time: time()) }

    mutating func nodeRow() -> NodeRow {
        var row = NodeRow()
        row.rows = UInt32(truncatingIfNeeded: generator.next())
        row.live = UInt32(truncatingIfNeeded: generator.next())
        row.records = UInt32(truncatingIfNeeded: generator.next())
        for namespace in 0..<generator.int(0...4) {
            row.suspended.add(NamespaceID(UInt16(namespace)), generator.int(1...1_000_000))
        }
        return row
    }

    mutating func assertion() -> AssertionRow {
        AssertionRow(claim: generator.chance(50) ? .same : .different, time: time(), author: text(), reason: text())
    }

    private mutating func fold() -> Fold { Fold(source: source(), first: time(), last: time(), days: generator.next()) }

    private mutating func evidence() -> Evidence {
        var evidence = Evidence()
        for _ in 0..<generator.int(0...3) { evidence.folds.append(fold()) }
        for _ in 0..<generator.int(0...3) {
            evidence.records.append(RecordContribution(record: node(), source: source(), time: time()))
        }
        return evidence
    }

    mutating func link() -> LinkRow {
        LinkRow(
            kind: generator.pick(LinkKind.allCases), verdict: generator.pick(Verdict.allCases), evidence: evidence())
    }

    mutating func suspended() -> SuspendedRow {
        SuspendedRow(
            reason: generator.pick(SuspensionReason.allCases), kind: generator.pick(LinkKind.allCases),
            scheduledLook: generator.chance(50) ? hour() : nil, folds: evidence().folds,
            unlisted: generator.chance(50) ? Unlisted(count: UInt32(generator.int(1...9)), newest: time()) : nil)
    }

    mutating func record() -> RecordRow {
        if generator.chance(20) { return .tombstone(time()) }
        return .held(
            HeldRecord(
                node: node(), time: time(), contentHash: bytes(32),
                identifiers: (0..<generator.int(0...4)).map { _ in node() }, sealed: bytes(generator.int(0...40))))
    }

    mutating func component() -> ComponentRow {
        if generator.chance(20) { return .parent(node()) }
        var component = Component()
        component.linksApart = generator.chance(20)
        component.nextLook = generator.chance(50) ? hour() : nil
        for _ in 0..<generator.int(1...3) { component.anchors.append(node()) }
        for _ in 0..<generator.int(1...4) {
            component.members.append(
                Member(
                    node: node(), key: key(), namespace: namespace(), cluster: UInt16(generator.int(0...65_535)),
                    flags: MemberFlags(rawValue: UInt8(generator.int(0...255)))))
        }
        for _ in 0..<generator.int(0...2) {
            component.inheritances.append(Inheritance(member: UInt16(generator.int(0...9)), node: node()))
        }
        if generator.chance(60) { component.views = views(component.members.count, component.inheritances.count) }
        guard !component.linksApart else { return .component(component) }
        for _ in 0..<generator.int(0...3) {
            let link = link()
            component.links.append(
                ActiveLink(left: 0, right: 1, kind: link.kind, verdict: link.verdict, evidence: link.evidence))
        }
        return .component(component)
    }
}
