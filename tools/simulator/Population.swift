internal import Foundation

/// Everybody who visits, drawn from a shape.
struct Population {
    private(set) var people: [Person] = []
    private(set) var households: [Household] = []
    var devices: [Device] = []

    private let shape: Shape
    private let activity: Double
    private let end: Int64
    /// Numbers that were given back, with the time from which another may have them.
    private var freedPhones: [(number: IdentifierIndex, from: Int64)] = []

    /// - Parameter activity: factor on how often people do anything.
    init(
        of size: Int, shape: Shape, activity: Double, identifiers: inout IdentifierTable, random: inout Random
    ) {
        self.shape = shape
        self.activity = activity
        end = Calendar.start + Int64(shape.days) * Calendar.day
        people.reserveCapacity(size)
        while people.count < size {
            addHousehold(atMost: size - people.count, identifiers: &identifiers, random: &random)
        }
        calibrate()
    }

    private mutating func addHousehold(
        atMost limit: Int, identifiers: inout IdentifierTable, random: inout Random
    ) {
        // Households of several have 2.6 people on average.
        let share = shape.inHousehold
        let severalShare = (share / 2.6) / (1 - share + share / 2.6)
        let wanted = random.happens(severalShare) ? 2 + min(3, random.geometric(mean: 0.68)) : 1
        let first = people.count
        let familyName = random.below(Words.family.count)
        for _ in 0..<min(wanted, limit) {
            addPerson(familyName: familyName, identifiers: &identifiers, random: &random)
        }
        let shares = people.count - first > 1 && random.happens(shape.sharedDevices)
        households.append(
            Household(
                members: first..<people.count,
                sharedDevice: shares ? addDevice(withApp: false, identifiers: &identifiers) : nil))
    }

    private mutating func addPerson(
        familyName: Int, identifiers: inout IdentifierTable, random: inout Random
    ) {
        let isUnknown = random.happens(shape.neverKnown)
        var person = Person(
            number: UInt32(people.count), isUnknown: isUnknown, givenName: random.below(Words.given.count),
            familyName: familyName)
        if isUnknown {
            let isBot = random.happens(shape.bots)
            person.sessions = isBot ? 20 + random.geometric(mean: 40 * activity) : 1 + random.geometric(mean: 0.3)
        } else {
            let mean = random.logNormal(mean: shape.sessions * activity, spread: shape.sessionSpread)
            person.sessions = max(1, Int(mean + random.unit()))
            identify(&person, identifiers: &identifiers, random: &random)
        }
        equip(&person, identifiers: &identifiers, random: &random)
        people.append(person)
    }

    /// Gives a person addresses, numbers, cards and an account.
    private mutating func identify(
        _ person: inout Person, identifiers: inout IdentifierTable, random: inout Random
    ) {
        for _ in 0..<(random.happens(shape.secondEmail) ? 2 : 1) {
            person.emails.append(email(of: person, identifiers: &identifiers, random: &random))
        }
        if !random.happens(shape.noPhone) {
            for _ in 0..<(random.happens(shape.secondPhone) ? 2 : 1) {
                person.phones.append(phone(identifiers: &identifiers, random: &random))
            }
        }
        let hasAccount = random.happens(shape.accounts)
        if hasAccount {
            person.customerID = identifiers.add(.customerID)
            person.login = identifiers.add(.login)
        }
        if random.happens(shape.loyaltyCards) {
            person.cards.append(identifiers.add(.loyaltyID))
            if random.happens(shape.replacedCards) {
                person.cards.append(identifiers.add(.loyaltyID))
                person.cardReplaced = time(random: &random)
            }
        }
        if random.happens(shape.paymentTokens) {
            for _ in 0..<(random.happens(shape.secondToken) ? 2 : 1) {
                person.tokens.append(identifiers.add(.paymentToken))
            }
        }
        person.hasApp = hasAccount && random.happens(shape.app)
        person.readiness = random.logNormal(mean: hasAccount ? shape.accountReadiness : 1, spread: 0.7)
    }

    private mutating func equip(
        _ person: inout Person, identifiers: inout IdentifierTable, random: inout Random
    ) {
        var count = 1
        if !person.isUnknown, random.happens(shape.secondDevice) {
            count = random.happens(shape.thirdDevice) ? 3 : 2
        }
        for index in 0..<count {
            person.devices.append(addDevice(withApp: person.hasApp && index == 0, identifiers: &identifiers))
        }
    }

    private mutating func addDevice(withApp: Bool, identifiers: inout IdentifierTable) -> Int {
        devices.append(Device(appID: withApp ? identifiers.add(.deviceID) : nil))
        return devices.count - 1
    }

    private func email(
        of person: Person, identifiers: inout IdentifierTable, random: inout Random
    ) -> IdentifierIndex {
        let given = Words.given[person.givenName]
        let family = Words.family[person.familyName]
        while true {
            let domain = Words.domains[random.below(Words.domains.count)]
            // gmail.com ignores dots, so its canonical addresses have none.
            let dot = domain == "gmail.com" ? "" : "."
            let number = random.below(20 + people.count * 2)
            if let index = identifiers.add(email: "\(given)\(dot)\(family)\(number)@\(domain)") { return index }
        }
    }

    private mutating func phone(identifiers: inout IdentifierTable, random: inout Random) -> PhoneLease {
        var lease = (number: IdentifierIndex(row: 0), from: Int64.min)
        if freedPhones.count > 8 {
            lease = freedPhones.remove(at: random.below(freedPhones.count))
        } else {
            lease.number = identifiers.add(.phone)
        }
        guard lease.from == .min, random.happens(shape.recycledPhones) else {
            return PhoneLease(number: lease.number, from: lease.from, until: .max)
        }
        let until = time(random: &random)
        freedPhones.append((lease.number, until + Calendar.day))
        return PhoneLease(number: lease.number, from: lease.from, until: until)
    }

    private func time(random: inout Random) -> Int64 {
        Calendar.start + Int64(random.unit() * Double(end - Calendar.start))
    }

    /// Turns readiness into probabilities, so that the wanted share of all sessions enters known.
    private mutating func calibrate() {
        let total = people.reduce(0) { $0 + $1.sessions }
        let wanted = (1 - shape.anonymousAtEntry) * Double(total)
        let reach = 1 - (shape.kiosks > 0 ? shape.kioskVisits : 0)
        func known(_ factor: Double) -> Double {
            people.reduce(0) { $0 + Double($1.sessions) * min(1, $1.readiness * factor) * reach }
        }
        var low = 0.0
        var high = 1000.0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if known(middle) < wanted { low = middle } else { high = middle }
        }
        for index in people.indices {
            people[index].readiness = min(1, people[index].readiness * high)
        }
    }
}
