/// Which categories somebody turns to: decayed counts of what he did, on top of a Dirichlet prior.
///
///     P(next is c) = (Σ_k w_k S_kc + κ π_c) / (Σ_k w_k S_k + κ)
///
/// S_kc is the decayed count of kind k (view, search, cart, order) in category c, with a half-life of the kind; w_k
/// what one of the kind weighs; π the categories' shares among all; κ how many such facts the prior is worth.
package struct AffinityModel: Hashable, Sendable {
    package struct Kind: Hashable, Sendable {
        package var kind: BehaviourKind
        /// Where it was not seen in training, 0.
        package var weight: Double
        package var decay: Decay

        package init(kind: BehaviourKind, weight: Double, decay: Decay) {
            self.kind = kind
            self.weight = weight
            self.decay = decay
        }
    }

    /// The shop's categories, ascending.
    package let categories: [UInt32]
    /// Their shares, in that order; they sum to 1, and none is zero.
    package let shares: [Double]
    /// κ.
    package let concentration: Double
    /// One for each kind, in the order of their numbers.
    package let kinds: [Kind]
    /// What it was fitted to.
    package let people: Int
    package let predictions: Int
    /// Minus the mean logarithm of the probability given to what came, in training.
    package let trainingLoss: Double

    package init(
        categories: [UInt32], shares: [Double], concentration: Double, kinds: [Kind], people: Int = 0,
        predictions: Int = 0, trainingLoss: Double = 0
    ) {
        precondition(categories.count == shares.count && !categories.isEmpty, "every category has a share")
        precondition(zip(categories, categories.dropFirst()).allSatisfy { $0 < $1 }, "categories ascend")
        precondition(shares.allSatisfy { $0 > 0 } && concentration > 0, "prior shares are above zero")
        precondition(kinds.map(\.kind) == BehaviourKind.allCases, "every kind has its weight")
        self.categories = categories
        self.shares = shares
        self.concentration = concentration
        self.kinds = kinds
        self.people = people
        self.predictions = predictions
        self.trainingLoss = trainingLoss
    }

    /// Where a category stands among the model's; nil where it is none of them.
    package func place(of category: UInt32) -> Int? {
        var low = 0
        var high = categories.count
        while low < high {
            let middle = (low + high) / 2
            if categories[middle] < category { low = middle + 1 } else { high = middle }
        }
        return low < categories.count && categories[low] == category ? low : nil
    }

    /// What a person's history says, ready to be asked; nil gives everyone's shares. Facts of categories that are none
    /// of the model's are left out.
    package func affinity(_ history: CategoryDays?, asOf day: Int32, confidence: IdentityConfidence = .certain)
        -> Affinity
    {
        let isKnown = history != nil && confidence.value >= IdentityConfidence.least
        var counts = Array(repeating: Array(repeating: 0.0, count: categories.count), count: kinds.count)
        if let history, isKnown {
            for (index, kind) in kinds.enumerated() where kind.weight > 0 {
                for (category, sum) in history.decayed(kind.kind, by: kind.decay, asOf: day) {
                    guard let place = place(of: category) else { continue }
                    counts[index][place] = kind.weight * Double(sum) * 0x1p-32
                }
            }
        }
        return Affinity(model: self, counts: counts, basis: isKnown ? .person : .generic, confidence: confidence)
    }
}

/// One person's affinities to every category.
package struct Affinity: Hashable, Sendable {
    package let model: AffinityModel
    /// By kind, by category: weighted decayed counts.
    let counts: [[Double]]
    package let basis: ScoreBasis
    package let confidence: IdentityConfidence
    /// The probability of each category, in the model's order; they sum to 1.
    package let probabilities: [Double]
    /// All that the person has done, in units of the prior's facts.
    package let evidence: Double

    init(model: AffinityModel, counts: [[Double]], basis: ScoreBasis, confidence: IdentityConfidence) {
        self.model = model
        self.counts = counts
        self.basis = basis
        self.confidence = confidence
        var sums = Array(repeating: 0.0, count: model.categories.count)
        for kind in counts {
            for place in sums.indices { sums[place] += kind[place] }
        }
        let evidence = sums.reduce(0, +)
        self.evidence = evidence
        probabilities = sums.indices.map {
            (sums[$0] + model.concentration * model.shares[$0]) / (evidence + model.concentration)
        }
    }

    /// The score of one category; nil where the model does not have it. The interval is of the person's own share,
    /// by the Dirichlet posterior's margin Beta(κπ + S, κ(1-π) + rest).
    package func score(of category: UInt32) -> Score? {
        guard let place = model.place(of: category) else { return nil }
        let share = model.shares[place]
        let kappa = model.concentration
        let value = probabilities[place]
        let own = Self.interval(value, weight: evidence + kappa)
        if basis == .generic { return .generic(share, Self.interval(share, weight: kappa)) }
        var contributions: [Contribution] = []
        var inputs: [ScoreInput] = []
        for (index, kind) in model.kinds.enumerated() where kind.weight > 0 {
            let sum = counts[index].reduce(0, +)
            contributions.append(
                Contribution(kind.kind.plural, (counts[index][place] - share * sum) / (evidence + kappa)))
            inputs.append(ScoreInput(kind.kind.pluralHere, counts[index][place]))
            inputs.append(ScoreInput(kind.kind.plural, sum))
        }
        return Score(
            value: value, interval: confidence.widened(own, of: value, generic: share, link: .logit), basis: basis,
            baseline: share, contributions: contributions, inputs: inputs)
    }

    /// The places of the categories turned to most, at most so many, the likeliest first; equal ones in their own order.
    package func likeliest(_ count: Int) -> [Int] { placesOfLargest(count, of: probabilities) }

    private static func interval(_ value: Double, weight: Double) -> Interval {
        let (a, b) = (max(value * weight, 1e-6), max((1 - value) * weight, 1e-6))
        return betaInterval(a, b)
    }
}

extension AffinityModel {
    /// The canonical form, version 1:
    ///
    ///     u8 version | number categories | each: number category, real share
    ///     real concentration | four kinds: real weight, number half-life in days
    ///     number people, predictions | real training loss
    package func encoded() -> [UInt8] {
        var writer = FormWriter()
        writer.byte(1)
        writer.number(categories.count)
        for (category, share) in zip(categories, shares) {
            writer.number(UInt64(category))
            writer.real(share)
        }
        writer.real(concentration)
        for kind in kinds {
            writer.real(kind.weight)
            writer.number(kind.decay.halfLifeDays)
        }
        writer.number(people)
        writer.number(predictions)
        writer.real(trainingLoss)
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        var categories: [UInt32] = []
        var shares: [Double] = []
        for _ in 0..<(try reader.count("categories", in: 1...1 << 20)) {
            let category = UInt32(try reader.count("category", in: 0...Int(UInt32.max)))
            if let last = categories.last, last >= category { throw .notCanonical(field: "categories") }
            categories.append(category)
            shares.append(try reader.positive("share"))
        }
        let concentration = try reader.positive("concentration")
        var kinds: [Kind] = []
        for kind in BehaviourKind.allCases {
            let weight = try reader.real("weight", in: 0...1e12)
            let days = try reader.count("half_life", in: 1...36_500)
            kinds.append(Kind(kind: kind, weight: weight, decay: Decay(halfLifeDays: days)))
        }
        self.init(
            categories: categories, shares: shares, concentration: concentration, kinds: kinds,
            people: try reader.count("people", in: 0...Int.max),
            predictions: try reader.count("predictions", in: 0...Int.max),
            trainingLoss: try reader.real("training_loss", in: 0...1e12))
        try reader.end()
    }
}
