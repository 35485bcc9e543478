import Identity
import Offers

/// The rules told once more from the catalogue as it is written, by names and one by one: what may be made.
struct NaiveDecision {
    let shop: Shop
    let situation: Situation
    let counters: Counters

    /// The (offer, variant, channel) that may be chosen.
    func arms() -> Set<CompiledCatalogue.Arm> {
        var found: Set<CompiledCatalogue.Arm> = []
        for (number, offer) in shop.catalogue.offers.enumerated() where mayBeMade(offer, number) {
            for (variant, content) in offer.variants.enumerated() {
                for (channel, policy) in shop.catalogue.channels.enumerated() {
                    let names = content.channels.isEmpty ? offer.channels : content.channels
                    guard names.contains(policy.name), isOpen(channel, policy), !isFull(offer, number, channel) else {
                        continue
                    }
                    found.insert(.init(offer: Int32(number), variant: Int16(variant), channel: Int16(channel)))
                }
            }
        }
        return found
    }

    private func isOpen(_ channel: Int, _ policy: Channel) -> Bool {
        guard situation.channels & (1 << UInt32(channel)) != 0 else { return false }
        guard let quiet = policy.quiet else { return true }
        var minute = (situation.now.milliseconds / 60_000 + Int64(situation.offsetMinutes)) % 1_440
        if minute < 0 { minute += 1_440 }
        let inside = Int(minute) >= quiet.from && Int(minute) < quiet.until
        let over = quiet.from > quiet.until && (Int(minute) >= quiet.from || Int(minute) < quiet.until)
        return !(inside || over)
    }

    private func uses(_ cap: Cap, offer: Int?) -> Int {
        situation.contacts.count { contact in
            if let offer, Int(contact.offer) != offer { return false }
            if let name = cap.channel, shop.catalogue.channels[Int(contact.channel)].name != name { return false }
            return situation.now.milliseconds - contact.time.milliseconds < Int64(cap.days) * Shop.day
        }
    }

    /// Whether a cap allows no more on a channel.
    private func isFull(_ offer: Offer, _ number: Int, _ channel: Int) -> Bool {
        let name = shop.catalogue.channels[channel].name
        let own = offer.caps.contains { ($0.channel ?? name) == name && uses($0, offer: number) >= $0.count }
        let all = shop.catalogue.contact.caps.contains {
            ($0.channel ?? name) == name && uses($0, offer: nil) >= $0.count
        }
        return own || all
    }

    private func mayBeMade(_ offer: Offer, _ number: Int) -> Bool {
        if situation.isHeldOut { return false }
        if let starts = offer.starts, situation.now < starts { return false }
        if let ends = offer.ends, !(situation.now < ends) { return false }
        if !offer.purposes.isEmpty {
            guard situation.isPermitted, let purpose = situation.purpose,
                offer.purposes.contains(shop.catalogue.purposes[purpose])
            else { return false }
        }
        if !offer.cohorts.isEmpty {
            guard situation.isPermitted, let cohort = situation.cohort,
                offer.cohorts.contains(shop.catalogue.cohorts[cohort])
            else { return false }
        }
        if let group = offer.stackingGroup, let mask = shop.compiled.group(named: group),
            situation.appliedGroups & mask != 0
        {
            return false
        }
        if counters.stock[number] <= 0 { return false }
        let window = Int64(shop.catalogue.contact.repeatHours) * 3_600_000
        if situation.contacts.contains(where: {
            Int($0.offer) == number && situation.now.milliseconds - $0.time.milliseconds < window
        }) {
            return false
        }
        return mayBasketBear(offer, number)
    }

    /// Price and cost of the basket, and what of its price the offer applies to.
    private func amounts(_ offer: Offer) -> (price: Double, cost: Double, eligible: Double) {
        let isNarrow = !(offer.categories.isEmpty && offer.products.isEmpty)
        let scores = situation.scores
        if situation.basket.isEmpty {
            let price = scores.orderValue.rounded()
            let cost = (scores.orderValue * (1 - scores.marginShare)).rounded()
            if !isNarrow || scores.affinity.isEmpty || offer.categories.isEmpty { return (price, cost, price) }
            let share = zip(shop.catalogue.categories, scores.affinity).reduce(0) {
                $0 + (offer.categories.contains($1.0) ? $1.1 : 0)
            }
            return (price, cost, (price * min(share, 1)).rounded())
        }
        var (price, cost, eligible) = (0.0, 0.0, 0.0)
        for line in situation.basket {
            let worth = Double(line.unitPrice) * Double(line.quantity)
            price += worth
            cost += Double(line.unitCost) * Double(line.quantity)
            let ofCategory =
                line.category >= 0 && offer.categories.contains(shop.catalogue.categories[Int(line.category)])
            let ofProduct = offer.products.contains { shop.compiled.product(named: $0) == line.product }
            if !isNarrow || ofCategory || ofProduct { eligible += worth }
        }
        return (price, cost, eligible)
    }

    private func mayBasketBear(_ offer: Offer, _ number: Int) -> Bool {
        let (price, cost, eligible) = amounts(offer)
        if eligible <= 0 || eligible < Double(offer.minimumBasket) { return false }
        let (discount, extra): (Double, Double) =
            switch offer.benefit {
            case .percent(let points): ((eligible * Double(points) / 10_000).rounded(.up), 0)
            case .amount(let money): (min(Double(money), eligible), 0)
            case .gift(let cost): (0, Double(cost))
            case .message: (0, 0)
            }
        let paid = price - discount
        if paid <= 0 || (paid - cost - extra) * 10_000 < Double(offer.marginFloor) * paid { return false }
        return counters.budget[number] == .max || discount + extra <= Double(counters.budget[number])
    }
}
