package import Identity
package import Scoring

/// A line of a basket. Money in minor units; a product or category that no offer names is -1.
package struct BasketLine: Hashable, Sendable {
    /// A number of `CompiledCatalogue.product(named:)`.
    package var product: Int32
    /// A number of `CompiledCatalogue.category(named:)`.
    package var category: Int32
    package var quantity: Int32
    package var unitPrice: Int64
    package var unitCost: Int64

    package init(product: Int32 = -1, category: Int32 = -1, quantity: Int32, unitPrice: Int64, unitCost: Int64) {
        self.product = product
        self.category = category
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.unitCost = unitCost
    }

    /// Most that one line comes to, in price and in cost, and most lines: their sum, times 10,000, stays in 64 bits.
    package static let largestAmount: Int64 = 100_000_000_000
    package static let mostLines = 1_000

    var isPossible: Bool {
        guard quantity >= 0, unitPrice >= 0, unitCost >= 0 else { return false }
        let (price, isTooDear) = unitPrice.multipliedReportingOverflow(by: Int64(quantity))
        let (cost, isTooCostly) = unitCost.multipliedReportingOverflow(by: Int64(quantity))
        return !isTooDear && !isTooCostly && price <= Self.largestAmount && cost <= Self.largestAmount
    }
}

/// An offer that a profile has been shown.
package struct Contact: Hashable, Sendable {
    /// -1 where the catalogue has it no longer: it counts towards what is over all offers.
    package var offer: Int32
    package var channel: Int16
    package var time: Timestamp

    package init(offer: Int32, channel: Int16, time: Timestamp) {
        self.offer = offer
        self.channel = channel
        self.time = time
    }
}

/// How much likelier a discount of a depth makes a purchase, by `DiscountBand`: a difference of probabilities with its
/// standard error. The first is the lift of a message without a discount.
package struct Lifts: Hashable, Sendable {
    package var none = Lift()
    package var light = Lift()
    package var medium = Lift()
    package var deep = Lift()
    package var steep = Lift()

    package struct Lift: Hashable, Sendable {
        package var mean: Double
        package var error: Double

        package init(mean: Double = 0, error: Double = 0) {
            self.mean = mean
            self.error = error
        }
    }

    package init() {}

    /// By the number of a `DiscountBand`.
    subscript(band: UInt8) -> Lift {
        switch band {
        case 0: none
        case 1: light
        case 2: medium
        case 3: deep
        default: steep
        }
    }
}

/// Which band a depth is in.
enum DepthBand {
    static func number(basisPoints: Int) -> UInt8 { DiscountBand(basisPoints: basisPoints).rawValue }
}

/// What the scores say of who is asked about, as numbers. Money in minor units.
package struct ProfileScores: Hashable, Sendable {
    /// The probability of a purchase without any offer.
    package var purchaseProbability: Double
    /// The worth of an order, where there is no basket yet.
    package var orderValue: Double
    /// The share of it that is margin, 0...1.
    package var marginShare: Double
    /// The probability that the person has left, or leaves.
    package var churnRisk: Double
    /// The margin to be expected of one who stays.
    package var futureMargin: Double
    package var lifts: Lifts
    /// By category number: the person's shares, and everyone's; both empty where nothing is known of them.
    package var affinity: [Double]
    package var popularity: [Double]
    /// How sure it is that the profile is one person, 0...1: errors grow by 1/√ of it, not below a tenth.
    package var confidence: Double

    package init(
        purchaseProbability: Double, orderValue: Double, marginShare: Double, churnRisk: Double = 0,
        futureMargin: Double = 0, lifts: Lifts = Lifts(), affinity: [Double] = [], popularity: [Double] = [],
        confidence: Double = 1
    ) {
        self.purchaseProbability = purchaseProbability
        self.orderValue = orderValue
        self.marginShare = marginShare
        self.churnRisk = churnRisk
        self.futureMargin = futureMargin
        self.lifts = lifts
        self.affinity = affinity
        self.popularity = popularity
        self.confidence = confidence
    }
}

extension ProfileScores {
    /// The field that is no score; nil where all are.
    func fault(categories: Int) -> String? {
        if !(0...1).contains(purchaseProbability) { return "purchase_probability" }
        if !(0...Double(BasketLine.largestAmount)).contains(orderValue) { return "order_value" }
        if !(-1...1).contains(marginShare) { return "margin_share" }
        if !(0...1).contains(churnRisk) { return "churn_risk" }
        if !(abs(futureMargin) <= Double(BasketLine.largestAmount)) { return "future_margin" }
        if !(0...1).contains(confidence) { return "confidence" }
        for band in UInt8(0)...4 {
            let lift = lifts[band]
            if !(abs(lift.mean) <= 1) || !(0...1).contains(lift.error) { return "lifts" }
        }
        if affinity.isEmpty && popularity.isEmpty { return nil }
        if affinity.count != categories || popularity.count != categories { return "affinity" }
        return affinity.allSatisfy { (0...1).contains($0) } && popularity.allSatisfy { (0...1).contains($0) }
            ? nil : "affinity"
    }
}

/// All that a decision is made from, but what is counted over all profiles.
package struct Situation: Sendable {
    package var now: Timestamp
    /// Minutes to add to UTC for the person's own time.
    package var offsetMinutes: Int
    /// The channels that could be used now, a bit each.
    package var channels: UInt32
    /// The number of the purpose, and whether the person's consent permits it; without it only offers for everyone.
    package var purpose: Int?
    package var isPermitted: Bool
    /// nil: of none; without permission it is as if it were nil.
    package var cohort: Int?
    /// Of the basket and of the scores; must be the catalogue's.
    package var currency: Currency
    package var basket: [BasketLine]
    package var scores: ProfileScores
    /// The groups of the offers that the basket bears already.
    package var appliedGroups: UInt64
    package var contacts: [Contact]
    /// Whether the profile is one of those that get no offer.
    package var isHeldOut: Bool

    package init(
        now: Timestamp, offsetMinutes: Int = 0, channels: UInt32, purpose: Int?, isPermitted: Bool,
        cohort: Int? = nil, currency: Currency, basket: [BasketLine] = [], scores: ProfileScores,
        appliedGroups: UInt64 = 0,
        contacts: [Contact] = [], isHeldOut: Bool = false
    ) {
        self.now = now
        self.offsetMinutes = offsetMinutes
        self.channels = channels
        self.purpose = purpose
        self.isPermitted = isPermitted
        self.cohort = cohort
        self.currency = currency
        self.basket = basket
        self.scores = scores
        self.appliedGroups = appliedGroups
        self.contacts = contacts
        self.isHeldOut = isHeldOut
    }

    /// The field that cannot be so; nil where all can. Whoever makes a situation from outside asks this first: a
    /// decision may trap on an impossible one.
    package func fault(in catalogue: CompiledCatalogue) -> String? {
        if currency != catalogue.catalogue.currency { return "currency" }
        if basket.count > BasketLine.mostLines || !basket.allSatisfy(\.isPossible) { return "basket" }
        let products = Int32(clamping: catalogue.products)
        let categories = Int32(clamping: catalogue.catalogue.categories.count)
        for line in basket where line.product >= products || line.category >= categories { return "basket" }
        if let purpose, !(0..<max(catalogue.catalogue.purposes.count, 1)).contains(purpose) { return "purpose" }
        if let cohort, !(0..<max(catalogue.catalogue.cohorts.count, 1)).contains(cohort) { return "cohort" }
        if abs(offsetMinutes) > 1_440 { return "offset" }
        if abs(now.milliseconds) > Int64.max / 4 { return "now" }
        for contact in contacts where contact.time > now || abs(contact.time.milliseconds) > Int64.max / 4 {
            return "contacts"
        }
        return scores.fault(categories: Int(categories)).map { "scores.\($0)" }
    }

    /// The minute of the person's day.
    var localMinute: Int {
        let minutes = floorDivide(now.milliseconds, 60_000) + Int64(offsetMinutes)
        return Int((minutes % 1_440 + 1_440) % 1_440)
    }
}

/// What is left of offers, by offer number: as read in the transaction that will lower it.
package struct Counters: Hashable, Sendable {
    package static let endless = Int64.max
    package var stock: [Int64]
    package var budget: [Int64]

    package init(stock: [Int64], budget: [Int64]) {
        self.stock = stock
        self.budget = budget
    }

    /// As much as the catalogue gives.
    package init(full catalogue: CompiledCatalogue) {
        stock = catalogue.catalogue.offers.map { $0.inventory?.units ?? Self.endless }
        budget = catalogue.catalogue.offers.map { $0.budget ?? Self.endless }
    }
}
