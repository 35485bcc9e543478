internal import Glibc
internal import Identity

/// The probabilities of a model, before it has a threshold.
extension TrafficTraining {
    private static let randomPairs = 200_000
    /// Levels are learnt where an address has at most so many devices: behind a carrier's, pairs are two people's anyhow.
    private static let smallNetwork = 12.0
    /// What is learnt of the known pairs on either side; all else of random pairs.
    private static let learnt: Set<TrafficField> = [.network, .hours, .handOver]

    func fitted() -> TrafficModel {
        let frequencies = frequencies()
        let patterns = patterns(frequencies)
        let random = randomLevels(frequencies)
        let comparisons = TrafficField.allCases.map { field in
            let index = field.rawValue
            let kind = field.comparison.kind
            let none = Array(repeating: 0.0, count: kind.levelCount)
            var counts = (one: none, two: none)
            for entry in patterns where entry.isSmall && entry.pattern[index] != LevelPattern.missing {
                let level = Int(entry.pattern[index])
                if entry.isOne { counts.one[level] += 1 } else { counts.two[level] += 1 }
            }
            let u = Self.learnt.contains(field) ? Self.probabilities(counts.two, random[index]) : random[index]
            let m = Isotonic.regress(Self.probabilities(counts.one, u), base: u)
            let mean = frequencies[index].agreement.meanInverse
            let levels = (0..<kind.levelCount).map { level in
                var probabilities = PairClass.allCases.map { _ in u[level] }
                probabilities[PairClass.match.rawValue] = max(m[level], 1e-9)
                let isCommon = field == .network ? level >= 3 : level == kind.exact
                return LevelModel(
                    u: u[level], m: probabilities, meanRarity: kind.hasFrequencies && isCommon ? mean : 0)
            }
            return ComparisonModel(
                name: field.name, comparison: field.comparison, levels: levels, frequencies: frequencies[index])
        }
        var model = TrafficModel(
            comparisons: comparisons, shares: shares(0.5), linkThreshold: LinkWeight(bits: 0),
            reviewThreshold: LinkWeight(bits: 0), precision: 0, trainedDevices: devices.count)
        model.shares = shares(prior(model))
        return model
    }

    private func shares(_ ofMatches: Double) -> [Double] {
        PairClass.allCases.map { $0 == .match ? ofMatches : 0 }
    }

    /// The share by which as many of the known pairs are expected to be one person's as are.
    private func prior(_ model: TrafficModel) -> Double {
        let scorer = TrafficScorer(model)
        let known = pairs.filter { isOne($0) != nil }
        let bits = known.map { pair in
            scorer.weight(devices[Int(pair >> 32)].profile, devices[Int(pair & 0xffff_ffff)].profile).bits
        }
        let right = Double(known.count { isOne($0) == true })
        var (low, high) = (-60.0, 60.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let expected = bits.reduce(0) { $0 + 1 / (1 + exp2(-($1 + middle))) }
            if expected < right { low = middle } else { high = middle }
        }
        // One half was no odds at all.
        return min(max(1 / (1 + exp2(-low)), 1e-12), 1 - 1e-9)
    }

    // MARK: Counting

    private func frequencies() -> [FrequencyTable] {
        TrafficField.allCases.map { field in
            guard field.comparison.kind.hasFrequencies, field != .place else { return .none }
            return field == .network
                ? FrequencyTable(counting: devices.flatMap { $0.profile.networks.map(\.address) })
                : FrequencyTable(counting: devices.map { $0.profile.token(field) })
        }
    }

    private struct KnownPattern {
        var pattern: LevelPattern
        var isOne: Bool
        var isSmall: Bool
    }

    private func patterns(_ frequencies: [FrequencyTable]) -> [KnownPattern] {
        let addresses = frequencies[TrafficField.network.rawValue]
        return pairs.compactMap { pair in
            guard let isOne = isOne(pair) else { return nil }
            let (left, right) = (devices[Int(pair >> 32)].profile, devices[Int(pair & 0xffff_ffff)].profile)
            let (pattern, address) = TrafficComparer.levels(left, right) { addresses.rarity(of: $0) }
            let count = address == 0 ? .infinity : Double(addresses.total) / addresses.inverse(of: address).value
            return KnownPattern(pattern: pattern, isOne: isOne, isSmall: count <= Self.smallNetwork)
        }
    }

    /// Levels among random pairs; of equal values the part is known exactly, from how often each occurs.
    private func randomLevels(_ frequencies: [FrequencyTable]) -> [[Double]] {
        var counts = TrafficField.allCases.map { Array(repeating: 0.0, count: $0.comparison.kind.levelCount) }
        let addresses = frequencies[TrafficField.network.rawValue]
        for number in 0..<UInt64(Self.randomPairs) {
            let word = FixedHash.mix(number)
            let left = Int(((word >> 32) * UInt64(devices.count)) >> 32)
            let right = Int(((word & 0xffff_ffff) * UInt64(devices.count)) >> 32)
            guard left != right else { continue }
            let pattern = TrafficComparer.levels(devices[left].profile, devices[right].profile) {
                addresses.rarity(of: $0)
            }.pattern
            for field in TrafficField.allCases where pattern[field.rawValue] != LevelPattern.missing {
                counts[field.rawValue][Int(pattern[field.rawValue])] += 1
            }
        }
        return counts.map { levels in
            let raised = levels.map { max($0, 0.5) }
            let sum = raised.reduce(0, +)
            return raised.map { $0 / sum }
        }
    }

    /// From counts, with as much weight as two pairs for what is there otherwise.
    private static func probabilities(_ counts: [Double], _ base: [Double]) -> [Double] {
        let raised = zip(counts, base).map { $0 + 2 * max($1, 0.01) }
        let sum = raised.reduce(0, +)
        return raised.map { $0 / sum }
    }
}
