internal import GraphStore
package import Identity
internal import LMDB
package import Offers
internal import Scoring
internal import Stitching

/// All that is kept of a decision, sealed: the numbers that evaluation needs, and what became of it.
package struct OfferRecord: Hashable, Sendable {
    package var catalogueVersion: UInt32 = 0
    package var modelVersion: UInt64 = 0
    package var time = Timestamp(milliseconds: 0)
    /// Names, empty where there is no offer.
    package var offer = ""
    package var variant = ""
    package var channel = ""
    package var cohort = ""
    package var isHeldOut = false
    package var isGeneric = false
    package var purpose: UInt8 = 0
    package var arms: UInt16 = 0
    package var propensity = 0.0
    package var discount: Int64 = 0
    package var extra: Int64 = 0
    package var value: Int64 = 0
    /// Of a purchase: with what was decided, and without an offer, and what lift and relevance were scored.
    package var probability = 0.0
    package var baseline = 0.0
    package var lift = 0.0
    package var relevance = 1.0
    /// Of the basket, or of the one to be expected.
    package var revenue: Int64 = 0
    package var cost: Int64 = 0
    /// The margin of the 90 days before: for CUPED.
    package var priorMargin: Int64 = 0
    package var outcomes = Outcomes()

    package init() {}
}

extension OfferRecord {
    /// The form, version 1; texts are a length of 1 and UTF-8, reals the eight bytes of IEEE 754:
    ///
    ///     u8 form | catalogue 4 | model 8 | time 8 | offer, variant, channel, cohort | flags 1 | purpose 1 | arms 2
    ///     propensity, discount, extra, value, probability, baseline, lift, relevance, revenue, cost, prior: 8 each
    ///     5 x outcome time 8, the least number for none
    ///     amounts 2 | each: id 16, revision, revenue, discount, margin: 8 each
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.append(UInt8(1))
        writer.append(catalogueVersion)
        writer.append(modelVersion)
        writer.append(time.milliseconds)
        for text in [offer, variant, channel, cohort] {
            let bytes = Array(text.utf8.prefix(255))
            writer.append(UInt8(bytes.count))
            writer.append(contentsOf: bytes)
        }
        writer.append(UInt8((isHeldOut ? 1 : 0) | (isGeneric ? 2 : 0)))
        writer.append(purpose)
        writer.append(arms)
        writer.append(propensity.bitPattern)
        for amount in [discount, extra, value] { writer.append(amount) }
        for real in [probability, baseline, lift, relevance] { writer.append(real.bitPattern) }
        for amount in [revenue, cost, priorMargin] { writer.append(amount) }
        for kind in OutcomeKind.allCases { writer.append(outcomes[kind]?.milliseconds ?? .min) }
        writer.append(UInt16(outcomes.amounts.count))
        for amount in outcomes.amounts {
            writer.append(amount.id.high)
            writer.append(amount.id.low)
            for number in [amount.revision, amount.revenue, amount.discount, amount.margin] { writer.append(number) }
        }
        return (0..<writer.count).map { writer.bytes.uint8(at: $0) }
    }

    init(decoding bytes: [UInt8]) throws {
        var reader = ByteReader(bytes.rawBytes)
        guard try reader.readUInt8() == 1 else { throw StoreError.damaged("a decision is of another form") }
        catalogueVersion = try reader.readUInt32()
        modelVersion = try reader.readUInt64()
        time = Timestamp(milliseconds: try reader.readInt64())
        offer = try Self.text(&reader)
        variant = try Self.text(&reader)
        channel = try Self.text(&reader)
        cohort = try Self.text(&reader)
        let flags = try reader.readUInt8()
        isHeldOut = flags & 1 != 0
        isGeneric = flags & 2 != 0
        purpose = try reader.readUInt8()
        arms = try reader.readUInt16()
        propensity = Double(bitPattern: try reader.readUInt64())
        discount = try reader.readInt64()
        extra = try reader.readInt64()
        value = try reader.readInt64()
        probability = Double(bitPattern: try reader.readUInt64())
        baseline = Double(bitPattern: try reader.readUInt64())
        lift = Double(bitPattern: try reader.readUInt64())
        relevance = Double(bitPattern: try reader.readUInt64())
        revenue = try reader.readInt64()
        cost = try reader.readInt64()
        priorMargin = try reader.readInt64()
        for kind in OutcomeKind.allCases {
            let time = try reader.readInt64()
            if time != .min { outcomes.add(kind, at: Timestamp(milliseconds: time)) }
        }
        for _ in 0..<(try reader.readUInt16()) {
            let amount = Outcomes.Amount(
                id: FactID(high: try reader.readUInt64(), low: try reader.readUInt64()),
                revision: try reader.readInt64(), revenue: try reader.readInt64(), discount: try reader.readInt64(),
                margin: try reader.readInt64())
            outcomes.add(amount)
        }
        try reader.finish()
    }

    private static func text(_ reader: inout ByteReader) throws(CodecError) -> String {
        let bytes = try reader.readBytes(Int(try reader.readUInt8()))
        return String(decoding: (0..<bytes.byteCount).map { bytes.uint8(at: $0) }, as: UTF8.self)
    }
}

/// A decision as a row: sealed under the data key of its node, or under the store's where it is nobody's.
struct SealedDecisions {
    private let keyRing: KeyRing
    private let sealing: Sealing

    /// Of what is sealed: `OfferRecord`.
    private static let schema: UInt8 = 1

    init(_ keyRing: KeyRing, _ sealing: Sealing) {
        self.keyRing = keyRing
        self.sealing = sealing
    }

    /// Nil: its node was erased.
    func record(_ row: OfferDecisionRow, _ key: OfferDecisionKey) throws -> OfferRecord? {
        let plain: [UInt8]
        if key.node.rawValue == 0 {
            plain = try keyRing.sealer.open(row.sealed, associated: Self.associated(key))
        } else {
            let opened = try sealing.open(
                row.sealed, in: Tables.decisions, key, schema: Self.schema, subject: key.node)
            guard case .value(let value) = opened else { return nil }
            plain = value
        }
        guard hash(plain) == row.contentHash else { throw StoreError.damaged("a decision is not that of its hash") }
        return try OfferRecord(decoding: plain)
    }

    /// Puts a record into a row.
    func seal(
        _ record: OfferRecord, into row: inout OfferDecisionRow, _ key: OfferDecisionKey,
        _ transaction: inout WriteTransaction
    ) throws {
        let plain = record.encoded()
        row.contentHash = hash(plain)
        if key.node.rawValue == 0 {
            row.sealed = try keyRing.sealer.seal(plain, associated: Self.associated(key))
        } else {
            row.sealed = try sealing.seal(
                plain, in: Tables.decisions, key, schema: Self.schema, subject: key.node, &transaction)
        }
    }

    private func hash(_ plain: [UInt8]) -> [UInt8] {
        Array(keyRing.content.code(for: Array("decision\0".utf8) + plain).bytes.prefix(16))
    }

    private static func associated(_ key: OfferDecisionKey) -> [UInt8] {
        Array("decisions".utf8) + MetaBytes.encode(key.number)
    }
}
