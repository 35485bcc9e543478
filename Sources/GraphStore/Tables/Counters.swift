package import LMDB
package import Stitching

extension Tables {
    /// Sums over decisions: what offers have of stock and budget, and what came of arms.
    package static let counters = Table<CounterKeyCodec, CounterCodec>(
        name: "counters", number: 33, erasure: .none(reason: "sums over many, and the next number"))
}

/// A key of table `counters`.
package struct CounterKey: Hashable, Comparable, Sendable {
    package enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        /// The number of the latest decision, in the row's first place.
        case numbers = 1
        /// Of an offer.
        case offer = 2
        /// Of an arm: an offer, a variant, a channel; zeros are the fallback.
        case arm = 3
    }

    package var kind: Kind
    package var name: Bytes16

    package init(_ kind: Kind, _ name: Bytes16 = Bytes16(high: 0, low: 0)) {
        self.kind = kind
        self.name = name
    }

    package static func < (left: CounterKey, right: CounterKey) -> Bool {
        left.kind != right.kind ? left.kind.rawValue < right.kind.rawValue : left.name < right.name
    }
}

/// A row of table `counters`.
package struct CounterRow: Hashable, Sendable {
    package static let places = 8
    /// By the meaning of the row's kind.
    package var values: [Int64]

    package init(_ values: [Int64] = Array(repeating: 0, count: places)) {
        precondition(values.count == Self.places, "a counter has eight places")
        self.values = values
    }

    package var isEmpty: Bool { values.allSatisfy { $0 == 0 } }
}

/// Of an offer: what is held and used of stock and budget, and what of the used was of decisions that are gone.
extension CounterRow {
    package enum OfferPlace: Int, Sendable, CaseIterable {
        case decisions, heldUnits, usedUnits, heldMoney, usedMoney, goneUnits, goneMoney, late
    }

    package subscript(place: OfferPlace) -> Int64 {
        get { values[place.rawValue] }
        set { values[place.rawValue] = newValue }
    }
}

///     0      2         18
///     +------+---------+
///     | kind | name 16 |
///     +------+---------+
package enum CounterKeyCodec: KeyCodec {
    package static var width: Int { 18 }

    package static func encode(_ key: CounterKey, into writer: inout ByteWriter) {
        writer.append(key.kind.rawValue)
        writer.append(key.name.high)
        writer.append(key.name.low)
    }

    package static func decode(_ bytes: RawSpan) -> CounterKey {
        CounterKey(
            CounterKey.Kind(rawValue: bytes.bigEndianUInt16(at: 0)) ?? .numbers,
            Bytes16(high: bytes.bigEndianUInt64(at: 2), low: bytes.bigEndianUInt64(at: 10)))
    }
}

///     8 x | 8 |
package enum CounterCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing CounterRow, into writer: inout ByteWriter) {
        for value in row.values { writer.append(value) }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> CounterRow {
        var reader = ByteReader(bytes)
        var values: [Int64] = []
        for _ in 0..<CounterRow.places { values.append(try reader.readInt64()) }
        try reader.finish()
        return CounterRow(values)
    }
}

extension CounterRow {
    /// Counts what a decision has, or takes it out again (`sign` -1).
    package mutating func count(_ row: OfferDecisionRow, sign: Int64 = 1) {
        self[.decisions] += sign
        switch row.state {
        case .none, .released: break
        case .held:
            self[.heldUnits] += sign * Int64(row.units)
            self[.heldMoney] += sign * row.money
        case .used:
            self[.usedUnits] += sign * Int64(row.units)
            self[.usedMoney] += sign * row.money
        case .late: self[.late] += sign
        }
    }
}

extension Snapshot where Self: ~Copyable {
    /// The decisions of a node, in the order in which they were made.
    package func decisions(
        of node: NodeID, _ body: (OfferDecisionKey, OfferDecisionRow) throws -> Void
    ) throws {
        try scan(Tables.decisions, from: OfferDecisionKey(node: node, number: 0)) { key, payload in
            guard key.node == node else { return .stop }
            try body(key, try OfferDecisionCodec.decode(payload, version: OfferDecisionCodec.version))
            return .proceed
        }
    }
}

extension WriteTransaction {
    /// Takes away what a node was offered: what it held is given back, what it used stays used.
    package mutating func deleteDecisions(of node: NodeID) throws {
        var gone: [(key: OfferDecisionKey, row: OfferDecisionRow)] = []
        try decisions(of: node) { gone.append(($0, $1)) }
        for (key, row) in gone {
            _ = try delete(Tables.decisions, key)
            _ = try delete(Tables.reservations, ReservationKey(expires: row.expires, decision: key))
            guard row.hasOffer else { continue }
            let counter = CounterKey(.offer, row.offer)
            var sums = try get(Tables.counters, counter) ?? CounterRow()
            sums.count(row, sign: -1)
            if row.state == .used {
                sums[.usedUnits] += Int64(row.units)
                sums[.usedMoney] += row.money
                sums[.goneUnits] += Int64(row.units)
                sums[.goneMoney] += row.money
            }
            try put(Tables.counters, counter, sums)
        }
    }
}
