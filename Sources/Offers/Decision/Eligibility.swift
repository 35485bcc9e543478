/// Why an offer cannot be made; in the order in which it is asked.
package enum OfferRefusal: UInt8, Hashable, Sendable, CaseIterable {
    case heldOut = 1
    case notStarted
    case ended
    case consent
    case cohort
    case channel
    case quietHours
    case stacking
    case stock
    case cap
    case repeated
    case nothingEligible
    case minimumBasket
    case marginFloor
    case budget
}

/// All that the rules look at for one offer: a refusal follows from these alone. Times in milliseconds, money in minor
/// units. What comes after the first rule that refuses is left at its start.
package struct EligibilityTerms: Hashable, Sendable {
    package var isHeldOut = false
    package var now: Int64 = 0
    package var starts = Int64.min
    package var ends = Int64.max
    /// The purposes that the offer serves, and that of the question, none where it is not permitted.
    package var purposes: UInt64 = 0
    package var purpose: UInt64 = 0
    package var cohorts: UInt64 = 0
    package var cohort: UInt64 = 0
    /// The offer's channels, those that could be used, and those of them that are quiet now.
    package var channels: UInt32 = 0
    package var asked: UInt32 = 0
    package var quiet: UInt32 = 0
    package var group: UInt64 = 0
    package var appliedGroups: UInt64 = 0
    package var stock = Int64.max
    /// The channels whose own caps are full.
    package var capped: UInt32 = 0
    /// The fullest cap across channels: how often shown in its days, and how often it may be.
    package var capUses: Int64 = 0
    package var capCount = Int64.max
    /// When this offer was last shown on any channel.
    package var lastShown = Int64.min
    package var repeatWindow: Int64 = 0
    /// Whether the basket is the one to be expected, as there is none.
    package var isExpectedBasket = false
    package var revenue: Int64 = 0
    package var cost: Int64 = 0
    package var eligible: Int64 = 0
    package var minimumBasket: Int64 = 0
    package var discount: Int64 = 0
    /// What the shop pays beside.
    package var extra: Int64 = 0
    /// Hundredths of a per cent.
    package var marginFloor = Int64.min
    package var budget = Int64.max

    package init() {}

    /// The channels on which the offer could be shown now.
    package var open: UInt32 { channels & asked & ~quiet & ~capped }
    /// What the offer takes from the budget.
    package var spend: Int64 { discount + extra }
    /// What remains of the price after offer and cost.
    package var marginAfter: Int64 { revenue - discount - cost - extra }
}

/// The rules, each a function of the terms.
package enum Eligibility {
    /// What needs no look at the basket.
    @inline(__always)
    static func standing(_ terms: EligibilityTerms) -> OfferRefusal? {
        if terms.isHeldOut { return .heldOut }
        if terms.now < terms.starts { return .notStarted }
        if terms.now >= terms.ends { return .ended }
        if terms.purposes != 0, terms.purposes & terms.purpose == 0 { return .consent }
        if terms.cohorts != 0, terms.cohorts & terms.cohort == 0 { return .cohort }
        if terms.channels & terms.asked == 0 { return .channel }
        if terms.channels & terms.asked & ~terms.quiet == 0 { return .quietHours }
        if terms.group & terms.appliedGroups != 0 { return .stacking }
        if terms.stock < 1 { return .stock }
        if terms.capUses >= terms.capCount || terms.open == 0 { return .cap }
        if terms.repeatWindow > 0, terms.lastShown > Int64.min, terms.now - terms.lastShown < terms.repeatWindow {
            return .repeated
        }
        return nil
    }

    /// What is asked of the basket.
    @inline(__always)
    static func basket(_ terms: EligibilityTerms) -> OfferRefusal? {
        if terms.eligible <= 0 { return .nothingEligible }
        if terms.eligible < terms.minimumBasket { return .minimumBasket }
        if !isAboveFloor(terms) { return .marginFloor }
        if terms.spend > terms.budget { return .budget }
        return nil
    }

    /// Whether the offer's margin is at least its floor of what is paid; of nothing paid it cannot be.
    @inline(__always)
    static func isAboveFloor(_ terms: EligibilityTerms) -> Bool {
        let paid = terms.revenue - terms.discount
        return paid > 0 && terms.marginAfter * 10_000 >= terms.marginFloor * paid
    }

    /// The rule that refuses an offer, from its terms alone; nil: it can be made.
    package static func judge(_ terms: EligibilityTerms) -> OfferRefusal? {
        standing(terms) ?? basket(terms)
    }
}

extension OfferRefusal {
    /// The reason in words, with the terms that it follows from.
    package func explanation(_ terms: EligibilityTerms) -> String {
        switch self {
        case .heldOut: "the profile is held out, so that the others can be measured against it"
        case .notStarted: "starts at \(terms.starts), and it is \(terms.now) (milliseconds)"
        case .ended: "ended at \(terms.ends), and it is \(terms.now) (milliseconds)"
        case .consent: "none of its purposes is permitted here"
        case .cohort: "it is for other cohorts"
        case .channel: "it cannot be shown on a channel of this question"
        case .quietHours: "its channels are quiet at this hour"
        case .stacking: "the basket bears an offer of its group"
        case .stock: "\(terms.stock) are left"
        case .cap:
            terms.open == 0
                ? "it was shown as often as allowed on each channel that could be used"
                : "shown \(terms.capUses) times, and at most \(terms.capCount) are allowed"
        case .repeated: "shown \(terms.now &- terms.lastShown) ms ago, and not again within \(terms.repeatWindow) ms"
        case .nothingEligible: "it applies to nothing in the basket"
        case .minimumBasket: "what it applies to comes to \(terms.eligible), below \(terms.minimumBasket)"
        case .marginFloor:
            "it would leave \(terms.marginAfter) of \(terms.revenue - terms.discount) paid, below \(terms.marginFloor) in 10,000"
        case .budget: "it costs \(terms.spend), and \(terms.budget) are left of its budget"
        }
    }
}
