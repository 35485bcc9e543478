/// A session in the making.
private struct Visit {
    let person: Person
    let household: Household
    let source: Source
    /// The session and what carries it: a cookie, a device.
    let carriers: [IdentifierIndex]
    /// Over what it came.
    let connection: UInt32
    var time: Int64
    var isLoggedIn = false
}

/// Visits to the web shop, the app and the kiosk.
extension Traffic {
    mutating func visit(of person: Person, in household: Household, at time: Int64) {
        let session = identifiers.add(.session)
        if let kiosk = kiosk(), !person.isUnknown {
            var visit = Visit(
                person: person, household: household, source: .app, carriers: [session, kiosk],
                connection: networks.connection(ofKiosk: kiosk, at: time, session), time: time)
            note(.entry, by: .app, at: time, person: person, visit.carriers, connection: visit.connection)
            browse(&visit)
            leaveEmail(&visit)
            return
        }
        let device = device(of: person, in: household)
        if let app = population.devices[device].appID, random.happens(0.6) {
            enterApp(
                Visit(
                    person: person, household: household, source: .app, carriers: [session, app],
                    connection: networks.connection(of: person, device: device, at: time, session), time: time))
        } else {
            enterWeb(person, household, session: session, device: device, time: time)
        }
    }

    private mutating func device(of person: Person, in household: Household) -> Int {
        if let shared = household.sharedDevice, random.happens(shape.sharedDeviceUse) { return shared }
        let rank = random.unit()
        return person.devices[min(rank < 0.65 ? 0 : rank < 0.9 ? 1 : 2, person.devices.count - 1)]
    }

    private mutating func enterApp(_ visit: Visit) {
        var visit = visit
        visit.isLoggedIn = random.happens(visit.person.readiness)
        enter(&visit)
        goOn(&visit, known: visit.isLoggedIn)
    }

    private mutating func enterWeb(
        _ person: Person, _ household: Household, session: IdentifierIndex, device: Int, time: Int64
    ) {
        let (cookie, isNew) = cookie(of: device, at: time)
        var visit = Visit(
            person: person, household: household, source: .web, carriers: [session, cookie],
            connection: networks.connection(of: person, device: device, at: time, session), time: time)
        let isKnown = random.happens(person.readiness)
        if isKnown, person.login == nil || random.happens(0.35), let email = usual(person.emails) {
            note(
                .entry, by: .email, at: time, person: person, visit.carriers + [email], connection: visit.connection)
        } else {
            visit.isLoggedIn = isKnown && person.login != nil
            enter(&visit)
        }
        if isNew, random.happens(shape.bannerDecisions) {
            let decision: Payload = random.happens(shape.bannerDenials) ? .bannerDenied : .bannerGranted
            note(
                decision, by: .web, at: time + 2 * Calendar.second, person: person, visit.carriers,
                connection: visit.connection)
        }
        goOn(&visit, known: isKnown)
    }

    /// The cookie of a browser: a new one when the last was cleared, or for this session alone.
    private mutating func cookie(of device: Int, at time: Int64) -> (IdentifierIndex, isNew: Bool) {
        if random.happens(shape.cookieless) { return (identifiers.add(.cookie), true) }
        if let cookie = population.devices[device].cookie, time < population.devices[device].cookieUntil {
            return (cookie, false)
        }
        let cookie = identifiers.add(.cookie)
        let days = random.exponential(mean: shape.cookieLifetimeDays)
        population.devices[device].cookie = cookie
        population.devices[device].cookieUntil = time + Int64(days * Double(Calendar.day))
        return (cookie, true)
    }

    private mutating func enter(_ visit: inout Visit) {
        note(.entry, visit, account(visit))
    }

    /// What a logged-in session shows of the account.
    private mutating func account(_ visit: Visit) -> [IdentifierIndex] {
        guard visit.isLoggedIn, let login = visit.person.login else { return [] }
        guard random.happens(0.5), let customer = visit.person.customerID else { return [login] }
        return [login, customer]
    }

    private mutating func goOn(_ visit: inout Visit, known: Bool) {
        browse(&visit)
        guard !visit.person.isUnknown else { return }
        if !visit.isLoggedIn, !known, visit.person.login != nil, random.happens(shape.loginLater) { logIn(&visit) }
        if random.happens(shape.signUp) { leaveEmail(&visit) }
        if random.happens(shape.orders) { order(&visit) }
    }

    private mutating func browse(_ visit: inout Visit) {
        for _ in 0..<random.geometric(mean: shape.views) {
            wait(&visit, seconds: 40)
            note(.view, visit, [])
        }
    }

    private mutating func logIn(_ visit: inout Visit) {
        wait(&visit, seconds: 30)
        visit.isLoggedIn = true
        note(.none, visit, account(visit))
    }

    /// Signs up for the newsletter; some withdraw later, by its link.
    private mutating func leaveEmail(_ visit: inout Visit) {
        guard let email = typedEmail(of: visit.person) else { return }
        wait(&visit, seconds: 30)
        note(.signUp, visit, [email])
        guard !identifiers.isNobodys(email), random.happens(shape.withdrawals) else { return }
        let later = visit.time + Int64(random.exponential(mean: 6) * Double(Calendar.day))
        note(.withdrawal, by: .email, at: later, person: visit.person, [email])
    }

    private mutating func order(_ visit: inout Visit) {
        let person = visit.person
        wait(&visit, seconds: 120)
        var shown: [IdentifierIndex] = []
        if let login = person.login, let customer = person.customerID, visit.isLoggedIn || random.happens(0.8) {
            shown = [login, customer]
            if random.happens(0.5), let email = person.emails.first { shown.append(email) }
        } else if let email = typedEmail(of: person) {
            shown = [email]
            if random.happens(shape.guestPhone), let phone = usual(person.phones(at: visit.time)) {
                shown.append(phone)
            }
        }
        let back = shown.last ?? visit.carriers[0]
        if let token = token(of: person, in: visit.household) { shown.append(token) }
        guard let order = note(.order, visit, shown) else { return }
        takeBack(order, person: person, at: visit.time, by: .web, identifier: back)
    }

    @discardableResult
    private mutating func note(_ payload: Payload, _ visit: Visit, _ shown: [IdentifierIndex]) -> UInt32? {
        note(
            payload, by: visit.source, at: visit.time, person: visit.person, visit.carriers + shown,
            connection: visit.connection)
    }

    private mutating func wait(_ visit: inout Visit, seconds: Double) {
        visit.time += Calendar.second + Int64(random.exponential(mean: seconds) * Double(Calendar.second))
    }
}
