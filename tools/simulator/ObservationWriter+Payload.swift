/// What observations tell beside identifiers. Money is in minor units, whole numbers.
extension ObservationWriter {
    func appendPayload(of number: UInt32, _ event: Event, to bytes: inout [UInt8]) {
        var random = payloadDice(of: number)
        switch event.payload {
        case .none: break
        case .entry: appendEntry(random: &random, to: &bytes)
        case .view: appendView(of: event, random: &random, to: &bytes)
        case .bannerGranted: appendConsent("personalization", "granted", scope: "identifier", on: .cookie, to: &bytes)
        case .bannerDenied: appendConsent("personalization", "denied", scope: "identifier", on: .cookie, to: &bytes)
        case .signUp: appendConsent("marketing", "granted", scope: "profile", on: .email, to: &bytes)
        case .withdrawal: appendConsent("marketing", "withdrawn", scope: "profile", on: .email, to: &bytes)
        case .order: appendOrder(Order(number, of: event, dice: random, discounts: traffic.shape.discounts), to: &bytes)
        case .returned: appendReturn(of: event, to: &bytes)
        case .record: appendAttributes(of: event, to: &bytes)
        }
    }

    private func appendEntry(random: inout Random, to bytes: inout [UInt8]) {
        let channels = ["direct", "search", "advertisement", "social", "newsletter"]
        bytes.append(text: ",\"behaviour\":{\"entry\":{\"channel\":\"")
        bytes.append(text: channels[random.below(channels.count)])
        bytes.append(text: "\"}}")
    }

    private func appendView(of event: Event, random: inout Random, to bytes: inout [UInt8]) {
        bytes.append(text: ",\"behaviour\":{\"views\":[")
        appendProduct(Product(liked: event.person, random: &random), to: &bytes)
        bytes.append(text: "}]}")
    }

    private func appendProduct(_ product: Product, to bytes: inout [UInt8]) {
        bytes.append(text: "{\"product\":\"p")
        bytes.appendDecimal(UInt64(product.number), width: 5)
        bytes.append(text: "\",\"category\":\"")
        bytes.append(text: product.category)
        bytes.append(text: "\"")
    }

    private func appendConsent(
        _ purpose: String, _ decision: String, scope: String, on namespace: Namespace, to bytes: inout [UInt8]
    ) {
        bytes.append(text: ",\"consents\":[{\"namespace\":\"")
        bytes.append(text: namespace.name)
        bytes.append(text: "\",\"purpose\":\"")
        bytes.append(text: purpose)
        bytes.append(text: "\",\"decision\":\"")
        bytes.append(text: decision)
        bytes.append(text: "\",\"scope\":\"")
        bytes.append(text: scope)
        bytes.append(text: "\",\"jurisdiction\":\"DE\"}]")
    }

    private func appendOrder(_ order: Order, to bytes: inout [UInt8]) {
        bytes.append(text: ",\"behaviour\":{\"orders\":[{\"id\":\"")
        bytes.append(text: "b-")
        bytes.appendDecimal(UInt64(order.number), width: 8)
        bytes.append(text: "\",\"currency\":\"EUR\",\"total\":")
        bytes.appendDecimal(UInt64(order.total))
        bytes.append(text: ",\"discount\":")
        bytes.appendDecimal(UInt64(order.discount))
        bytes.append(text: ",\"lines\":[")
        for (position, line) in order.lines.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            appendProduct(line.product, to: &bytes)
            bytes.append(text: ",\"quantity\":")
            bytes.appendDecimal(UInt64(line.quantity))
            bytes.append(text: ",\"price\":")
            bytes.appendDecimal(UInt64(line.product.price))
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(text: "]}]}")
    }

    /// The first line of the order that the event names comes back, one piece of it.
    private func appendReturn(of event: Event, to bytes: inout [UInt8]) {
        let ordered = traffic.log.events[Int(event.subject)]
        let dice = payloadDice(of: event.subject)
        let order = Order(event.subject, of: ordered, dice: dice, discounts: traffic.shape.discounts)
        bytes.append(text: ",\"behaviour\":{\"returns\":[{\"order\":\"b-")
        bytes.appendDecimal(UInt64(order.number), width: 8)
        bytes.append(text: "\",\"lines\":[")
        appendProduct(order.lines[0].product, to: &bytes)
        bytes.append(text: ",\"quantity\":1,\"amount\":")
        let line = order.lines[0]
        bytes.appendDecimal(UInt64(line.product.price - line.discount / line.quantity))
        bytes.append(text: "}]}]}")
    }

    private func appendAttributes(of event: Event, to bytes: inout [UInt8]) {
        let person = traffic.population.people[Int(event.person)]
        var random = Random(seed: mixed(seed ^ 0xADD2) ^ UInt64(event.person))
        let (town, postalCode) = Words.towns[random.below(Words.towns.count)]
        bytes.append(text: ",\"attributes\":{\"given_name\":\"")
        bytes.append(text: Words.given[person.givenName])
        bytes.append(text: "\",\"family_name\":\"")
        bytes.append(text: Words.family[person.familyName])
        bytes.append(text: "\",\"street_address\":\"")
        bytes.append(text: Words.streets[random.below(Words.streets.count)])
        bytes.append(text: "\",\"house_number\":\"")
        bytes.appendDecimal(UInt64(1 + random.below(120)))
        bytes.append(text: "\",\"locality\":\"")
        bytes.append(text: town)
        bytes.append(text: "\",\"postal_code\":\"")
        bytes.append(text: postalCode)
        bytes.append(text: "\",\"birth_date\":\"")
        bytes.appendDecimal(UInt64(1940 + random.below(68)))
        bytes.append(text: "-")
        bytes.appendDecimal(UInt64(1 + random.below(12)), width: 2)
        bytes.append(text: "-")
        bytes.appendDecimal(UInt64(1 + random.below(28)), width: 2)
        bytes.append(text: "\"}")
    }
}

extension ObservationWriter {
    /// Over what a visit came, as attributes of each of its events.
    func appendConnection(of event: Event, to bytes: inout [UInt8]) {
        guard event.connection != 0 else { return }
        let connection = traffic.networks[event.connection]
        bytes.append(text: ",\"attributes\":{\"ip\":\"")
        bytes.append(text: connection.address.text)
        bytes.append(text: "\",\"user_agent\":\"")
        bytes.append(text: connection.browser.userAgent(at: connection.time))
        bytes.append(text: "\",\"screen\":\"")
        bytes.append(text: connection.browser.screen)
        bytes.append(text: "\",\"time_zone\":\"")
        bytes.append(text: connection.browser.timeZone)
        bytes.append(text: "\",\"language\":\"")
        bytes.append(text: connection.browser.language)
        bytes.append(text: "\"}")
    }
}
