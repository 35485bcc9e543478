package import Identity
internal import LMDB
internal import Stitching

/// What narrows the views of purposes in one component: consent by member, and what links and members may serve.
/// A component has none where every decision is a default and all evidence may serve every purpose.
///
///     0       1    2      4       8       12       16        20
///     +-------+----+------+-------+-------+--------+---------+
///     | flags | 0  | laws | cells | edges | common | decided |
///     +-------+----+------+-------+-------+--------+---------+
///     cells x     | purpose 1 | state 1 | member 2 | until 6 |      10 bytes, ascending by purpose, member, until
///     laws x      | member 2 | mask 4 |                            6 bytes, ascending by member
///     members x   | mask 4 |                                       where flag 1 is set: what its evidence may serve
///     heirs x     | mask 4 |                                       where flag 2 is set: for whom the id was passed on
///     edges x     | left 2 | right 2 | mask 4 |                    8 bytes: joined links and what they may serve
///
/// Common is what every edge may serve, decided the purposes of which there are cells. Flag 4: a grant of a member takes back decisions by name, so all ledgers are read when it is evaluated again.
package struct ViewSection: Hashable, Sendable {
    package struct Cell: Hashable, Sendable {
        package var member: UInt16
        package var consent: ConsentCell

        package init(member: UInt16, consent: ConsentCell) {
            self.member = member
            self.consent = consent
        }
    }

    package struct Law: Hashable, Sendable {
        package var member: UInt16
        /// Jurisdictions by number.
        package var mask: UInt32

        package init(member: UInt16, mask: UInt32) {
            self.member = member
            self.mask = mask
        }
    }

    package struct Edge: Hashable, Sendable {
        package var left: UInt16
        package var right: UInt16
        package var mask: UInt32

        /// By ends, then by mask.
        var order: UInt64 { UInt64(left) << 48 | UInt64(right) << 32 | UInt64(mask) }

        package init(left: UInt16, right: UInt16, mask: UInt32) {
            self.left = left
            self.right = right
            self.mask = mask
        }
    }

    package var cells: [Cell] = []
    package var laws: [Law] = []
    /// By member; nil: all that is held on each may serve every purpose.
    package var support: [UInt32]?
    /// By inheritance; nil: each for every purpose.
    package var heirMasks: [UInt32]?
    package var edges: [Edge] = []
    package var hasLifts = false

    package init() {}

    /// What every edge may serve.
    var common: UInt32 { edges.reduce(.max) { $0 & $1.mask } }

    /// Purposes and features of which there are cells.
    var decided: UInt32 { cells.reduce(0) { $0 | 1 << UInt32($1.consent.purpose) } }

    /// The purposes whose edges connect two members.
    package func reach(from first: Int, to second: Int, members: Int) -> UInt32 {
        var reach = Array(repeating: UInt32(0), count: members)
        reach[first] = .max
        var isChanging = true
        while isChanging {
            isChanging = false
            for edge in edges {
                let (left, right) = (Int(edge.left), Int(edge.right))
                let joined = (reach[left] | reach[right]) & edge.mask
                if reach[left] | joined != reach[left] || reach[right] | joined != reach[right] {
                    reach[left] |= joined
                    reach[right] |= joined
                    isChanging = true
                }
            }
        }
        return reach[second]
    }

    static let headerBytes = 20
    static let cellBytes = 10
    static let lawBytes = 6
    static let edgeBytes = 8

    /// Where the parts of a stored section lie.
    struct Layout {
        let cellCount: Int
        let lawCount: Int
        let edgeCount: Int
        let cells: Int
        let laws: Int
        /// Nil: not there.
        let support: Int?
        let heirMasks: Int?
        let edges: Int
        let end: Int
        let hasLifts: Bool
        /// What every edge may serve.
        let common: UInt32
        /// Purposes and features on which somebody has decided.
        let decided: UInt32

        /// - Precondition: a header lies at `offset`.
        @inline(__always)
        init(_ bytes: RawSpan, at offset: Int, _ members: Int, _ inheritances: Int) {
            let flags = bytes.uint8(at: offset)
            lawCount = Int(bytes.bigEndianUInt16(at: offset + 2))
            cellCount = Int(bytes.bigEndianUInt32(at: offset + 4))
            edgeCount = Int(bytes.bigEndianUInt32(at: offset + 8))
            cells = offset + ViewSection.headerBytes
            laws = cells + cellCount * ViewSection.cellBytes
            var next = laws + lawCount * ViewSection.lawBytes
            support = flags & 1 != 0 ? next : nil
            if flags & 1 != 0 { next += members * 4 }
            heirMasks = flags & 2 != 0 ? next : nil
            if flags & 2 != 0 { next += inheritances * 4 }
            edges = next
            end = edges + edgeCount * ViewSection.edgeBytes
            hasLifts = flags & 4 != 0
            common = bytes.bigEndianUInt32(at: offset + 12)
            decided = bytes.bigEndianUInt32(at: offset + 16)
        }
    }

    func encode(into writer: inout ByteWriter) {
        let flags = (support == nil ? 0 : 1) | (heirMasks == nil ? 0 : 2) | (hasLifts ? 4 : 0)
        writer.append(UInt8(flags))
        writer.append(UInt8(0))
        writer.append(UInt16(laws.count))
        writer.append(UInt32(cells.count))
        writer.append(UInt32(edges.count))
        writer.append(common)
        writer.append(decided)
        for cell in cells {
            writer.append(cell.consent.purpose)
            writer.append(cell.consent.state.rawValue)
            writer.append(cell.member)
            writer.append48(UInt64(cell.consent.until))
        }
        for law in laws {
            writer.append(law.member)
            writer.append(law.mask)
        }
        for mask in support ?? [] { writer.append(mask) }
        for mask in heirMasks ?? [] { writer.append(mask) }
        for edge in edges {
            writer.append(edge.left)
            writer.append(edge.right)
            writer.append(edge.mask)
        }
    }
}

extension ComponentView {
    /// The section as values; nil where there is none.
    func views() throws(CodecError) -> ViewSection? {
        guard hasViews else { return nil }
        let layout = ViewSection.Layout(bytes, at: viewsOffset, memberCount, inheritanceCount)
        var section = ViewSection()
        section.hasLifts = layout.hasLifts
        for place in 0..<layout.cellCount {
            let offset = layout.cells + place * ViewSection.cellBytes
            guard let state = ConsentState(rawValue: bytes.uint8(at: offset + 1)) else { throw .invalid("consent") }
            let consent = ConsentCell(
                purpose: bytes.uint8(at: offset), state: state, until: Int64(bytes.bigEndianUInt48(at: offset + 4)))
            section.cells.append(.init(member: bytes.bigEndianUInt16(at: offset + 2), consent: consent))
        }
        for place in 0..<layout.lawCount {
            let offset = layout.laws + place * ViewSection.lawBytes
            section.laws.append(
                .init(member: bytes.bigEndianUInt16(at: offset), mask: bytes.bigEndianUInt32(at: offset + 2)))
        }
        if let offset = layout.support {
            section.support = (0..<memberCount).map { bytes.bigEndianUInt32(at: offset + $0 * 4) }
        }
        if let offset = layout.heirMasks {
            section.heirMasks = (0..<inheritanceCount).map { bytes.bigEndianUInt32(at: offset + $0 * 4) }
        }
        for place in 0..<layout.edgeCount {
            let offset = layout.edges + place * ViewSection.edgeBytes
            section.edges.append(
                .init(
                    left: bytes.bigEndianUInt16(at: offset), right: bytes.bigEndianUInt16(at: offset + 2),
                    mask: bytes.bigEndianUInt32(at: offset + 4)))
        }
        for member in section.cells.map(\.member) + section.laws.map(\.member)
        where Int(member) >= memberCount { throw .invalid("member") }
        for edge in section.edges where Int(max(edge.left, edge.right)) >= memberCount { throw .invalid("edge") }
        guard layout.common == section.common, layout.decided == section.decided else { throw .invalid("views") }
        return section
    }
}
