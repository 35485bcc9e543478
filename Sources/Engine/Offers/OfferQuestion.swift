package import GraphStore
package import Identity
package import Offers
internal import Stitching

/// What is to be offered to whom: a value without a raw identifier, with the randomness that the choice uses.
package struct OfferQuestion: Hashable, Sendable {
    /// A line of the basket, as the caller names things. Money in minor units of the catalogue's currency.
    package struct Line: Hashable, Sendable {
        package var product: String?
        package var category: String?
        package var quantity: Int32
        package var unitPrice: Int64
        package var unitCost: Int64

        package init(
            product: String? = nil, category: String? = nil, quantity: Int32 = 1, unitPrice: Int64, unitCost: Int64
        ) {
            self.product = product
            self.category = category
            self.quantity = quantity
            self.unitPrice = unitPrice
            self.unitCost = unitCost
        }
    }

    package var key: IdentityKey
    /// The store's number of the purpose.
    package var purpose: UInt8
    package var now: Timestamp
    /// In 0..<1.
    package var draw: Double
    /// Names; empty: all of the catalogue's.
    package var channels: [String] = []
    package var basket: [Line] = []
    package var cohort: String?
    /// Groups of offers that the basket bears already.
    package var appliedGroups: [String] = []
    /// Minutes to add to UTC for the person's own time.
    package var offsetMinutes = 0
    /// How long stock and budget are kept for an answer that is not used, in seconds.
    package var holdSeconds: Int32 = 1_800
    package var wantsTrace = false

    package static let longestHold: Int32 = 7 * 86_400

    package init(key: IdentityKey, purpose: UInt8, now: Timestamp, draw: Double) {
        self.key = key
        self.purpose = purpose
        self.now = now
        self.draw = draw
    }
}

/// Which decision, as callers name it: one block of the cipher of profile ids over node and number, so that it can be neither
/// guessed nor counted. Text form as a profile id's, beginning with `dec_`.
package struct OfferDecisionID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(_ key: OfferDecisionKey, _ cipher: ProfileCipher) {
        let words = cipher.encrypt(key.node.rawValue, key.number)
        self.init(high: words.0, low: words.1)
    }

    /// The text form; nil where it is none.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix("dec_"), let id = ProfileID(ProfileID.prefix + text.dropFirst(4)) else { return nil }
        self.init(high: id.high, low: id.low)
    }

    func key(_ cipher: ProfileCipher) -> OfferDecisionKey? {
        let words = cipher.decryptBoth(high, low)
        return words.1 == 0 ? nil : OfferDecisionKey(node: NodeID(words.0), number: words.1)
    }
}

extension OfferDecisionID: CustomStringConvertible {
    package var description: String {
        "dec_" + ProfileID(high: high, low: low).description.dropFirst(ProfileID.prefix.count)
    }
}

/// What was decided, in the catalogue's words.
package struct OfferAnswer: Sendable {
    /// Nil: it was only tried, and nothing is kept.
    package var id: OfferDecisionID?
    /// Nil: no offer.
    package var offer: String?
    package var variant: String?
    package var channel: String?
    /// What the variant's template is filled with.
    package var tokens: [String: String] = [:]
    package var propensity: Double
    package var discount: Int64
    package var extra: Int64
    package var value: Int64
    package var probability: Double
    package var arms: Int
    /// When stock and budget are given back.
    package var expires: Timestamp?
    /// Whether it was decided without anything of a person: nobody known, or no consent.
    package var isGeneric: Bool
    package var catalogueVersion: UInt32
    /// 0: there are no score models.
    package var modelVersion: UInt64
    package var trace: Trace?
}

/// What became of a decision.
package struct OfferOutcome: Hashable, Sendable {
    package var decision: OfferDecisionID
    package var kind: OutcomeKind
    package var time: Timestamp
    /// Of a purchase or a return.
    package var amount: Outcomes.Amount?

    package init(decision: OfferDecisionID, kind: OutcomeKind, time: Timestamp, amount: Outcomes.Amount? = nil) {
        self.decision = decision
        self.kind = kind
        self.time = time
        self.amount = amount
    }
}

/// What an outcome changed.
package enum OutcomeEffect: String, Hashable, Sendable, CaseIterable {
    case entered
    /// It says what was known.
    case unchanged
    /// Used after it was given back, and nothing was left: entered, and counted as late.
    case late
    /// There is no such decision, or no more.
    case unknown
}
