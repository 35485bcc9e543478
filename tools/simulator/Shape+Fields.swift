/// A rate of the shape as a file names it.
struct ShapeField {
    /// Section and key, as `people.accounts`.
    let name: String
    let path: WritableKeyPath<Shape, Double>
    let range: ClosedRange<Double>
    let meaning: String
    /// Only whole numbers are allowed.
    var whole = false

    var section: String { String(name.prefix { $0 != "." }) }
    var key: String { String(name.drop { $0 != "." }.dropFirst()) }
}

extension Shape {
    /// Every field, in the order of the file.
    static var fields: [ShapeField] {
        calendar + people + visits + offline + behaviour + difficulty + network + delivery
    }

    private static func share(_ name: String, _ path: WritableKeyPath<Shape, Double>, _ meaning: String) -> ShapeField {
        ShapeField(name: name, path: path, range: 0...1, meaning: meaning)
    }

    private static func mean(
        _ name: String, _ path: WritableKeyPath<Shape, Double>, upTo limit: Double, _ meaning: String
    ) -> ShapeField {
        ShapeField(name: name, path: path, range: 0...limit, meaning: meaning)
    }

    private static var calendar: [ShapeField] {
        [
            ShapeField(
                name: "calendar.days", path: \.days, range: 1...3650,
                meaning: "days of traffic, from 2026-01-05; beyond 396 the oldest cookies and sessions expire",
                whole: true)
        ]
    }

    private static var people: [ShapeField] {
        [
            share("people.never_known", \.neverKnown, "people who never say who they are: one-time visitors and bots"),
            share("people.bots", \.bots, "of those, the ones with many sessions"),
            share(
                "people.accounts", \.accounts, "of the others, those with a customer account (customer_id and login)"),
            share("people.loyalty_cards", \.loyaltyCards, "with a loyalty card"),
            share("people.replaced_cards", \.replacedCards, "of the cards, those replaced by a second one"),
            share("people.second_email", \.secondEmail, "with two e-mail addresses"),
            share("people.no_phone", \.noPhone, "without a phone number"),
            share("people.second_phone", \.secondPhone, "with two phone numbers"),
            share("people.payment_tokens", \.paymentTokens, "with a payment token"),
            share("people.second_token", \.secondToken, "of those, with two"),
            share("people.second_device", \.secondDevice, "with two devices or more"),
            share("people.third_device", \.thirdDevice, "of those, with three"),
            share("people.app", \.app, "of account holders, those with the app on their first device"),
            share("people.in_household", \.inHousehold, "who live with others (two to five people)"),
        ]
    }

    private static var visits: [ShapeField] {
        [
            ShapeField(
                name: "visits.sessions", path: \.sessions, range: 0.1...10_000,
                meaning: "mean sessions of a person over the whole calendar"),
            mean("visits.session_spread", \.sessionSpread, upTo: 3, "spread of sessions between people (log-normal)"),
            share("visits.anonymous_at_entry", \.anonymousAtEntry, "of all sessions, those that enter unknown"),
            mean(
                "visits.account_readiness", \.accountReadiness, upTo: 100,
                "how much readier an account holder is to enter known"),
            mean("visits.views", \.views, upTo: 100, "mean page views of a session after its entry"),
            share("visits.cookieless", \.cookieless, "browser sessions whose cookie lives no longer than the session"),
            ShapeField(
                name: "visits.cookie_lifetime_days", path: \.cookieLifetimeDays, range: 0.01...10_000,
                meaning: "mean days until a cookie is cleared"),
            share("visits.login_later", \.loginLater, "of an account holder's unknown sessions, those that log in"),
            share("visits.sign_up", \.signUp, "sessions that leave an e-mail address (newsletter)"),
            share("visits.orders", \.orders, "sessions that order; guests leave e-mail and often phone"),
            share(
                "visits.second_email_use", \.secondEmailUse,
                "how often the second address (phone) is used, of those with two"),
            share("visits.guest_phone", \.guestPhone, "guest orders that leave a phone number"),
        ]
    }

    private static var offline: [ShapeField] {
        [
            mean(
                "offline.pos_purchases", \.posPurchases, upTo: 1000,
                "mean purchases in a shop, of people with card or token"),
            share("offline.receipt_email", \.receiptEmail, "of those, with an e-mail address typed for the receipt"),
            mean("offline.calls", \.calls, upTo: 1000, "mean telephone calls"),
            share(
                "offline.records", \.records, "guests with a row in the customer system; account holders all have one"),
            share("offline.duplicate_records", \.duplicateRecords, "people of the customer system with a second row"),
            share("offline.record_updates", \.recordUpdates, "rows that are replaced by a newer version"),
        ]
    }

    private static var behaviour: [ShapeField] {
        [
            share("behaviour.returns", \.returns, "orders of which something is returned"),
            share("behaviour.discounts", \.discounts, "orders with a discount"),
            share("behaviour.banner_decisions", \.bannerDecisions, "new cookies with a decision on the banner"),
            share("behaviour.banner_denials", \.bannerDenials, "of those, denials"),
            share("behaviour.withdrawals", \.withdrawals, "newsletter sign-ups that are withdrawn later"),
        ]
    }

    private static var difficulty: [ShapeField] {
        [
            share("difficulty.shared_devices", \.sharedDevices, "households that share a device"),
            share("difficulty.shared_device_use", \.sharedDeviceUse, "of their members' sessions, those on it"),
            share("difficulty.shared_tokens", \.sharedTokens, "payments by a household member's token"),
            share("difficulty.recycled_phones", \.recycledPhones, "phone numbers that pass to another person"),
            ShapeField(
                name: "difficulty.kiosks", path: \.kiosks, range: 0...10_000, meaning: "kiosks in shops, used by all",
                whole: true),
            share("difficulty.kiosk_visits", \.kioskVisits, "sessions at a kiosk"),
            share("difficulty.placeholder_emails", \.placeholderEmails, "e-mails typed that are nobody's"),
            share("difficulty.call_centre_phone", \.callCentrePhone, "calls noted with the call centre's own number"),
            share("difficulty.typos", \.typos, "e-mails typed by hand that are mistyped"),
            share("difficulty.variant_spelling", \.variantSpelling, "e-mails and phones spelt otherwise but the same"),
        ]
    }

    private static var network: [ShapeField] {
        [
            share(
                "network.seen", \.connectionsSeen,
                "visits that tell address, browser, screen, time zone and language (attributes of their events)"),
            ShapeField(
                name: "network.address_days", path: \.addressDays, range: 0.1...10_000,
                meaning: "mean days until a household has another address; somebody else gets the old one"),
            share("network.version_six", \.versionSix, "households with addresses of version 6"),
            share(
                "network.carrier_nat", \.carrierNAT, "households behind an address that their provider gives to many"),
            ShapeField(
                name: "network.carrier_nat_people", path: \.carrierNATPeople, range: 1...100_000,
                meaning: "people behind one such address"),
            share("network.mobile", \.mobile, "visits by telephone that go through a mobile carrier"),
            ShapeField(
                name: "network.mobile_people", path: \.mobilePeople, range: 1...100_000,
                meaning: "people to an address of a mobile carrier, another one every day"),
            share(
                "network.office_workers", \.officeWorkers, "people who visit from an office by day, Monday to Friday"),
            ShapeField(
                name: "network.office_people", path: \.officePeople, range: 1...100_000,
                meaning: "people to an office, behind one address"),
            share(
                "network.office_devices", \.officeDevices,
                "people of an office whose first device is the one that all have there"),
            share(
                "network.virtual_networks", \.virtualNetworks,
                "people who hide behind the exits of a virtual network"),
            ShapeField(
                name: "network.virtual_exits", path: \.virtualExits, range: 1...100_000,
                meaning: "those exits, used by all of them", whole: true),
            ShapeField(
                name: "network.common_devices", path: \.commonDevices, range: 0...8,
                meaning: "how much the common browsers and screens are preferred; at 8 nearly all have the same"),
            share("network.rhythm", \.rhythm, "visits at a person's own hours of the week"),
        ]
    }

    private static var delivery: [ShapeField] {
        [
            share("delivery.late", \.late, "observations that are delivered late"),
            mean("delivery.late_hours", \.lateHours, upTo: 10_000, "mean hours by which"),
            share("delivery.duplicated", \.duplicated, "observations that are delivered twice"),
        ]
    }
}
