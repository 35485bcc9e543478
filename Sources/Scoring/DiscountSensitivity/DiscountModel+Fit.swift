extension DiscountModel {
    /// Fewer exposures of a band by chance do not make it randomised: they are then left out, and the others count.
    package static let fewestRandomised = 50
    package static let fewestExposures = 50

    /// - Parameters:
    ///   - people: what each has seen and done, with the number of the cohort.
    ///   - cohorts: how many there are.
    ///
    /// A band with enough exposures by chance rests on those alone. One of too few of either kind takes the mean of the
    /// nearest lighter band, marked `assumed`.
    package init(
        fitting people: some Sequence<(counts: ExposureCounts, cohort: Int)>, cohorts: Int
    ) throws(FitRefusal) {
        let all = Array(people)
        for (index, person) in all.enumerated() where !(0..<cohorts).contains(person.cohort) {
            throw .impossibleRow(index: index, field: "cohort")
        }
        var arms: [Arm] = []
        for band in DiscountBand.allCases {
            let isRandomised = Self.exposures(all, band, randomised: true) >= Self.fewestRandomised
            let found = Self.exposures(all, band, randomised: isRandomised)
            if found >= Self.fewestExposures {
                arms.append(Self.arm(all, band, randomised: isRandomised, cohorts: cohorts))
            } else if let lighter = arms.last {
                var assumed = lighter
                assumed.basis = .assumed
                assumed.exposures = 0
                assumed.responses = 0
                arms.append(assumed)
            } else {
                throw .tooFew(what: "exposures without a discount", found: found, needed: Self.fewestExposures)
            }
        }
        guard arms.dropFirst().contains(where: { $0.basis != .assumed }) else {
            throw .tooFew(what: "exposures with a discount", found: 0, needed: Self.fewestExposures)
        }
        self.init(cohorts: cohorts, arms: arms, people: all.count)
    }

    private static func exposures(
        _ people: [(counts: ExposureCounts, cohort: Int)], _ band: DiscountBand, randomised: Bool
    ) -> Int {
        people.reduce(0) { $0 + Int($1.counts[band, randomised: randomised].exposures) }
    }

    private static func arm(
        _ people: [(counts: ExposureCounts, cohort: Int)], _ band: DiscountBand, randomised: Bool, cohorts: Int
    ) -> Arm {
        let cells = people.map { person in
            let cell = person.counts[band, randomised: randomised]
            return (trials: Double(cell.exposures), successes: Double(cell.responses))
        }
        let persons = BetaPrior(fitting: cells)
        let alike = 1 / (persons.concentration + 1)
        var trials = Array(repeating: 0.0, count: cohorts)
        var successes = trials
        for (person, cell) in zip(people, cells) where cell.trials > 0 {
            let weight = 1 / (1 + (cell.trials - 1) * alike)
            trials[person.cohort] += cell.trials * weight
            successes[person.cohort] += cell.successes * weight
        }
        let ofCohorts = BetaPrior(fitting: zip(trials, successes).map { ($0, $1) })
        return Arm(
            basis: randomised ? .randomised : .observational, concentration: persons.concentration,
            shopMean: persons.mean,
            cohortMeans: zip(trials, successes).map {
                (ofCohorts.alpha + $1) / (ofCohorts.concentration + $0)
            }, cohortWeights: trials.map { ofCohorts.concentration + $0 },
            exposures: Int(cells.reduce(0) { $0 + $1.trials }), responses: Int(cells.reduce(0) { $0 + $1.successes }))
    }
}

extension DiscountModel {
    /// The canonical form, version 1:
    ///
    ///     u8 version | number cohorts, people | five arms:
    ///       u8 basis | real concentration, shop mean | each cohort: real mean, weight | number exposures, responses
    package func encoded() -> [UInt8] {
        var writer = FormWriter()
        writer.byte(1)
        writer.number(cohorts)
        writer.number(people)
        for arm in arms {
            writer.byte(arm.basis.rawValue)
            writer.real(arm.concentration)
            writer.real(arm.shopMean)
            for (mean, weight) in zip(arm.cohortMeans, arm.cohortWeights) {
                writer.real(mean)
                writer.real(weight)
            }
            writer.number(arm.exposures)
            writer.number(arm.responses)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        let cohorts = try reader.count("cohorts", in: 0...65_536)
        let people = try reader.count("people", in: 0...Int.max)
        var arms: [Arm] = []
        for _ in DiscountBand.allCases {
            guard let basis = ExposureBasis(rawValue: try reader.byte()) else { throw .outOfRange(field: "basis") }
            let concentration = try reader.positive("concentration")
            let shopMean = try reader.real("mean", in: 0...1)
            var means: [Double] = []
            var weights: [Double] = []
            for _ in 0..<cohorts {
                means.append(try reader.real("cohort mean", in: 0...1))
                weights.append(try reader.positive("cohort weight"))
            }
            arms.append(
                Arm(
                    basis: basis, concentration: concentration, shopMean: shopMean, cohortMeans: means,
                    cohortWeights: weights, exposures: try reader.count("exposures", in: 0...Int.max),
                    responses: try reader.count("responses", in: 0...Int.max)))
        }
        try reader.end()
        self.init(cohorts: cohorts, arms: arms, people: people)
    }
}
