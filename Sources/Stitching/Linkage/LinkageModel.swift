internal import Identity

/// The classes that a pair may belong to.
package enum PairClass: Int, Hashable, Sendable, CaseIterable {
    /// One person's two records.
    case match = 0
    /// Two people of one household: name and address agree, the person does not.
    case household = 1
    /// Two people of like given names, of whom nothing else agrees.
    case namesake = 2
    /// Two people of one household born on one day.
    case twins = 3
    /// Two people of one street or town: where one part of an address agrees, so do others.
    case neighbours = 4
    /// One person's two records, with another address: all of it changes at one time.
    case moved = 5
    /// Parent and child of one name in one household.
    case juniors = 6

    /// Whether pairs of the class are one person's.
    package var isMatch: Bool { self == .match || self == .moved }

    package var name: String {
        switch self {
        case .match: "match"
        case .household: "household"
        case .namesake: "namesake"
        case .twins: "twins"
        case .neighbours: "neighbours"
        case .moved: "moved"
        case .juniors: "juniors"
        }
    }

    /// Whether a field has probabilities of its own in this class; otherwise it is as among random pairs.
    func frees(_ field: FieldID, _ kind: ComparisonKind) -> Bool {
        let ofPerson: [FieldID] = [.givenName, .additionalName, .gender, .birthDate, .honorificSuffix]
        let ofTown: [FieldID] = [
            .streetAddress, .locality, .region, .postalCode, .country, .place, .timeZone, .language,
        ]
        let ofHome = ofTown + [.houseNumber, .unit, .ip]
        return switch self {
        case .match: true
        case .household: !ofPerson.contains(field)
        case .namesake: [.givenName, .additionalName, .gender].contains(field)
        case .twins: ![.givenName, .additionalName, .gender, .honorificSuffix].contains(field)
        case .neighbours: ofTown.contains(field)
        case .moved: !ofHome.contains(field)
        case .juniors: field != .birthDate
        }
    }
}

/// The probabilities of one level of a comparison.
package struct LevelModel: Hashable, Sendable {
    /// Among random pairs.
    package var u: Double
    /// By `PairClass`; equal to `u` where the class does not free the field.
    package var m: [Double]
    /// The mean of 1/frequency over random pairs of this level; 0: too few of them, and frequencies do not count.
    package var meanRarity: Double

    package init(u: Double, m: [Double], meanRarity: Double) {
        self.u = u
        self.m = m
        self.meanRarity = meanRarity
    }
}

/// One comparison with its probabilities.
package struct ComparisonModel: Hashable, Sendable {
    /// The field's name in the schema.
    package var name: String
    package var comparison: Comparison
    /// By level.
    package var levels: [LevelModel]
    package var frequencies: FrequencyTable

    package init(name: String, comparison: Comparison, levels: [LevelModel], frequencies: FrequencyTable) {
        self.name = name
        self.comparison = comparison
        self.levels = levels
        self.frequencies = frequencies
    }
}

/// A model of Fellegi and Sunter (1969) with latent classes of non-matches. A value: it changes by a new version alone.
package struct LinkageModel: Hashable, Sendable {
    /// 1 and up; given by who trains.
    package var version: UInt32
    package var comparisons: [ComparisonModel]
    /// By `PairClass` the share of all pairs; 0: the class is not used. What is left are pairs with nothing in common.
    package var shares: [Double]
    /// At or above: a link.
    package var linkThreshold: LinkWeight
    /// At or above, and below `linkThreshold`: for a person to decide.
    package var reviewThreshold: LinkWeight
    package var blocking: BlockingPlan
    /// Of how many records it was trained.
    package var trainedRecords: Int
    /// What links the traffic of devices; nil: nothing does.
    package var traffic: TrafficModel?

    package init(
        version: UInt32, comparisons: [ComparisonModel], shares: [Double], linkThreshold: LinkWeight,
        reviewThreshold: LinkWeight, blocking: BlockingPlan, trainedRecords: Int, traffic: TrafficModel? = nil
    ) {
        self.version = version
        self.comparisons = comparisons
        self.shares = shares
        self.linkThreshold = linkThreshold
        self.reviewThreshold = reviewThreshold
        self.blocking = blocking
        self.trainedRecords = trainedRecords
        self.traffic = traffic
    }

    /// A model that links no records.
    package static func ofNoRecords(version: UInt32) -> LinkageModel {
        LinkageModel(
            version: version, comparisons: [], shares: PairClass.allCases.map { _ in 0 },
            linkThreshold: LinkWeight(probability: 0.5), reviewThreshold: LinkWeight(probability: 0.1),
            blocking: .none, trainedRecords: 0)
    }

    /// The part of pairs that belong to no class.
    package var rest: Double { max(1 - shares.reduce(0, +), 1e-12) }
}

/// How often values occur, by token: of the most frequent ones by count, of all others by their mean.
package struct FrequencyTable: Hashable, Sendable {
    /// Ascending.
    package var tokens: [UInt32]
    package var counts: [UInt32]
    /// Records that have a value.
    package var total: Int
    /// The count of a value that is not listed; at least 1.
    package var otherCount: Double

    /// Most values listed: a field's share of a model is at most 512 KiB.
    package static let limit = 65_536

    package init(tokens: [UInt32], counts: [UInt32], total: Int, otherCount: Double) {
        self.tokens = tokens
        self.counts = counts
        self.total = total
        self.otherCount = otherCount
    }

    /// log2(1 / frequency) of a value, in 1/1024 bit.
    package func rarity(of token: UInt32) -> Int32 { LinkWeight(bits: inverse(of: token).bits).rawValue }

    /// 1 / frequency of a value.
    func inverse(of token: UInt32) -> Inverse {
        guard total > 0 else { return Inverse(value: 1) }
        var low = 0
        var high = tokens.count
        let tokens = tokens.span
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle] < token { low = middle + 1 } else { high = middle }
        }
        let count = low < tokens.count && tokens[low] == token ? Double(counts[low]) : otherCount
        return Inverse(value: max(Double(total) / count, 1))
    }
}

extension LevelModel {
    /// log2 of how much likelier it is among matches than among random pairs.
    package var bits: Double { LinkWeight(bits: Inverse(value: m[PairClass.match.rawValue] / u).bits).bits }
}

extension LinkageModel {
    /// What holds elsewhere too: without how often values occur.
    package var withoutFrequencies: LinkageModel {
        var model = self
        for index in model.comparisons.indices {
            model.comparisons[index].frequencies = FrequencyTable(tokens: [], counts: [], total: 0, otherCount: 1)
        }
        // Of devices nothing holds elsewhere: their threshold was found among these.
        model.traffic = nil
        return model
    }
}
