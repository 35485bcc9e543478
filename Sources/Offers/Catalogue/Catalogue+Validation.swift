internal import Identity

extension Catalogue {
    func validate() throws(CatalogueError) {
        try names(channels.map(\.name), "channels", most: Limits.channels)
        guard !channels.isEmpty else { throw CatalogueError("channels", "at least one is needed") }
        for channel in channels {
            guard let quiet = channel.quiet else { continue }
            let minutes = 0...1_440
            guard minutes.contains(quiet.from), minutes.contains(quiet.until), quiet.from != quiet.until else {
                throw CatalogueError("channels.\(channel.name).quiet", "two different times of a day are needed")
            }
        }
        try names(categories, "categories", most: Limits.categories)
        try names(cohorts, "cohorts", most: Limits.cohorts)
        try names(purposes, "purposes", most: Limits.purposes)
        try number(contact.repeatHours, 0...24 * Limits.capDays, "contact.repeat_hours")
        try caps(contact.caps, "contact", allowed: channels.map(\.name))
        try money(objective.purchaseValue, 0, "objective.purchase_value")
        try share(exploration.epsilon, 0...1, "exploration.epsilon")
        try share(exploration.floor, 0...0.1, "exploration.floor")
        try share(holdout, 0...0.5, "holdout")
        try names(offers.map(\.name), "offers", most: Limits.offers)
        for offer in offers { try validate(offer, "offers.\(offer.name)") }
        try shared()
    }

    /// What is counted over all offers.
    private func shared() throws(CatalogueError) {
        guard Set(offers.compactMap(\.stackingGroup)).count <= Limits.groups else {
            throw CatalogueError("offers", "at most \(Limits.groups) stacking groups can be told apart")
        }
        guard Set(offers.flatMap(\.products)).count <= Limits.products else {
            throw CatalogueError("offers", "at most \(Limits.products) products can be named")
        }
    }

    private func validate(_ offer: Offer, _ path: String) throws(CatalogueError) {
        switch offer.benefit {
        case .percent(let points): try number(points, 1...10_000, "\(path).benefit.percent")
        case .amount(let money): try self.money(money, 1, "\(path).benefit.amount")
        case .gift(let cost): try self.money(cost, 0, "\(path).benefit.gift")
        case .message: break
        }
        try known(offer.categories, categories, "\(path).categories")
        try names(offer.products, "\(path).products", most: Limits.products)
        try money(offer.minimumBasket, 0, "\(path).minimum_basket")
        try number(offer.marginFloor, -10_000...10_000, "\(path).margin_floor")
        if let inventory = offer.inventory {
            try money(inventory.units, 0, "\(path).inventory.units")
            try money(inventory.pressure, 0, "\(path).inventory.pressure")
        }
        if let budget = offer.budget { try money(budget, 0, "\(path).budget") }
        if let starts = offer.starts, let ends = offer.ends, !(starts < ends) {
            throw CatalogueError("\(path).ends", "is not after starts")
        }
        let all = channels.map(\.name)
        guard !offer.channels.isEmpty else { throw CatalogueError("\(path).channels", "at least one is needed") }
        try known(offer.channels, all, "\(path).channels")
        if let group = offer.stackingGroup { try name(group, "\(path).stacking_group") }
        try caps(offer.caps, path, allowed: offer.channels)
        try known(offer.purposes, purposes, "\(path).purposes")
        try known(offer.cohorts, cohorts, "\(path).cohorts")
        try names(offer.variants.map(\.name), "\(path).variants", most: Limits.variants)
        guard !offer.variants.isEmpty else { throw CatalogueError("\(path).variants", "at least one is needed") }
        for variant in offer.variants {
            try known(variant.channels, offer.channels, "\(path).variants.\(variant.name).channels")
        }
    }

    private func caps(_ caps: [Cap], _ path: String, allowed: [String]) throws(CatalogueError) {
        guard caps.count <= Limits.caps else {
            throw CatalogueError("\(path).caps", "at most \(Limits.caps)")
        }
        for (index, cap) in caps.enumerated() {
            try number(cap.count, 1...10_000, "\(path).caps[\(index)].count")
            try number(cap.days, 1...Limits.capDays, "\(path).caps[\(index)].days")
            if let channel = cap.channel { try known([channel], allowed, "\(path).caps[\(index)].channel") }
        }
    }

    private func number(_ value: Int, _ range: ClosedRange<Int>, _ field: String) throws(CatalogueError) {
        guard range.contains(value) else {
            throw CatalogueError(field, "\(value) is not in \(range.lowerBound)...\(range.upperBound)")
        }
    }

    private func money(_ value: Int64, _ least: Int64, _ field: String) throws(CatalogueError) {
        guard value >= least, value <= Limits.money else {
            throw CatalogueError(field, "\(value) is not in \(least)...\(Limits.money)")
        }
    }

    private func share(_ value: Double, _ range: ClosedRange<Double>, _ field: String) throws(CatalogueError) {
        guard range.contains(value) else {
            throw CatalogueError(field, "\(value) is not in \(range.lowerBound)...\(range.upperBound)")
        }
    }

    private func name(_ name: String, _ field: String) throws(CatalogueError) {
        guard (1...128).contains(name.utf8.count) else { throw CatalogueError(field, "a name has 1...128 bytes") }
    }

    private func names(_ names: [String], _ field: String, most: Int) throws(CatalogueError) {
        guard names.count <= most else { throw CatalogueError(field, "at most \(most)") }
        for one in names { try name(one, field) }
        guard Set(names).count == names.count else { throw CatalogueError(field, "a name is given more than once") }
    }

    private func known(_ names: [String], _ allowed: [String], _ field: String) throws(CatalogueError) {
        for one in names where !allowed.contains(one) {
            throw CatalogueError(field, "\"\(one)\" is not one of", allowed: allowed.sorted())
        }
        guard Set(names).count == names.count else { throw CatalogueError(field, "a name is given more than once") }
    }
}
