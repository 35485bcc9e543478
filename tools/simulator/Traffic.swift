/// The generator: lets a population live through the calendar and notes what sources see of it.
struct Traffic {
    let shape: Shape
    let end: Int64
    var population: Population
    var identifiers: IdentifierTable
    var log = EventLog()
    var random: Random
    /// Over what the visits came.
    var networks: Networks

    private let placeholders: [IdentifierIndex]
    private let kiosks: [IdentifierIndex]
    let callCentrePhone: IdentifierIndex
    private let activity: Double

    init(seed: UInt64, people: Int, shape: Shape, activity: Double) {
        self.shape = shape
        self.activity = activity
        random = Random(seed: seed)
        end = Calendar.start + Int64(shape.days) * Calendar.day
        var table = IdentifierTable(seed: seed)
        placeholders = Words.placeholders.compactMap { table.add(email: $0, isNobodys: true) }
        kiosks = (0..<Int(shape.kiosks)).map { _ in table.add(.deviceID, isNobodys: true) }
        callCentrePhone = table.add(.phone, isNobodys: true)
        population = Population(
            of: people, shape: shape, activity: activity, identifiers: &table, random: &random)
        identifiers = table
        networks = Networks(seed: seed, shape: shape, population: population)
        for household in population.households { live(household) }
    }

    /// What somebody is about to do.
    private struct Plan {
        enum Act { case visit, purchase, call, record }
        let time: Int64
        let person: Int
        let act: Act
    }

    /// Members take turns in order of time, because they may share a device.
    private mutating func live(_ household: Household) {
        var plans: [Plan] = []
        for member in household.members {
            let person = population.people[member]
            for _ in 0..<person.sessions {
                plans.append(Plan(time: usualTime(of: member), person: member, act: .visit))
            }
            guard !person.isUnknown else { continue }
            if !person.cards.isEmpty || !person.tokens.isEmpty {
                for _ in 0..<random.geometric(mean: shape.posPurchases * activity) {
                    plans.append(Plan(time: daytime(), person: member, act: .purchase))
                }
            }
            for _ in 0..<random.geometric(mean: shape.calls * activity) {
                plans.append(Plan(time: daytime(), person: member, act: .call))
            }
            if person.customerID != nil || random.happens(shape.records) {
                plans.append(Plan(time: daytime(), person: member, act: .record))
            }
        }
        plans.sort { $0.time < $1.time }
        for plan in plans {
            let person = population.people[plan.person]
            switch plan.act {
            case .visit: visit(of: person, in: household, at: plan.time)
            case .purchase: purchase(of: person, in: household, at: plan.time)
            case .call: call(of: person, at: plan.time)
            case .record: keepRecord(of: person, at: plan.time)
            }
        }
    }

    /// A moment of the calendar, evenings more often than mornings, nights seldom.
    private mutating func daytime() -> Int64 {
        let day = Int64(random.below(Int(shape.days)))
        let night = random.happens(0.05)
        let hours = night ? random.unit() * 7 : 7 + max(random.unit(), random.unit()) * 16.5
        return Calendar.start + day * Calendar.day + Int64(hours * Double(Calendar.hour))
    }

    /// As `daytime`, or at one of the person's own hours; as many dice either way.
    private mutating func usualTime(of person: Int) -> Int64 {
        let time = daytime()
        return networks.isAtOwnHours(person, time) ? networks.ownHour(of: person, near: time) : time
    }

    /// Notes an event unless it lies past the calendar.
    @discardableResult
    mutating func note(
        _ payload: Payload, by source: Source, at time: Int64, person: Person, _ identifiers: [IdentifierIndex],
        subject: UInt32 = 0, connection: UInt32 = 0
    ) -> UInt32? {
        guard time < end else { return nil }
        return log.add(
            payload, by: source, at: time, person: person, identifiers: identifiers, subject: subject,
            connection: connection)
    }
}

extension Traffic {
    /// One of two things a person has: mostly the first.
    mutating func usual(_ owned: [IdentifierIndex]) -> IdentifierIndex? {
        guard owned.count > 1 else { return owned.first }
        return random.happens(shape.secondEmailUse) ? owned.last : owned.first
    }

    /// The address that lands in a form: now and then nobody's, now and then mistyped.
    mutating func typedEmail(of person: Person) -> IdentifierIndex? {
        if random.happens(shape.placeholderEmails) { return placeholders[random.below(placeholders.count)] }
        guard let email = usual(person.emails) else { return nil }
        return random.happens(shape.typos) ? mistyped(email) : email
    }

    mutating func kiosk() -> IdentifierIndex? {
        guard !kiosks.isEmpty, random.happens(shape.kioskVisits) else { return nil }
        return kiosks[random.below(kiosks.count)]
    }

    /// The token that pays: now and then that of somebody else at home.
    mutating func token(of person: Person, in household: Household) -> IdentifierIndex? {
        if random.happens(shape.sharedTokens), household.members.count > 1 {
            let other = population.people[household.members.lowerBound + random.below(household.members.count)]
            if let token = other.tokens.first { return token }
        }
        return usual(person.tokens)
    }

    /// A misspelling that nobody else's address is: swapped, dropped or doubled letters, or another domain.
    private mutating func mistyped(_ email: IdentifierIndex) -> IdentifierIndex {
        let right = Array(identifiers.email(email).utf8)
        guard let at = right.firstIndex(of: UInt8(ascii: "@")) else { return email }
        for _ in 0..<8 {
            var text = right
            let letter = random.below(at - 1)
            switch random.below(4) {
            case 0: text.swapAt(letter, letter + 1)
            case 1: text.remove(at: letter)
            case 2: text.insert(text[letter], at: letter)
            default: text.swapAt(at + 2, at + 3)
            }
            guard text[letter] != UInt8(ascii: "."), text != right else { continue }
            if let index = identifiers.add(email: String(decoding: text, as: UTF8.self)) { return index }
        }
        return email
    }
}
