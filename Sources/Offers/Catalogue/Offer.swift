package import Identity

/// What an offer gives. Money in minor units of the catalogue's currency.
package enum Benefit: Hashable, Sendable {
    /// Off the eligible lines, in hundredths of a per cent: 1...10,000.
    case percent(basisPoints: Int)
    /// Off the eligible lines, at most what they cost.
    case amount(Int64)
    /// Something that the shop pays for and the price does not show: a gift, free delivery.
    case gift(cost: Int64)
    /// Words alone.
    case message
}

/// One way to put an offer: words and pictures by name, for a template.
package struct ContentVariant: Hashable, Sendable {
    package var name: String
    /// Where it can be shown; empty: wherever the offer can.
    package var channels: [String]
    /// What the template's places hold.
    package var tokens: [String: String]

    package init(name: String, channels: [String] = [], tokens: [String: String] = [:]) {
        self.name = name
        self.channels = channels
        self.tokens = tokens
    }
}

/// At most so many exposures of one profile in so many days, on one channel or on all together.
package struct Cap: Hashable, Sendable {
    package var count: Int
    package var days: Int
    /// nil: across channels.
    package var channel: String?

    package init(count: Int, days: Int, channel: String? = nil) {
        self.count = count
        self.days = days
        self.channel = channel
    }
}

/// How much there is of what an offer sells, and how much the shop would like it gone.
package struct Inventory: Hashable, Sendable {
    /// At the offer's start.
    package var units: Int64
    /// What it is worth to the shop to have one unit less, in minor units, while all are there; it falls with them.
    package var pressure: Int64

    package init(units: Int64, pressure: Int64 = 0) {
        self.units = units
        self.pressure = pressure
    }
}

/// An offer as the shop writes it.
package struct Offer: Hashable, Sendable {
    package var name: String
    package var benefit: Benefit
    /// What it applies to; both empty: to everything.
    package var products: [String] = []
    package var categories: [String] = []
    /// What the eligible lines must come to, before the offer.
    package var minimumBasket: Int64 = 0
    /// What must remain of the basket's price after the offer, in hundredths of a per cent of that price.
    package var marginFloor: Int = 0
    /// nil: without end.
    package var inventory: Inventory?
    /// What the shop will spend on it; nil: without end.
    package var budget: Int64?
    /// From the first on, and before the second.
    package var starts: Timestamp?
    package var ends: Timestamp?
    package var channels: [String]
    /// Of the offers of one group a basket can bear one.
    package var stackingGroup: String?
    package var caps: [Cap] = []
    /// For which it may be made to a known person; empty: it needs no consent, as everyone may have it.
    package var purposes: [String] = []
    /// Whom it is for; empty: everyone.
    package var cohorts: [String] = []
    package var variants: [ContentVariant]

    package init(
        name: String, benefit: Benefit, channels: [String], variants: [ContentVariant] = [ContentVariant(name: "plain")]
    ) {
        self.name = name
        self.benefit = benefit
        self.channels = channels
        self.variants = variants
    }
}
