/// The models of one training, as a store keeps them: one value, one version.
package struct ScoreModels: Hashable, Sendable {
    /// Rises with each training.
    package var version: UInt64
    /// The day before which all that they were fitted to lies.
    package var before: Int32
    /// Of all their money.
    package var currency: Currency
    /// The names of the cohorts, by their numbers.
    package var cohorts: [String]
    /// The names of the categories, ascending: their numbers are their places.
    package var categories: [String]
    /// How far purchases are foretold, in days, and the share of an order's worth that is margin.
    package var horizonDays: Int
    package var marginShare: Double
    /// nil: the data did not identify the model; the reason is in `refusals`.
    package var lifetime: LifetimeModel?
    package var affinity: AffinityModel?
    package var discount: DiscountModel?
    package var timing: TimingModel?
    /// Why a model is missing, in words, by its name.
    package var refusals: [String: String]

    package init(
        version: UInt64, before: Int32, currency: Currency, cohorts: [String] = [], categories: [String] = [],
        horizonDays: Int = 90, marginShare: Double = 0.3, lifetime: LifetimeModel? = nil,
        affinity: AffinityModel? = nil,
        discount: DiscountModel? = nil, timing: TimingModel? = nil, refusals: [String: String] = [:]
    ) {
        self.version = version
        self.before = before
        self.currency = currency
        self.cohorts = cohorts
        self.categories = categories
        self.horizonDays = horizonDays
        self.marginShare = marginShare
        self.lifetime = lifetime
        self.affinity = affinity
        self.discount = discount
        self.timing = timing
        self.refusals = refusals
    }
}

extension ScoreModels {
    /// The canonical form, version 1:
    ///
    ///     u8 form | number version | signed before | number currency | number cohorts, each a text
    ///     number categories, ascending, each a text | number horizon days | real margin share
    ///     four times (lifetime, affinity, discount, timing): number of bytes, 0 for none, and the model's own form
    ///     number refusals, ascending, each two texts
    package func encoded() -> [UInt8] {
        var writer = FormWriter()
        writer.byte(1)
        writer.number(version)
        writer.signed(Int64(before))
        writer.number(UInt64(currency.code))
        writer.number(cohorts.count)
        for cohort in cohorts { writer.text(cohort) }
        writer.number(categories.count)
        for category in categories { writer.text(category) }
        writer.number(horizonDays)
        writer.real(marginShare)
        let forms = [lifetime?.encoded(), affinity?.encoded(), discount?.encoded(), timing?.encoded()]
        for form in forms { writer.block(form ?? []) }
        writer.number(refusals.count)
        for (name, reason) in refusals.sorted(by: { $0.key < $1.key }) {
            writer.text(name)
            writer.text(reason)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        version = try reader.number("version")
        guard let day = Int32(exactly: try reader.signed("before")) else { throw .outOfRange(field: "before") }
        before = day
        guard let code = UInt32(exactly: try reader.number("currency")), let known = Currency(code: code) else {
            throw .outOfRange(field: "currency")
        }
        currency = known
        cohorts = []
        for _ in 0..<(try reader.count("cohorts", in: 0...65_536)) { cohorts.append(try reader.text("cohort")) }
        categories = []
        for _ in 0..<(try reader.count("categories", in: 0...65_536)) {
            let name = try reader.text("category")
            if let last = categories.last, last >= name { throw .notCanonical(field: "categories") }
            categories.append(name)
        }
        horizonDays = try reader.count("horizon", in: 1...36_500)
        marginShare = try reader.real("margin_share", in: 0...1)
        let forms = [
            try reader.block("lifetime"), try reader.block("affinity"), try reader.block("discount"),
            try reader.block("timing"),
        ]
        lifetime = forms[0].isEmpty ? nil : try LifetimeModel(decoding: forms[0])
        affinity = forms[1].isEmpty ? nil : try AffinityModel(decoding: forms[1])
        discount = forms[2].isEmpty ? nil : try DiscountModel(decoding: forms[2])
        timing = forms[3].isEmpty ? nil : try TimingModel(decoding: forms[3])
        refusals = [:]
        var last: String?
        for _ in 0..<(try reader.count("refusals", in: 0...16)) {
            let name = try reader.text("refusal")
            if let last, last >= name { throw .notCanonical(field: "refusals") }
            last = name
            refusals[name] = try reader.text("refusal")
        }
        try reader.end()
    }
}

extension ScoreModels {
    /// A category's number; nil: it has none.
    package func category(named name: String) -> UInt32? {
        var low = 0
        var high = categories.count
        while low < high {
            let middle = (low + high) / 2
            if categories[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low < categories.count && categories[low] == name ? UInt32(low) : nil
    }

    /// Over what scores look ahead: a year in twelve parts, at one per cent each.
    package var terms: ScoreCardTerms {
        let unit = lifetime?.unitDays ?? 1
        return ScoreCardTerms(
            horizonDays: horizonDays,
            lifetime: LifetimeTerms(
                periods: 12, periodLength: 365.0 / 12 / Double(unit), discountRate: 0.01, marginShare: marginShare))
    }
}
