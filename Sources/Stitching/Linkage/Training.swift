package import Identity

/// Makes a model from records, without knowing which of them match.
///
/// One recipe for every set: which fields are compared, by which rules candidates are found and what everything weighs follows
/// from the records. Nothing depends on their order, and the same records give the same model.
package struct Training: Sendable {
    package struct Options: Sendable {
        package var version: UInt32 = 1
        /// Of the numbers that choose random pairs.
        package var seed: UInt64 = 1
        /// Random pairs from which u is estimated; all pairs where there are fewer.
        package var randomPairs = 1_000_000
        /// Records whose pairs are candidates for training; of more records a sample is taken.
        package var candidateRecords = 40_000

        package init() {}
    }

    /// A model, and how it was found.
    package struct Outcome: Sendable {
        package var model: LinkageModel
        /// The penalised log likelihood before each iteration of the last fit, up to a constant.
        package var trace: [Double]
        /// Pairs that match, by estimate: the share of matches times all pairs.
        package var estimatedMatches: Double
        package var candidatePairs: Int
        package var candidateRules: Int
        /// Of the matches that all rules find, the part that the model's own blocking plan finds, by estimate.
        package var coverage: Double
        /// Why what is known of errors was not learnt from these records but taken from `LinkageModel.general`; nil: it was.
        package var refusal: TrainingRefusal?
    }

    static let leastRecords = 300
    private static let transferRounds = 3
    static let leastAttributes = 2
    static let leastMatches = 20.0
    /// Matches for each record.
    static let mostMatches = 20.0
    /// A field takes part when so many records have it.
    static let leastPresence = 0.01
    /// A class with fewer pairs than this part of the matches is left out.
    static let leastShare = 0.02
    static let leastTwins = 0.002
    /// Pairs of the first fit.
    static let firstPairs = 250_000

    let table: RecordTable
    let schema: AttributeSchema
    let options: Options
    /// Pairs of records that are known to match.
    let anchors: [(IdentityKey, IdentityKey)]

    private init(
        _ table: RecordTable, _ schema: AttributeSchema, _ anchors: [(IdentityKey, IdentityKey)], _ options: Options
    ) {
        self.table = table
        self.schema = schema
        self.anchors = anchors
        self.options = options
    }

    /// - Parameter anchors: pairs that are known to match, as by an identifier in common; may be none.
    package static func train(
        _ table: RecordTable, schema: AttributeSchema, anchors: [(IdentityKey, IdentityKey)] = [],
        options: Options = Options()
    ) throws(TrainingRefusal) -> Outcome {
        try Training(table, schema, anchors, options).run()
    }

    /// As `train`; but where the records are too few to learn from, or show nobody twice, the model made of other records is taken
    /// for what is known of errors.
    package static func trainOrTransfer(
        _ table: RecordTable, schema: AttributeSchema, anchors: [(IdentityKey, IdentityKey)] = [],
        options: Options = Options()
    ) throws(TrainingRefusal) -> Outcome {
        do throws(TrainingRefusal) {
            return try train(table, schema: schema, anchors: anchors, options: options)
        } catch {
            switch error {
            case .tooFewRecords, .tooFewMatches, .didNotConverge, .matchesDisagree: break
            case .tooFewAttributes, .noCandidates, .tooManyMatches, .notMonotone: throw error
            }
            var outcome = try transfer(.general, to: table, schema: schema, anchors: anchors, options: options)
            outcome.refusal = error
            return outcome
        }
    }

    /// The model on other records than it was trained on: what it knows of errors (m) stays; what is known of values (u and
    /// frequencies), how many pairs match, and the blocking plan come from these records. For sets that are too small to train on.
    package static func transfer(
        _ model: LinkageModel, to table: RecordTable, schema: AttributeSchema,
        anchors: [(IdentityKey, IdentityKey)] = [], options: Options = Options()
    ) throws(TrainingRefusal) -> Outcome {
        try Training(table, schema, anchors, options).run(transferring: model)
    }

    private func run(transferring known: LinkageModel? = nil) throws(TrainingRefusal) -> Outcome {
        let least = known == nil ? Self.leastRecords : 2
        guard table.count >= least else { throw .tooFewRecords(count: table.count, least: least) }
        let comparisons = usableComparisons()
        guard comparisons.count >= Self.leastAttributes else {
            throw .tooFewAttributes(usable: comparisons.map { schema[$0.field].name }, least: Self.leastAttributes)
        }
        let frequencies = comparisons.map { one in
            one.kind.hasFrequencies ? FrequencyTable(counting: table.wholeTokens(of: one.field)) : .none
        }
        let random = RandomPairs(table, comparisons, frequencies, options)
        let candidates = TrainingCandidates(table, comparisons, options)
        guard !candidates.pairs.isEmpty else { throw .noCandidates }
        let data = mixtureData(comparisons, frequencies, random, candidates)
        var mixture: Mixture
        if let known {
            mixture = try transferred(known, data)
        } else {
            mixture = try fit(data)
            try check(mixture, data)
        }
        return try outcome(mixture, frequencies, random, candidates)
    }

    /// Shares are learnt, and u without the matches that they make, a few times by turns.
    private func transferred(_ known: LinkageModel, _ data: MixtureData) throws(TrainingRefusal) -> Mixture {
        let pairs = data.comparisons.map { one in
            let count = Double(table.presence(of: one.field))
            return count * (count - 1) / 2
        }
        var mixture = Mixture(data, transferring: known, records: Double(table.count))
        try mixture.fit()
        for _ in 0..<Self.transferRounds {
            let others = data.without(matches: mixture.matchesByLevel(), of: pairs)
            mixture = Mixture(others, transferring: known, records: Double(table.count))
            try mixture.fit()
        }
        return mixture
    }

    private func outcome(
        _ mixture: Mixture, _ frequencies: [FrequencyTable], _ random: RandomPairs, _ candidates: TrainingCandidates
    ) throws(TrainingRefusal) -> Outcome {
        let choice = PlanChoice(table, candidates, mixture.posteriors())
        let model = LinkageModel(
            version: options.version, comparisons: models(mixture.data, frequencies, random, mixture),
            shares: try mixture.ofUndecided().shares, linkThreshold: LinkWeight(probability: 0.5),
            reviewThreshold: LinkWeight(probability: 0.1), blocking: choice.plan, trainedRecords: table.count)
        return Outcome(
            model: model, trace: mixture.trace, estimatedMatches: mixture.matchShare * allPairs,
            candidatePairs: candidates.pairs.count, candidateRules: candidates.rules.count, coverage: choice.coverage)
    }

    /// Fields that enough records have, the first `Comparison.limit` of them.
    private func usableComparisons() -> [Comparison] {
        let least = max(2, Int(Self.leastPresence * Double(table.count)))
        let usable = schema.fields.indices.map { FieldID(UInt8($0)) }.filter { table.presence(of: $0) >= least }
        return usable.prefix(Comparison.limit).map {
            Comparison(field: $0, kind: ComparisonKind($0, schema[$0].kind))
        }
    }

    var allPairs: Double { Double(table.count) * Double(table.count - 1) / 2 }

    /// Fits a part of the pairs first, where they are many: all of them then need a few iterations.
    private func fit(_ data: MixtureData) throws(TrainingRefusal) -> Mixture {
        let step = data.patternOfPair.count / Self.firstPairs + 1
        guard step > 1 else { return try fitClasses(data) }
        var mixture = try fitClasses(data.sample(step: step)).applied(to: data)
        try mixture.fit()
        return mixture
    }

    /// Fits with all classes that the fields allow, and again without those that hardly occur. Then with those that differ
    /// little from matches and households: twins where there are households, and people who moved where dates of birth tell
    /// people of one name apart.
    private func fitClasses(_ data: MixtureData) throws(TrainingRefusal) -> Mixture {
        let fields = data.comparisons.map(\.field)
        var active: [PairClass] = [.match, .household]
        if Self.count(data, .neighbours) >= 2 { active.append(.neighbours) }
        if Self.count(data, .namesake) >= 2 { active.append(.namesake) }
        var mixture = try fit(data, &active, before: nil)
        guard fields.contains(.givenName), fields.contains(.birthDate) else { return mixture }
        var finer = active
        if active.contains(.household) { finer += [.twins, .juniors] }
        if Self.count(data, .moved) < data.comparisons.count { finer.append(.moved) }
        if finer.count > active.count { mixture = try fit(data, &finer, before: mixture) }
        return mixture
    }

    private static func count(_ data: MixtureData, _ pairClass: PairClass) -> Int {
        data.comparisons.count { pairClass.frees($0.field, $0.kind) }
    }

    private func fit(
        _ data: MixtureData, _ active: inout [PairClass], before: Mixture?
    ) throws(TrainingRefusal) -> Mixture {
        var mixture = Mixture(data, active: active, records: Double(table.count), before: before)
        while true {
            try mixture.fit()
            let dropped = active.first { pairClass in
                guard pairClass != .match else { return false }
                let isFine = pairClass == .twins || pairClass == .juniors
                let least = isFine ? Self.leastTwins : Self.leastShare
                return mixture.shares[pairClass.rawValue] < least * mixture.matchShare
            }
            guard let dropped else { return mixture }
            active.removeAll { $0 == dropped }
            mixture = mixture.without(dropped)
        }
    }

    private func check(_ mixture: Mixture, _ data: MixtureData) throws(TrainingRefusal) {
        let matches = mixture.matchShare * allPairs
        guard matches >= Self.leastMatches else { throw .tooFewMatches(estimated: matches, least: Self.leastMatches) }
        let most = Self.mostMatches * Double(table.count)
        guard matches <= most else { throw .tooManyMatches(estimated: matches, most: most) }
        for (index, one) in data.comparisons.enumerated() {
            let m = mixture.m[0][index]
            var equal = m[one.kind.exact]
            if one.kind == .date { equal += m[Int(OtherLevel.knownParts)] }
            if [.givenName, .familyName, .birthDate].contains(one.field), equal < 0.5 {
                throw .matchesDisagree(attribute: schema[one.field].name, equal: equal, least: 0.5)
            }
            for level in 1..<one.kind.orderedCount {
                let rises = m[level] * data.u[index][level - 1] >= m[level - 1] * data.u[index][level] * (1 - 1e-9)
                guard rises else {
                    throw .notMonotone(attribute: schema[one.field].name, level: one.kind.levelNames[level])
                }
            }
        }
    }

    private func models(
        _ data: MixtureData, _ frequencies: [FrequencyTable], _ random: RandomPairs, _ mixture: Mixture
    ) -> [ComparisonModel] {
        data.comparisons.enumerated().map { index, one in
            let levels = (0..<one.kind.levelCount).map { level in
                LevelModel(
                    u: data.u[index][level], m: PairClass.allCases.map { mixture.m[$0.rawValue][index][level] },
                    meanRarity: random.meanRarities[index][level])
            }
            return ComparisonModel(
                name: schema[one.field].name, comparison: one, levels: levels, frequencies: frequencies[index])
        }
    }
}

extension FrequencyTable {
    /// Of a field that has no frequencies.
    static let none = FrequencyTable(tokens: [], counts: [], total: 0, otherCount: 1)
}
