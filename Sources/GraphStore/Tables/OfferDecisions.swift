package import Identity
package import LMDB
package import Stitching

extension Tables {
    /// What was offered to whom; node 0 has what was offered to nobody known.
    package static let decisions = Table<OfferDecisionKeyCodec, OfferDecisionCodec>(
        name: "decisions", number: 32, erasure: .byNode)
    /// When a decision gives back what it has reserved.
    package static let reservations = Table<ReservationKeyCodec, PresenceCodec>(
        name: "reservations", number: 34, erasure: .byScan)
}

/// A key of table `decisions`: its id is one block of the cipher of profile ids over both.
package struct OfferDecisionKey: Hashable, Comparable, Sendable {
    /// Of the earliest member of the view that was asked about; 0: the view was generic.
    package var node: NodeID
    /// From 1 on, never given twice.
    package var number: UInt64

    package init(node: NodeID, number: UInt64) {
        self.node = node
        self.number = number
    }

    package static func < (left: OfferDecisionKey, right: OfferDecisionKey) -> Bool {
        left.node != right.node ? left.node < right.node : left.number < right.number
    }
}

/// What a decision has of stock and budget.
package enum ReservationState: UInt8, Hashable, Sendable, CaseIterable {
    /// The fallback, or nobody took what was offered: it has nothing.
    case none = 0
    case held = 1
    case used = 2
    /// Given back before it was used.
    case released = 3
    /// Used after it was given back, when no more was there: the shop gave what it had not.
    case late = 4
}

/// A row of table `decisions`: what caps and counters need lies open, all else sealed.
package struct OfferDecisionRow: Hashable, Sendable {
    package var state: ReservationState
    /// Whether it counts as shown: it was, or may still be.
    package var isContact: Bool
    package var time: Timestamp
    /// When an unused reservation ends.
    package var expires: Timestamp
    /// `OfferName.hash`; zeros: no offer.
    package var offer: Bytes16
    package var channel: UInt32
    /// What it takes of stock, 0 or 1, and of the budget, in minor units.
    package var units: UInt8
    package var money: Int64
    /// 16 bytes of a keyed hash over what is sealed.
    package var contentHash: [UInt8]
    package var sealed: [UInt8]

    package init(
        state: ReservationState, isContact: Bool, time: Timestamp, expires: Timestamp, offer: Bytes16,
        channel: UInt32, units: UInt8, money: Int64, contentHash: [UInt8], sealed: [UInt8]
    ) {
        self.state = state
        self.isContact = isContact
        self.time = time
        self.expires = expires
        self.offer = offer
        self.channel = channel
        self.units = units
        self.money = money
        self.contentHash = contentHash
        self.sealed = sealed
    }

    package var hasOffer: Bool { offer.high != 0 || offer.low != 0 }
}

///     0        8          16
///     +--------+----------+
///     |  node  | number 8 |
///     +--------+----------+
package enum OfferDecisionKeyCodec: KeyCodec {
    package static var width: Int { 16 }

    package static func encode(_ key: OfferDecisionKey, into writer: inout ByteWriter) {
        writer.append(key.node.rawValue)
        writer.append(key.number)
    }

    package static func decode(_ bytes: RawSpan) -> OfferDecisionKey {
        OfferDecisionKey(node: NodeID(bytes.bigEndianUInt64(at: 0)), number: bytes.bigEndianUInt64(at: 8))
    }
}

///     0       1         2        8           14         30          34      35      43     59
///     +-------+---------+--------+-----------+----------+-----------+-------+-------+------+--------+
///     | state | contact | time 6 | expires 6 | offer 16 | channel 4 | units | money | hash | sealed |
///     +-------+---------+--------+-----------+----------+-----------+-------+-------+------+--------+
package enum OfferDecisionCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing OfferDecisionRow, into writer: inout ByteWriter) {
        writer.append(row.state.rawValue)
        writer.append(UInt8(row.isContact ? 1 : 0))
        writer.append48(UInt64(row.time.milliseconds))
        writer.append48(UInt64(row.expires.milliseconds))
        writer.append(row.offer.high)
        writer.append(row.offer.low)
        writer.append(row.channel)
        writer.append(row.units)
        writer.append(row.money)
        writer.append(contentsOf: row.contentHash)
        writer.append(contentsOf: row.sealed)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> OfferDecisionRow {
        var reader = ByteReader(bytes)
        guard let state = ReservationState(rawValue: try reader.readUInt8()) else { throw .invalid("state") }
        let contact = try reader.readUInt8()
        guard contact <= 1 else { throw .invalid("contact") }
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        let expires = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        let offer = Bytes16(high: try reader.readUInt64(), low: try reader.readUInt64())
        let channel = try reader.readUInt32()
        let units = try reader.readUInt8()
        let money = try reader.readInt64()
        let hash = try ByteArray.decode(&reader, count: 16)
        return OfferDecisionRow(
            state: state, isContact: contact == 1, time: time, expires: expires, offer: offer, channel: channel,
            units: units, money: money, contentHash: hash,
            sealed: try ByteArray.decode(&reader, count: reader.remaining))
    }
}

/// A key of table `reservations`.
package struct ReservationKey: Hashable, Comparable, Sendable {
    package var expires: Timestamp
    package var decision: OfferDecisionKey

    package init(expires: Timestamp, decision: OfferDecisionKey) {
        self.expires = expires
        self.decision = decision
    }

    package static func < (left: ReservationKey, right: ReservationKey) -> Bool {
        left.expires != right.expires ? left.expires < right.expires : left.decision < right.decision
    }
}

///     0           6        14         22
///     +-----------+--------+----------+
///     | expires 6 |  node  | number 8 |
///     +-----------+--------+----------+
package enum ReservationKeyCodec: KeyCodec {
    package static var width: Int { 22 }

    package static func encode(_ key: ReservationKey, into writer: inout ByteWriter) {
        writer.append48(UInt64(key.expires.milliseconds))
        OfferDecisionKeyCodec.encode(key.decision, into: &writer)
    }

    package static func decode(_ bytes: RawSpan) -> ReservationKey {
        ReservationKey(
            expires: Timestamp(milliseconds: Int64(bytes.bigEndianUInt48(at: 0))),
            decision: OfferDecisionKey(
                node: NodeID(bytes.bigEndianUInt64(at: 6)), number: bytes.bigEndianUInt64(at: 14)))
    }
}
