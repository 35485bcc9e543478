package import Scoring

/// A way to reach people, and when not to.
package struct Channel: Hashable, Sendable {
    package var name: String
    /// Minutes of the person's day from which and before which nothing is sent; the first may be the later one.
    package var quiet: QuietHours?

    package init(name: String, quiet: QuietHours? = nil) {
        self.name = name
        self.quiet = quiet
    }
}

/// From `from` to before `until`, minutes after midnight; over midnight where `from` is the later.
package struct QuietHours: Hashable, Sendable {
    package var from: Int
    package var until: Int

    package init(from: Int, until: Int) {
        self.from = from
        self.until = until
    }

    package func contains(minute: Int) -> Bool {
        from <= until ? minute >= from && minute < until : minute >= from || minute < until
    }
}

/// What holds for all offers together.
package struct ContactRules: Hashable, Sendable {
    /// No offer is shown again to a profile, on any channel, before so many hours have passed; 0: it may be.
    package var repeatHours: Int
    /// Exposures of any offer.
    package var caps: [Cap]

    package init(repeatHours: Int = 0, caps: [Cap] = []) {
        self.repeatHours = repeatHours
        self.caps = caps
    }
}

/// What the shop wants beside the margin of the orders at hand.
package struct Objective: Hashable, Sendable {
    /// What one more purchase is worth to it, in minor units, whoever makes it: 0 counts margin alone; the higher, the
    /// more discount is given for conversion.
    package var purchaseValue: Int64

    package init(purchaseValue: Int64 = 0) { self.purchaseValue = purchaseValue }
}

/// How choices vary, so that something is learnt: every eligible arm keeps a known probability.
package struct Exploration: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable, CaseIterable {
        /// The best arm, but one at random with probability `epsilon`.
        case epsilon
        /// Each arm as often as it is the best, as far as is known.
        case thompson
    }

    package var method: Method
    package var epsilon: Double
    /// The least probability of every eligible arm, the fallback among them; 1/arms where that is less.
    package var floor: Double

    package init(method: Method = .thompson, epsilon: Double = 0.05, floor: Double = 0.0005) {
        self.method = method
        self.epsilon = epsilon
        self.floor = floor
    }
}

/// The offers of a shop with the words that they use: as validated, in the order of names.
package struct Catalogue: Hashable, Sendable {
    /// Of all its money.
    package private(set) var currency: Currency
    package private(set) var channels: [Channel]
    package private(set) var categories: [String]
    package private(set) var cohorts: [String]
    package private(set) var purposes: [String]
    package private(set) var offers: [Offer]
    package private(set) var contact: ContactRules
    package private(set) var objective: Objective
    package private(set) var exploration: Exploration
    /// The share of profiles that get no offer, 0...0.5: what the others are measured against.
    package private(set) var holdout: Double

    /// Most of each: a mask of 32 or 64 bits holds them, or a decision still is a matter of microseconds.
    package enum Limits {
        package static let offers = 4_096
        package static let channels = 32
        package static let cohorts = 64
        package static let purposes = 64
        package static let groups = 64
        package static let categories = 4_096
        package static let products = 65_536
        package static let variants = 32
        package static let caps = 16
        /// Money, in minor units: a sum of thousands, times 10,000, stays in 64 bits.
        package static let money: Int64 = 100_000_000_000
        package static let capDays = 366
    }

    /// - Throws: the first field, in order of the offers, that does not hold.
    package init(
        currency: Currency, channels: [Channel], categories: [String] = [], cohorts: [String] = [],
        purposes: [String] = [],
        offers: [Offer], contact: ContactRules = ContactRules(), objective: Objective = Objective(),
        exploration: Exploration = Exploration(),
        holdout: Double = 0.05
    ) throws(CatalogueError) {
        self.currency = currency
        self.objective = objective
        self.channels = channels
        self.categories = categories
        self.cohorts = cohorts
        self.purposes = purposes
        self.offers = offers
        self.contact = contact
        self.exploration = exploration
        self.holdout = holdout
        try validate()
        self.channels.sort { $0.name < $1.name }
        self.categories.sort()
        self.cohorts.sort()
        self.purposes.sort()
        self.offers.sort { $0.name < $1.name }
    }
}

/// What is wrong in a catalogue, and where: the path of keys, such as `offers.spring.margin_floor`.
package struct CatalogueError: Error, Hashable, Sendable {
    package var field: String
    package var problem: String
    package var allowed: [String]

    package init(_ field: String, _ problem: String, allowed: [String] = []) {
        self.field = field
        self.problem = problem
        self.allowed = allowed
    }
}

extension CatalogueError: CustomStringConvertible {
    package var description: String {
        let list = allowed.isEmpty ? "" : " " + allowed.joined(separator: ", ")
        return "\(field): \(problem)\(list)"
    }
}
