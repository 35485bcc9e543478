internal import Identity

/// The part of a linkage model that links the traffic of devices: of Fellegi and Sunter too, of matches, which
/// are one device's traffic, and of pairs with nothing in common but a network and a look.
package struct TrafficModel: Hashable, Sendable {
    /// By `TrafficField`.
    package var comparisons: [ComparisonModel]
    /// By `PairClass`.
    package var shares: [Double]
    /// At or above: a link, where nobody else is as like.
    package var linkThreshold: LinkWeight
    /// At or above: kept, as what may be a rival.
    package var reviewThreshold: LinkWeight
    /// What the link threshold states: of pairs at or above it so many at least are one person's.
    package var precision: Double
    /// Devices of which it was trained.
    package var trainedDevices: Int

    package init(
        comparisons: [ComparisonModel], shares: [Double], linkThreshold: LinkWeight, reviewThreshold: LinkWeight,
        precision: Double, trainedDevices: Int
    ) {
        self.comparisons = comparisons
        self.shares = shares
        self.linkThreshold = linkThreshold
        self.reviewThreshold = reviewThreshold
        self.precision = precision
        self.trainedDevices = trainedDevices
    }

    /// The same in the form that scores, and that is kept in bytes.
    var asLinkageModel: LinkageModel {
        LinkageModel(
            version: 1, comparisons: comparisons, shares: shares, linkThreshold: linkThreshold,
            reviewThreshold: reviewThreshold, blocking: .none, trainedRecords: trainedDevices)
    }

    init(_ model: LinkageModel, precision: Double) {
        self.init(
            comparisons: model.comparisons, shares: model.shares, linkThreshold: model.linkThreshold,
            reviewThreshold: model.reviewThreshold, precision: precision, trainedDevices: model.trainedRecords)
    }
}

/// A model of traffic made ready to weigh pairs.
package struct TrafficScorer: Sendable {
    package let model: TrafficModel
    private let scorer: PairScorer
    private let addresses: FrequencyTable

    package init(_ model: TrafficModel) {
        self.model = model
        scorer = PairScorer(model.asLinkageModel)
        addresses = model.comparisons[TrafficField.network.rawValue].frequencies
    }

    /// log2 of the odds that two devices' traffic is one device's.
    package func weight(_ left: TrafficProfile, _ right: TrafficProfile) -> LinkWeight {
        let (pattern, address) = TrafficComparer.levels(left, right) { addresses.rarity(of: $0) }
        let one = rarities(left, address)
        let other = rarities(right, address)
        return scorer.weight(pattern, one.span, other.span)
    }

    /// By comparison; of networks that of the address in common.
    private func rarities(_ profile: TrafficProfile, _ address: UInt32) -> [Int32] {
        TrafficField.allCases.map { field in
            guard field.comparison.kind.hasFrequencies else { return PairScorer.noRarity }
            let token = field == .network ? address : profile.token(field)
            return token == 0
                ? PairScorer.noRarity : model.comparisons[field.rawValue].frequencies.rarity(of: token)
        }
    }
}

extension TrafficProfile {
    /// What of a field has a frequency; 0: nothing.
    func token(_ field: TrafficField) -> UInt32 {
        switch field {
        case .browser: look[0]
        case .screen: look[3]
        case .timeZone: look[4]
        case .language: look[5]
        case .network, .place, .hours, .handOver: 0
        }
    }
}
