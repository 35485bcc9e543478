internal import Identity

/// The fields of a device's traffic, in the order of a model's comparisons.
package enum TrafficField: Int, Hashable, Sendable, CaseIterable {
    case network, browser, screen, timeZone, language, place, hours, handOver

    package var comparison: Comparison {
        switch self {
        case .network: Comparison(field: .ip, kind: .networks)
        case .browser: Comparison(field: .userAgent, kind: .ladder)
        case .screen: Comparison(field: .screen, kind: .category)
        case .timeZone: Comparison(field: .timeZone, kind: .category)
        case .language: Comparison(field: .language, kind: .ladder)
        case .place: Comparison(field: .place, kind: .category)
        case .hours: Comparison(field: .hoursOfWeek, kind: .set)
        case .handOver: Comparison(field: .handOver, kind: .handOver)
        }
    }

    package var name: String {
        switch self {
        case .network: "ip"
        case .browser: "user_agent"
        case .screen: "screen"
        case .timeZone: "time_zone"
        case .language: "language"
        case .place: "place"
        case .hours: "hours_of_week"
        case .handOver: "hand_over"
        }
    }
}

/// The levels of two devices' traffic. Symmetric.
package enum TrafficComparer {
    /// How two networks are alike.
    struct Shared {
        var level: UInt8
        /// The rarest address in common; 0: none.
        var address: UInt32
    }

    private static let days: Int32 = 1
    /// Days within which one device follows on another.
    private static let successionHours: Int32 = 21 * 24

    /// - Parameter rarity: of an address.
    /// - Returns: the levels by `TrafficField`, and the rarest address in common; 0: none.
    package static func levels(
        _ left: TrafficProfile, _ right: TrafficProfile, rarity: (UInt32) -> Int32
    ) -> (pattern: LevelPattern, address: UInt32) {
        var pattern = LevelPattern()
        let shared = networks(left, right, rarity)
        if !left.networks.isEmpty, !right.networks.isEmpty { pattern[TrafficField.network.rawValue] = shared.level }
        pattern[TrafficField.browser.rawValue] = ladder(left.look[0..<3], right.look[0..<3])
        pattern[TrafficField.screen.rawValue] = category(left.look[3], right.look[3])
        pattern[TrafficField.timeZone.rawValue] = category(left.look[4], right.look[4])
        pattern[TrafficField.language.rawValue] = language(left.look[5..<7], right.look[5..<7])
        pattern[TrafficField.place.rawValue] = cells(left.look[7..<11], right.look[7..<11])
        if min(left.moments.count, right.moments.count) >= TrafficProfile.leastMoments {
            pattern[TrafficField.hours.rawValue] = rhythm(left.spans, right.spans)
        }
        pattern[TrafficField.handOver.rawValue] = handOver(left, right)
        return (pattern, shared.address)
    }

    static func networks(
        _ left: TrafficProfile, _ right: TrafficProfile, _ rarity: (UInt32) -> Int32
    ) -> Shared {
        var common: [(left: TrafficProfile.Network, right: TrafficProfile.Network)] = []
        var isNear = false
        var isOfRegion = false
        for one in left.networks {
            for other in right.networks {
                if one.address == other.address {
                    common.append((one, other))
                } else if one.network == other.network, one.network != 0 {
                    isNear = true
                } else if one.region == other.region, one.region != 0 {
                    isOfRegion = true
                }
            }
        }
        guard let rarest = common.map({ ($0, rarity($0.left.address)) }).max(by: { lesser($0, $1) })?.0 else {
            return Shared(level: isNear ? 2 : isOfRegion ? 1 : 0, address: 0)
        }
        // Two networks count as two where they are not neighbours.
        let isSeveral = common.contains { network($0) != network(rarest) }
        let level: UInt8 = isSeveral ? 5 : gap(rarest.left.days, rarest.right.days) <= days ? 4 : 3
        return Shared(level: level, address: rarest.left.address)
    }

    /// One for both, even where they do not agree of what an address is part.
    private static func network(_ shared: (left: TrafficProfile.Network, right: TrafficProfile.Network)) -> UInt32 {
        min(shared.left.network, shared.right.network)
    }

    private typealias Candidate = ((left: TrafficProfile.Network, right: TrafficProfile.Network), Int32)

    private static func lesser(_ one: Candidate, _ other: Candidate) -> Bool {
        one.1 != other.1 ? one.1 < other.1 : one.0.left.address < other.0.left.address
    }

    /// Days between the nearest two.
    private static func gap(_ left: [Int32], _ right: [Int32]) -> Int32 {
        var least = Int32.max
        for one in left { for other in right { least = min(least, abs(one - other)) } }
        return least
    }

    private static func ladder(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> UInt8 {
        guard left.contains(where: { $0 != 0 }), right.contains(where: { $0 != 0 }) else { return LevelPattern.missing }
        for (rung, pair) in zip(left, right).enumerated() where pair.0 == pair.1 && pair.0 != 0 {
            return UInt8(3 - rung)
        }
        return 0
    }

    private static func language(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> UInt8 {
        guard left[5] != 0, right[5] != 0 else { return LevelPattern.missing }
        if left[5] == right[5] { return 3 }
        return left[6] == right[6] && left[6] != 0 ? 1 : 0
    }

    private static func category(_ left: UInt32, _ right: UInt32) -> UInt8 {
        left == 0 || right == 0 ? LevelPattern.missing : left == right ? 1 : 0
    }

    private static func cells(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> UInt8 {
        guard left.contains(where: { $0 != 0 }), right.contains(where: { $0 != 0 }) else { return LevelPattern.missing }
        return zip(left, right).contains { $0 == $1 && $0 != 0 } ? 1 : 0
    }

    /// Bands of 2c / (a + b), as of all sets.
    private static func rhythm(_ left: [UInt8], _ right: [UInt8]) -> UInt8 {
        let common = Set(left).intersection(right).count
        let total = left.count + right.count
        if 2 * common == total { return 4 }
        if 8 * common >= 3 * total { return 3 }
        if 4 * common >= total { return 2 }
        return 40 * common >= 7 * total ? 1 : 0
    }

    /// A browser has one cookie at a time: two that come by turns are two devices'; one that begins where the other has ended
    /// may be its successor.
    private static func handOver(_ left: TrafficProfile, _ right: TrafficProfile) -> UInt8 {
        let gap = max(left.first, right.first) - min(left.last, right.last)
        if gap >= 0 { return gap <= successionHours ? 3 : 2 }
        // A visit whose cookie did not outlive it lies within the other's life.
        if left.last - left.first <= 2 || right.last - right.first <= 2 { return 1 }
        return 0
    }
}
