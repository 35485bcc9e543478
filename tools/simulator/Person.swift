/// Somebody who visits, and what they truly own.
struct Person {
    let number: UInt32
    /// Never says who they are.
    let isUnknown: Bool
    let givenName: Int
    let familyName: Int
    var emails: [IdentifierIndex] = []
    var phones: [PhoneLease] = []
    var customerID: IdentifierIndex?
    var login: IdentifierIndex?
    /// The second replaces the first at `cardReplaced`.
    var cards: [IdentifierIndex] = []
    var cardReplaced = Int64.max
    var tokens: [IdentifierIndex] = []
    /// Numbers of devices, the most used first.
    var devices: [Int] = []
    var hasApp = false
    var sessions = 0
    /// How ready to be known at entry, against others; `Population.calibrate` turns it into a probability.
    var readiness = 0.0

    /// The card in use at a time.
    func card(at time: Int64) -> IdentifierIndex? {
        time < cardReplaced ? cards.first : cards.last
    }

    /// The numbers in use at a time.
    func phones(at time: Int64) -> [IdentifierIndex] {
        phones.filter { $0.from <= time && time < $0.until }.map(\.number)
    }
}

/// A phone number while it is one person's: a number given back goes to another.
struct PhoneLease {
    let number: IdentifierIndex
    let from: Int64
    let until: Int64
}

/// People who live together; most live alone.
struct Household {
    /// Numbers of people.
    let members: Range<Int>
    let sharedDevice: Int?
}

/// A browser with the cookie that it holds now, and the app, where there is one.
struct Device {
    let appID: IdentifierIndex?
    var cookie: IdentifierIndex?
    var cookieUntil = Int64.min
}
