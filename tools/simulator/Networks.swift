/// Over what visits come: addresses that a household, an office, a mobile carrier or an exit shares, and the browsers of
/// devices.
///
/// Has dice of its own, so that who visits and what they show stays as it is without networks.
struct Networks {
    /// What a visit tells of itself.
    struct Connection {
        let address: Address
        let browser: Browser
        let time: Int64
    }

    private let seed: UInt64
    private let shape: Shape
    private var connections: [Connection]
    /// By person.
    private var homes: [Int32]
    private let homeCount: Int
    private let peopleCount: Int
    /// By device: the person whose first it is, where it is somebody's first.
    private var firstOwners: [Int32]
    /// By device: whether it has the app, and so is a telephone.
    private let hasApp: [Bool]

    init(seed: UInt64, shape: Shape, population: Population) {
        self.seed = mixed(seed ^ 0x4E75)
        self.shape = shape
        // Place 0 stands for none.
        connections = [Connection(address: .kiosk(0), browser: .kiosk, time: 0)]
        homes = Array(repeating: 0, count: population.people.count)
        homeCount = population.households.count
        peopleCount = population.people.count
        firstOwners = Array(repeating: -1, count: population.devices.count)
        hasApp = population.devices.map { $0.appID != nil }
        for (number, household) in population.households.enumerated() {
            for member in household.members { homes[member] = Int32(number) }
        }
        for (number, person) in population.people.enumerated() {
            if let first = person.devices.first { firstOwners[first] = Int32(number) }
        }
    }

    subscript(_ place: UInt32) -> Connection { connections[Int(place)] }

    /// The dice of a thing, by kind and number: always the same.
    private func dice(_ kind: UInt64, _ number: UInt64, _ other: UInt64 = 0) -> Random {
        Random(seed: mixed(seed ^ kind << 56 ^ other << 32) ^ number)
    }

    // MARK: Visits

    /// Notes a visit's connection; 0: none is told.
    mutating func connection(of person: Person, device: Int, at time: Int64, _ session: IdentifierIndex) -> UInt32 {
        var random = dice(1, UInt64(session.row))
        guard random.happens(shape.connectionsSeen) else { return 0 }
        let browser = browser(of: device)
        let address = address(of: Int(person.number), browser, device, at: time, &random)
        return add(Connection(address: address, browser: browser, time: time))
    }

    mutating func connection(ofKiosk kiosk: IdentifierIndex, at time: Int64, _ session: IdentifierIndex) -> UInt32 {
        var random = dice(1, UInt64(session.row))
        guard random.happens(shape.connectionsSeen) else { return 0 }
        return add(Connection(address: .kiosk(kiosk.row), browser: .kiosk, time: time))
    }

    private mutating func add(_ connection: Connection) -> UInt32 {
        connections.append(connection)
        return UInt32(connections.count - 1)
    }

    private func address(
        of person: Int, _ browser: Browser, _ device: Int, at time: Int64, _ random: inout Random
    ) -> Address {
        let day = UInt64((time - Calendar.start) / Calendar.day)
        var own = dice(2, UInt64(person))
        let hides = own.happens(shape.virtualNetworks)
        let works = own.happens(shape.officeWorkers)
        if hides, random.happens(0.7) { return .exit(UInt32(random.below(Int(shape.virtualExits)))) }
        if browser.isTelephone, random.happens(shape.mobile) {
            let pool = max(1, Int(Double(peopleCount) / shape.mobilePeople))
            var daily = dice(3, UInt64(person), day)
            return .mobile(UInt32(daily.below(pool)))
        }
        if works, Self.isWorkingHour(time), random.happens(0.6) { return .office(office(of: person)) }
        return home(of: Int(homes[person]), device, day: day)
    }

    private static func isWorkingHour(_ time: Int64) -> Bool {
        let sinceMonday = time - Calendar.start
        let hour = sinceMonday % Calendar.day / Calendar.hour
        return sinceMonday / Calendar.day % 7 < 5 && (8..<17).contains(hour)
    }

    private func office(of person: Int) -> UInt32 {
        let workers = Double(peopleCount) * shape.officeWorkers
        var own = dice(4, UInt64(person))
        return UInt32(own.below(max(1, Int(workers / shape.officePeople))))
    }

    /// A household's address of a day: leased from a pool that is half as large again as there are households.
    private func home(of household: Int, _ device: Int, day: UInt64) -> Address {
        var own = dice(5, UInt64(household))
        if own.happens(shape.carrierNAT) {
            let people = Double(peopleCount) * shape.carrierNAT
            return .carrier(UInt32(own.below(max(1, Int(people / shape.carrierNATPeople)))))
        }
        let isVersionSix = own.happens(shape.versionSix)
        var lease: UInt64 = 0
        var until = own.unit() * shape.addressDays
        while until < Double(day) {
            lease += 1
            until += own.exponential(mean: shape.addressDays) + 0.1
        }
        var drawn = dice(6, UInt64(household), lease)
        let number = UInt32(drawn.below(homeCount + homeCount / 2 + 1))
        return isVersionSix ? .homeSix(number, UInt32(device), day) : .home(number)
    }

    // MARK: Devices

    private func browser(of device: Int) -> Browser {
        let owner = Int(firstOwners[device])
        if owner >= 0, !hasApp[device] {
            var own = dice(2, UInt64(owner))
            _ = own.happens(shape.virtualNetworks)
            if own.happens(shape.officeWorkers), own.happens(shape.officeDevices) {
                var given = dice(7, UInt64(office(of: owner)))
                return Browser(drawnBy: &given, commonness: shape.commonDevices, isTelephone: false)
            }
        }
        var random = dice(8, UInt64(device))
        let isTelephone = random.happens(0.62) || hasApp[device]
        return Browser(drawnBy: &random, commonness: shape.commonDevices, isTelephone: isTelephone)
    }

    // MARK: Hours

    func isAtOwnHours(_ person: Int, _ time: Int64) -> Bool {
        var random = dice(9, UInt64(person), UInt64(time & 0xFFFF))
        return random.happens(shape.rhythm)
    }

    /// On the same day, about an hour that is this person's on weekdays or on the other days.
    func ownHour(of person: Int, near time: Int64) -> Int64 {
        let day = (time - Calendar.start) / Calendar.day
        var own = dice(10, UInt64(person), day % 7 < 5 ? 1 : 2)
        let hour = 6 + max(own.unit(), own.unit()) * 17
        let minutes = Double(time % Calendar.hour) / Double(Calendar.hour) * 1.5
        let moment = min(hour + minutes, 23.9)
        return Calendar.start + day * Calendar.day + Int64(moment * Double(Calendar.hour))
    }
}
