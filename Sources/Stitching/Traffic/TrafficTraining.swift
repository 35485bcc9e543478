package import Identity

/// Why devices are not linked by likeness: each says what was found.
package enum TrafficRefusal: Error, Hashable, Sendable {
    /// Too few devices show a network and a browser.
    case tooFewDevices(count: Int, least: Int)
    /// No two devices share an address and have a look in common.
    case noCandidates
    /// Of too few pairs is it known whose they are.
    case tooFewAnchors(count: Int, least: Int)
    /// At no threshold are enough of the known pairs one person's.
    case notPrecise(best: Double, wanted: Double)
}

extension TrafficRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooFewDevices(let count, let least):
            "\(count) devices show an address and a browser; training needs \(least)"
        case .noCandidates: "no two devices share an address and look alike"
        case .tooFewAnchors(let count, let least):
            "of \(count) pairs of devices alike it is known whose they are; training needs \(least)"
        case .notPrecise(let best, let wanted):
            """
            of the pairs known at most \(Int(1000 * best)) in 1000 are surely one person's, below \(Int(1000 * wanted)): \
            too many share addresses and looks
            """
        }
    }
}

/// Makes a model of devices' traffic. Nobody says which are one device's; but of many it is known by other identifiers whose
/// they are, and those pairs stand in for what expectation-maximisation would have to guess: the probabilities of each level come from
/// them, how rare a network and a look are from all devices, and the threshold from what is left when rivals are set aside.
package struct TrafficTraining {
    /// A device with its traffic, and whose it is.
    package struct Device: Sendable {
        package var key: IdentityKey
        package var profile: TrafficProfile
        /// The profile that holds it, where that holds an identifier of a person; nil: nobody's that is known.
        package var owner: Int32?

        package init(key: IdentityKey, profile: TrafficProfile, owner: Int32?) {
            self.key = key
            self.profile = profile
            self.owner = owner
        }
    }

    package struct Outcome: Sendable {
        package var model: TrafficModel
        package var devices: Int
        /// Candidates without a rival of which it is known whether they are one person's, and those at the threshold.
        package var known: Int
        package var knownLinked: Int
        /// Of these, pairs of two people.
        package var knownWrong: Int
    }

    /// What the link threshold may state: the first at which at least `leastReach` of the known pairs of one person are linked,
    /// and so many known pairs lie above it. Of fewer the interval of a share is no guide: whose devices are known is no random
    /// sample of whose are not.
    package static let precisions = [0.95, 0.9]
    static let leastReach = 0.25
    private static let leastLinked = [0.95: 1_000, 0.9: 150]
    /// A rival so much less like than a link does not call it into question.
    package static let rivalMargin = LinkWeight(bits: 4)
    static let leastDevices = 200
    static let leastAnchors = 150

    /// Ascending by key.
    let devices: [Device]
    /// Pairs that could be links: the lower number in the high half; ascending.
    let pairs: [UInt64]

    private init(_ devices: [Device]) {
        self.devices = devices
        var members: [UInt64: [UInt32]] = [:]
        for (number, device) in devices.enumerated() {
            for group in device.profile.groups { members[group, default: []].append(UInt32(number)) }
        }
        var pairs: Set<UInt64> = []
        for group in members.values where group.count <= TrafficProfile.blockLimit {
            for (place, left) in group.enumerated() {
                for right in group[(place + 1)...] where left != right {
                    pairs.insert(UInt64(min(left, right)) << 32 | UInt64(max(left, right)))
                }
            }
        }
        self.pairs = pairs.sorted()
    }

    package static func train(_ devices: [Device]) throws(TrafficRefusal) -> Outcome {
        let usable = devices.filter { !$0.profile.networks.isEmpty && $0.profile.browser != 0 }
        guard usable.count >= leastDevices else {
            throw .tooFewDevices(count: usable.count, least: leastDevices)
        }
        return try TrafficTraining(usable.sorted { $0.key < $1.key }).run()
    }

    private func run() throws(TrafficRefusal) -> Outcome {
        guard !pairs.isEmpty else { throw .noCandidates }
        let anchors = pairs.count { isOne($0) == true }
        guard anchors >= Self.leastAnchors else { throw .tooFewAnchors(count: anchors, least: Self.leastAnchors) }
        var model = fitted()
        let known = known(TrafficScorer(model))
        (model.linkThreshold, model.precision) = try threshold(known)
        model.reviewThreshold = LinkWeight(rawValue: model.linkThreshold.rawValue - Self.rivalMargin.rawValue)
        let linked = known.filter { $0.weight >= model.linkThreshold }
        return Outcome(
            model: model, devices: devices.count, known: known.count, knownLinked: linked.count,
            knownWrong: linked.count { !$0.isOne })
    }

    /// Whether a pair is one person's; nil: it is not known.
    func isOne(_ pair: UInt64) -> Bool? {
        guard let owner = devices[Int(pair >> 32)].owner, let other = devices[Int(pair & 0xffff_ffff)].owner else {
            return nil
        }
        return owner == other
    }

    // MARK: Threshold

    /// A pair that could be a link, of which it is known whether it is one person's.
    private struct Known {
        var weight: LinkWeight
        var isOne: Bool
    }

    /// The known pairs without a rival, as if of one of the two nobody knew whose it is.
    private func known(_ scorer: TrafficScorer) -> [Known] {
        let weights = pairs.map { pair in
            scorer.weight(devices[Int(pair >> 32)].profile, devices[Int(pair & 0xffff_ffff)].profile).rawValue
        }
        var near: [[(other: UInt32, weight: Int32)]] = Array(repeating: [], count: devices.count)
        for (pair, weight) in zip(pairs, weights) {
            near[Int(pair >> 32)].append((UInt32(pair & 0xffff_ffff), weight))
            near[Int(pair & 0xffff_ffff)].append((UInt32(pair >> 32), weight))
        }
        return zip(pairs, weights).compactMap { pair, weight in
            guard let isOne = isOne(pair) else { return nil }
            let (asked, owned) = (UInt32(pair >> 32), UInt32(pair & 0xffff_ffff))
            let least = weight - Self.rivalMargin.rawValue
            func isRival(_ rival: UInt32, of other: UInt32, byOwner: Bool) -> Bool {
                if byOwner, let owner = devices[Int(rival)].owner { return owner != devices[Int(other)].owner }
                return scorer.weight(devices[Int(rival)].profile, devices[Int(other)].profile).rawValue < least
            }
            for (rival, weight) in near[Int(asked)]
            where weight >= least && rival != owned && isRival(rival, of: owned, byOwner: true) {
                return nil
            }
            for (rival, weight) in near[Int(owned)]
            where weight >= least && rival != asked && isRival(rival, of: asked, byOwner: false) {
                return nil
            }
            return Known(weight: LinkWeight(rawValue: weight), isOne: isOne)
        }
    }

    /// Of the fifty known pairs just above the threshold no more are two people's.
    private static let windowPairs = 50
    private static let windowWrong = 4

    /// The least weight from which on so many are surely one person's, and of which few of the pairs just above it are two people's.
    /// Devices of people who never say who they are share networks too, and are of no known pair: a pair of two people stands for
    /// 1 / p, p being the part of devices that are somebody's.
    private func threshold(_ known: [Known]) throws(TrafficRefusal) -> (LinkWeight, precision: Double) {
        let owned = Double(devices.count { $0.owner != nil }) / Double(devices.count)
        let others = 1 / max(owned, 0.01)
        let sorted = known.sorted { $0.weight != $1.weight ? $0.weight > $1.weight : $0.isOne && !$1.isOne }
        let right = Double(known.count { $0.isOne })
        var counts = (right: 0.0, wrong: 0.0)
        var found: [Double: (weight: LinkWeight, right: Double)] = [:]
        var best = 0.0
        for (place, one) in sorted.enumerated() {
            if one.isOne { counts.right += 1 } else { counts.wrong += others }
            if place + 1 < sorted.count, sorted[place + 1].weight == one.weight { continue }
            let bound = Self.lowerBound(counts.right, counts.wrong)
            let wrong = sorted[max(0, place + 1 - Self.windowPairs)...place].count { !$0.isOne }
            for wanted in Self.precisions {
                guard let least = Self.leastLinked[wanted], place + 1 >= least else { continue }
                best = max(best, bound)
                if wrong <= Self.windowWrong, bound >= wanted { found[wanted] = (one.weight, counts.right) }
            }
        }
        for wanted in Self.precisions {
            if let found = found[wanted], found.right >= Self.leastReach * right { return (found.weight, wanted) }
        }
        guard let least = Self.precisions.last, let found = found[least] else {
            throw .notPrecise(best: best, wanted: Self.precisions.last ?? 0)
        }
        return (found.weight, least)
    }

    /// Of a share the lower end of the interval of Wilson (1927), one-sided, 95 %.
    private static func lowerBound(_ right: Double, _ wrong: Double) -> Double {
        let count = right + wrong
        guard count > 0 else { return 0 }
        let z = 1.645
        let share = right / count
        let middle = share + z * z / (2 * count)
        let spread = z * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
        return (middle - spread) / (1 + z * z / count)
    }
}
