import Identity
import Stitching

/// A model of devices' traffic made by hand, and devices in few words.
enum DeviceModel {
    static let traffic = made(linkBits: 6)
    static let model = LinkageModel.ofNoRecords(version: 1).with(traffic)

    static func made(linkBits: Double) -> TrafficModel {
        // By field and level: how much likelier it is among matches.
        let ratios: [[Double]] = [
            [0.01, 0.5, 1, 200, 500, 4_000], [0.05, 0.2, 1, 20], [0.1, 20], [0.5, 1], [0.5, 1, 1, 1], [0.5, 1],
            [1, 1, 1, 1, 1], [0.001, 0.5, 1, 4],
        ]
        let comparisons = TrafficField.allCases.map { field in
            let levels = ratios[field.rawValue].map { ratio in
                var m = PairClass.allCases.map { _ in 1e-5 }
                m[PairClass.match.rawValue] = 1e-5 * ratio
                return LevelModel(u: 1e-5, m: m, meanRarity: 0)
            }
            return ComparisonModel(
                name: field.name, comparison: field.comparison, levels: levels,
                frequencies: FrequencyTable(tokens: [], counts: [], total: 0, otherCount: 1))
        }
        var shares = PairClass.allCases.map { _ in 0.0 }
        shares[PairClass.match.rawValue] = 1e-3
        return TrafficModel(
            comparisons: comparisons, shares: shares, linkThreshold: LinkWeight(bits: linkBits),
            reviewThreshold: LinkWeight(bits: linkBits - 4), precision: 0.95, trainedDevices: 1_000)
    }

    /// A device on a network with a look of its own.
    static func sighting(network: Int, look: Int = 1) -> Sighting {
        func word(_ kind: Int, _ number: Int) -> UInt32 {
            UInt32(truncatingIfNeeded: FixedHash.mix(UInt64(kind << 32 | number))) | 1
        }
        return Sighting(
            words: [word(1, network), word(2, network), word(3, network / 8)]
                + [word(4, look), word(5, look), word(6, look), word(7, look), word(8, 1), word(9, 1), word(10, 1)]
                + [0, 0, 0, 0])
    }
}

extension LinkageModel {
    func with(_ traffic: TrafficModel) -> LinkageModel {
        var model = self
        model.traffic = traffic
        return model
    }
}
