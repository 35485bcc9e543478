internal import Glibc

/// In which hours people respond: a Dirichlet-multinomial of persons in cohorts in the shop.
///
/// P(hour) = (n_hour + κ π_hour) / (n + κ), π the cohort's share of the hour, drawn to the shop's by the same rule with
/// a concentration of its own, and the shop's to the even one by one response an hour.
package struct TimingModel: Hashable, Sendable {
    /// How fine the hours are.
    package enum Resolution: UInt8, Hashable, Sendable, CaseIterable {
        /// Hours of the day: 24.
        case day = 24
        /// Hours of the week from Monday 0:00: 168.
        case week = 168

        package var bins: Int { Int(rawValue) }
    }

    package let resolution: Resolution
    /// The shop's share of each hour; sums to 1.
    package let shopShares: [Double]
    /// By cohort, its shares.
    package let cohortShares: [[Double]]
    /// κ: how many responses the cohort is worth against a person's own.
    package let concentration: Double
    package let people: Int
    package let responses: Int

    package init(
        resolution: Resolution, shopShares: [Double], cohortShares: [[Double]], concentration: Double, people: Int,
        responses: Int
    ) {
        precondition(([shopShares] + cohortShares).allSatisfy { $0.count == resolution.bins }, "each hour has a share")
        precondition(concentration > 0, "a concentration is above zero")
        self.resolution = resolution
        self.shopShares = shopShares
        self.cohortShares = cohortShares
        self.concentration = concentration
        self.people = people
        self.responses = responses
    }

    /// A person's probability of each hour.
    ///
    /// - Parameters:
    ///   - counts: nil gives the generic form: the shop's shares.
    ///   - cohort: nil where the person is of none.
    package func probabilities(_ counts: HourCounts?, cohort: Int?) -> [Double] {
        guard let counts else { return shopShares }
        return Person(self, counts, cohort).probabilities
    }

    /// What one person's responses say of every hour.
    private struct Person {
        let prior: [Double]
        let own: [Double]
        /// Σ own.
        let total: Double
        let probabilities: [Double]

        init(_ model: TimingModel, _ counts: HourCounts, _ cohort: Int?) {
            let prior = cohort.map { model.cohortShares[$0] } ?? model.shopShares
            let own = TimingModel.binned(counts, model.resolution)
            let total = own.reduce(0, +)
            let weight = total + model.concentration
            (self.prior, self.own, self.total) = (prior, own, total)
            probabilities = prior.indices.map { (own[$0] + model.concentration * prior[$0]) / weight }
        }
    }

    /// The score of one hour.
    package func score(
        hour: Int, _ counts: HourCounts?, cohort: Int?, confidence: IdentityConfidence = .certain
    ) -> Score {
        precondition((0..<resolution.bins).contains(hour), "the hour is one of the model's")
        let isKnown = confidence.value >= IdentityConfidence.least
        return score(hour, isKnown ? counts.map { Person(self, $0, cohort) } : nil, confidence)
    }

    /// The scores of the hours that are likeliest, at most so many; equal ones in their own order.
    package func bestScores(
        _ count: Int, _ counts: HourCounts?, cohort: Int?, confidence: IdentityConfidence = .certain
    ) -> [(hour: Int, score: Score)] {
        let person = counts.map { Person(self, $0, cohort) }
        let isKnown = confidence.value >= IdentityConfidence.least
        return placesOfLargest(count, of: person?.probabilities ?? shopShares).map {
            ($0, score($0, isKnown ? person : nil, confidence))
        }
    }

    private func score(_ hour: Int, _ person: Person?, _ confidence: IdentityConfidence) -> Score {
        func interval(_ value: Double, _ weight: Double) -> Interval {
            betaInterval(value * weight, (1 - value) * weight)
        }
        let generic = shopShares[hour]
        guard let person else { return .generic(generic, interval(generic, concentration)) }
        let (value, prior) = (person.probabilities[hour], person.prior[hour])
        return Score(
            value: value,
            interval: confidence.widened(
                interval(value, person.total + concentration), of: value, generic: generic, link: .logit),
            basis: .person, baseline: generic,
            contributions: [Contribution("cohort", prior - generic), Contribution("own_responses", value - prior)],
            inputs: [ScoreInput("responses_in_hour", person.own[hour]), ScoreInput("responses", person.total)])
    }

    /// The hours in falling order of probability; equal ones in their own order.
    package func bestHours(_ counts: HourCounts?, cohort: Int?) -> [Int] {
        placesOfLargest(resolution.bins, of: probabilities(counts, cohort: cohort))
    }

    static func binned(_ counts: HourCounts, _ resolution: Resolution) -> [Double] {
        var bins = Array(repeating: 0.0, count: resolution.bins)
        for entry in counts.entries { bins[Int(entry.hour) % resolution.bins] += Double(entry.count) }
        return bins
    }
}

extension TimingModel {
    package static let fewestResponses = 100

    /// - Parameter people: the hours of each one's responses, with the number of the cohort.
    package init(
        fitting people: some Sequence<(hours: HourCounts, cohort: Int)>, cohorts: Int, resolution: Resolution
    ) throws(FitRefusal) {
        var rows: [[Double]] = []
        var sums = Array(repeating: Array(repeating: 0.0, count: resolution.bins), count: cohorts)
        var members: [Int] = []
        for (index, person) in people.enumerated() {
            guard (0..<cohorts).contains(person.cohort) else { throw .impossibleRow(index: index, field: "cohort") }
            let bins = Self.binned(person.hours, resolution)
            guard bins.contains(where: { $0 > 0 }) else { continue }
            for bin in bins.indices { sums[person.cohort][bin] += bins[bin] }
            rows.append(bins)
            members.append(person.cohort)
        }
        let shop = (0..<resolution.bins).map { bin in sums.reduce(1) { $0 + $1[bin] } }
        let responses = shop.reduce(0, +) - Double(resolution.bins)
        guard responses >= Double(Self.fewestResponses) else {
            throw .tooFew(what: "responses", found: Int(responses), needed: Self.fewestResponses)
        }
        let shares = shop.map { $0 / shop.reduce(0, +) }
        let used = sums.filter { $0.contains { $0 > 0 } }
        let ofCohorts = Self.concentration(used, priors: used.map { _ in shares })
        let cohortShares = sums.map { own in
            let total = own.reduce(0, +) + ofCohorts
            return own.indices.map { (own[$0] + ofCohorts * shares[$0]) / total }
        }
        self.init(
            resolution: resolution, shopShares: shares, cohortShares: cohortShares,
            concentration: Self.concentration(rows, priors: members.map { cohortShares[$0] }), people: rows.count,
            responses: Int(responses))
    }

    /// The concentration that makes rows of counts likeliest around their priors, between 0.1 and 100,000: golden
    /// section on its logarithm, as the likelihood has one maximum there.
    private static func concentration(_ rows: [[Double]], priors: [[Double]]) -> Double {
        if rows.isEmpty { return 1 }
        func loss(_ logarithm: Double) -> Double {
            let kappa = exp(logarithm)
            var sum = 0.0
            for (row, prior) in zip(rows, priors) {
                sum += logGamma(kappa) - logGamma(kappa + row.reduce(0, +))
                for bin in row.indices where row[bin] > 0 {
                    sum += logGamma(kappa * prior[bin] + row[bin]) - logGamma(kappa * prior[bin])
                }
            }
            return -sum
        }
        var (low, high) = (log(0.1), log(1e5))
        let golden = (5.0.squareRoot() - 1) / 2
        var (left, right) = (high - golden * (high - low), low + golden * (high - low))
        var (atLeft, atRight) = (loss(left), loss(right))
        while high - low > 1e-4 {
            if atLeft < atRight {
                (high, right, atRight) = (right, left, atLeft)
                left = high - golden * (high - low)
                atLeft = loss(left)
            } else {
                (low, left, atLeft) = (left, right, atRight)
                right = low + golden * (high - low)
                atRight = loss(right)
            }
        }
        return exp((low + high) / 2)
    }
}

extension TimingModel {
    /// The canonical form, version 1:
    ///
    ///     u8 version | u8 resolution | number cohorts | reals: the shop's shares, then each cohort's
    ///     real concentration | number people, responses
    package func encoded() -> [UInt8] {
        var writer = FormWriter()
        writer.byte(1)
        writer.byte(resolution.rawValue)
        writer.number(cohortShares.count)
        for share in shopShares + cohortShares.flatMap({ $0 }) { writer.real(share) }
        writer.real(concentration)
        writer.number(people)
        writer.number(responses)
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        guard let resolution = Resolution(rawValue: try reader.byte()) else { throw .outOfRange(field: "resolution") }
        let cohorts = try reader.count("cohorts", in: 0...65_536)
        var shares: [[Double]] = []
        for _ in 0...cohorts {
            var row: [Double] = []
            for _ in 0..<resolution.bins { row.append(try reader.real("share", in: 0...1)) }
            shares.append(row)
        }
        self.init(
            resolution: resolution, shopShares: shares[0], cohortShares: Array(shares.dropFirst()),
            concentration: try reader.positive("concentration"), people: try reader.count("people", in: 0...Int.max),
            responses: try reader.count("responses", in: 0...Int.max))
        try reader.end()
    }
}
