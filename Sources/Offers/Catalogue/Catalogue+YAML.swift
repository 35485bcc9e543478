package import Identity
internal import Scoring

extension Catalogue {
    /// Reads a catalogue; `file` is what errors call it. An unknown key, a wrong type and a value out of its range are
    /// errors with line, column, key path and what is allowed.
    package init(yaml: String, file: String) throws(ConfigurationError) {
        guard let root = try ConfigurationNode.parse(yaml: yaml, file: file) else {
            throw ConfigurationError(
                file: file, line: 0, column: 0, key: "", problem: "is empty; it must name a currency and channels")
        }
        var reader = CatalogueReader(root: root)
        self = try reader.catalogue()
    }
}

/// Reads the tree, and remembers where each field stood: what is wrong between fields points there too.
private struct CatalogueReader {
    let root: ConfigurationNode
    private var places: [String: ConfigurationNode] = [:]

    init(root: ConfigurationNode) { self.root = root }

    private static let keys = [
        "categories", "channels", "cohorts", "contact", "currency", "exploration", "holdout", "objective", "offers",
        "purposes",
    ]
    private static let offerKeys = [
        "benefit", "budget", "caps", "categories", "channels", "cohorts", "ends", "inventory", "margin_floor",
        "minimum_basket", "products", "purposes", "stacking_group", "starts", "variants",
    ]

    mutating func catalogue() throws(ConfigurationError) -> Catalogue {
        let fields = try fields(root, Self.keys)
        let currency = try self.currency(fields["currency"])
        var objective = Objective()
        if let node = fields["objective"] {
            let parts = try self.fields(node, ["purchase_value"])
            if let node = parts["purchase_value"] { objective.purchaseValue = try Self.money(node) }
        }
        let channels = try fields["channels"].map { node throws(ConfigurationError) in try self.channels(node) } ?? []
        var offers: [Offer] = []
        for (_, name, node) in try fields["offers"]?.pairs() ?? [] { offers.append(try offer(name, node)) }
        let contact = try self.contact(fields["contact"])
        let exploration = try self.exploration(fields["exploration"])
        let holdout = try fields["holdout"].map { node throws(ConfigurationError) in try Self.real(node) } ?? 0.05
        do {
            return try Catalogue(
                currency: currency, channels: channels, categories: try Self.list(fields["categories"]),
                cohorts: try Self.list(fields["cohorts"]), purposes: try Self.list(fields["purposes"]),
                offers: offers, contact: contact, objective: objective, exploration: exploration, holdout: holdout)
        } catch let error as CatalogueError {
            throw located(error)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw root.error("not readable as a catalogue")
        }
    }

    private func currency(_ node: ConfigurationNode?) throws(ConfigurationError) -> Currency {
        guard let node else { throw root.error("has no currency, such as currency: EUR") }
        guard let currency = Currency(try node.text()) else {
            throw node.error("is not a currency: three capital letters of ISO 4217, such as EUR")
        }
        return currency
    }

    /// The fields of a mapping, remembered by their paths.
    private mutating func fields(
        _ node: ConfigurationNode, _ allowed: [String]
    ) throws(ConfigurationError) -> [String: ConfigurationNode] {
        let found = try node.fields(allowed)
        for value in found.values { places[value.path] = value }
        return found
    }

    /// At the field that it names, or at the nearest above it that was read.
    private func located(_ error: CatalogueError) -> ConfigurationError {
        var path = error.field[...]
        while places[String(path)] == nil, let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) {
            path = path[..<end]
        }
        var found = (places[String(path)] ?? root).error(error.problem, allowed: error.allowed)
        found.key = error.field
        return found
    }

    private mutating func channels(_ node: ConfigurationNode) throws(ConfigurationError) -> [Channel] {
        var channels: [Channel] = []
        for (_, name, value) in try node.pairs() {
            places[value.path] = value
            if value.scalar != nil {
                guard value.scalar == "" || value.scalar == "always" else {
                    throw value.error("expected always, or a mapping with quiet")
                }
                channels.append(Channel(name: name))
                continue
            }
            let quiet = try fields(value, ["quiet"])["quiet"]
            channels.append(
                Channel(name: name, quiet: try quiet.map { node throws(ConfigurationError) in try Self.quiet(node) }))
        }
        return channels
    }

    /// `21:00-08:00`.
    private static func quiet(_ node: ConfigurationNode) throws(ConfigurationError) -> QuietHours {
        let parts = try node.text().split(separator: "-", omittingEmptySubsequences: false)
        let minutes = parts.compactMap { part -> Int? in
            let numbers = part.split(separator: ":", omittingEmptySubsequences: false)
            guard numbers.count == 2, numbers.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(numbers[0]),
                let minute = Int(numbers[1]), (0...24).contains(hour), (0...59).contains(minute),
                hour * 60 + minute <= 1_440
            else { return nil }
            return hour * 60 + minute
        }
        guard parts.count == 2, minutes.count == 2 else {
            throw node.error("expected two times of the day, such as 21:00-08:00")
        }
        return QuietHours(from: minutes[0], until: minutes[1])
    }

    private mutating func offer(_ name: String, _ node: ConfigurationNode) throws(ConfigurationError) -> Offer {
        places[node.path] = node
        let fields = try fields(node, Self.offerKeys)
        guard let benefit = fields["benefit"] else { throw node.error("has no benefit") }
        var offer = Offer(name: name, benefit: try self.benefit(benefit), channels: try Self.list(fields["channels"]))
        offer.products = try Self.list(fields["products"])
        offer.categories = try Self.list(fields["categories"])
        offer.purposes = try Self.list(fields["purposes"])
        offer.cohorts = try Self.list(fields["cohorts"])
        offer.stackingGroup = try fields["stacking_group"]?.text()
        if let node = fields["minimum_basket"] { offer.minimumBasket = try Self.money(node) }
        if let node = fields["margin_floor"] { offer.marginFloor = try Self.points(node) }
        if let node = fields["budget"] { offer.budget = try Self.money(node) }
        if let node = fields["starts"] { offer.starts = try Self.time(node) }
        if let node = fields["ends"] { offer.ends = try Self.time(node) }
        if let node = fields["inventory"] {
            let parts = try self.fields(node, ["pressure", "units"])
            guard let units = parts["units"] else { throw node.error("has no units") }
            offer.inventory = Inventory(units: try Self.money(units))
            if let pressure = parts["pressure"] { offer.inventory?.pressure = try Self.money(pressure) }
        }
        if let node = fields["caps"] { offer.caps = try caps(node) }
        if let node = fields["variants"] { offer.variants = try variants(node) }
        return offer
    }

    private mutating func benefit(_ node: ConfigurationNode) throws(ConfigurationError) -> Benefit {
        if node.scalar == "message" { return .message }
        let fields = try fields(node, ["amount", "gift", "percent"])
        guard fields.count == 1, let (kind, value) = fields.first else {
            throw node.error("is one of", allowed: ["message", "{percent: 10}", "{amount: 500}", "{gift: 399}"])
        }
        switch kind {
        case "percent": return .percent(basisPoints: try Self.points(value))
        case "amount": return .amount(try Self.money(value))
        default: return .gift(cost: try Self.money(value))
        }
    }

    private mutating func caps(_ node: ConfigurationNode) throws(ConfigurationError) -> [Cap] {
        var caps: [Cap] = []
        for item in try node.items() {
            places[item.path] = item
            let fields = try fields(item, ["channel", "count", "days"])
            guard let count = fields["count"], let days = fields["days"] else {
                throw item.error("needs count and days")
            }
            caps.append(
                Cap(
                    count: try count.integer(in: 1...10_000), days: try days.integer(in: 1...Catalogue.Limits.capDays),
                    channel: try fields["channel"]?.text()))
        }
        return caps
    }

    private mutating func variants(_ node: ConfigurationNode) throws(ConfigurationError) -> [ContentVariant] {
        var variants: [ContentVariant] = []
        for (_, name, value) in try node.pairs() {
            places[value.path] = value
            let fields = try fields(value, ["channels", "tokens"])
            var variant = ContentVariant(name: name, channels: try Self.list(fields["channels"]))
            for (_, key, token) in try fields["tokens"]?.pairs() ?? [] { variant.tokens[key] = try token.text() }
            variants.append(variant)
        }
        return variants
    }

    private mutating func contact(_ node: ConfigurationNode?) throws(ConfigurationError) -> ContactRules {
        guard let node else { return ContactRules() }
        let fields = try fields(node, ["caps", "repeat_hours"])
        var rules = ContactRules()
        if let node = fields["repeat_hours"] {
            rules.repeatHours = try node.integer(in: 0...24 * Catalogue.Limits.capDays)
        }
        if let node = fields["caps"] { rules.caps = try caps(node) }
        return rules
    }

    private mutating func exploration(_ node: ConfigurationNode?) throws(ConfigurationError) -> Exploration {
        guard let node else { return Exploration() }
        let fields = try fields(node, ["epsilon", "floor", "method"])
        var rules = Exploration()
        if let node = fields["method"] { rules.method = try node.choice() }
        if let node = fields["epsilon"] { rules.epsilon = try Self.real(node) }
        if let node = fields["floor"] { rules.floor = try Self.real(node) }
        return rules
    }

    private static func list(_ node: ConfigurationNode?) throws(ConfigurationError) -> [String] {
        guard let node else { return [] }
        return try node.texts().map(\.text)
    }

    private static func money(_ node: ConfigurationNode) throws(ConfigurationError) -> Int64 {
        Int64(try node.integer(in: 0...Int(Catalogue.Limits.money)))
    }

    /// Per cent with at most two digits after the point, as hundredths.
    private static func points(_ node: ConfigurationNode) throws(ConfigurationError) -> Int {
        let hundredths = try real(node) * 100
        guard abs(hundredths - hundredths.rounded()) < 1e-6, abs(hundredths) <= 10_000 else {
            throw node.error("expected per cent up to 100, with at most two digits after the point, such as 12.5")
        }
        return Int(hundredths.rounded())
    }

    private static func real(_ node: ConfigurationNode) throws(ConfigurationError) -> Double {
        let text = try node.text()
        guard let value = Double(text), value.isFinite else { throw node.error("\"\(text)\" is not a number") }
        return value
    }

    private static func time(_ node: ConfigurationNode) throws(ConfigurationError) -> Timestamp {
        let text = try node.text()
        do {
            return try Timestamp(rfc3339: text)
        } catch {
            throw node.error("\"\(text)\" is not a time, such as 2026-03-01T00:00:00Z")
        }
    }
}
