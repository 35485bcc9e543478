internal import Identity

/// A device's traffic, made ready to be compared with another's.
package struct TrafficProfile: Hashable, Sendable {
    /// A network, and the days on which it was used, ascending.
    struct Network: Hashable, Sendable {
        var address: UInt32
        var network: UInt32
        var region: UInt32
        var days: [Int32]
    }

    /// The most recent first.
    let networks: [Network]
    /// As it looked last: browser 3, screen, time zone, language 2, place 4.
    let look: [UInt32]
    /// Hours of the week in spans of three, ascending.
    let spans: [UInt8]
    /// Hours since 1970-01-01 at which it was seen, ascending.
    let moments: [Int32]
    package let first: Int32
    package let last: Int32

    /// Fewer hours show no rhythm.
    static let leastMoments = 4

    package init(_ summary: TrafficSummary) {
        var networks: [Network] = []
        var places: [UInt32: Int] = [:]
        var moments: Set<Int32> = []
        var spans: Set<UInt8> = []
        for one in summary.presences {
            for hour in 0..<Int32(24) where one.hours >> UInt32(hour) & 1 == 1 {
                moments.insert(one.day * 24 + hour)
                // 1970-01-01 was a Thursday.
                let weekday = ((one.day + 3) % 7 + 7) % 7
                spans.insert(UInt8((weekday * 24 + hour) / 3))
            }
            guard one.address != 0 else { continue }
            if let place = places[one.address] {
                networks[place].days.append(one.day)
            } else {
                places[one.address] = networks.count
                networks.append(
                    Network(address: one.address, network: one.network, region: one.region, days: [one.day]))
            }
        }
        for place in networks.indices { networks[place].days.reverse() }
        self.networks = networks
        look = summary.looks.first?.words ?? Array(repeating: 0, count: TrafficSummary.lookWords)
        self.spans = spans.sorted()
        self.moments = moments.sorted()
        first = summary.first
        last = summary.last
    }

    var browser: UInt32 { look[1] }
    var screen: UInt32 { look[3] }

    /// Whether another device looks like this one: of one browser and system, on one screen.
    func looksLike(_ other: TrafficProfile) -> Bool { browser == other.browser && screen == other.screen }

    /// Networks of which blocks are made: so many, and each block of at most `blockLimit`, that there are at most 200 candidates.
    package static let blockNetworks = 8
    package static let blockLimit = 25

    /// The groups that the device belongs to, each once: a network, a browser and a screen in common. None where it is not known
    /// what it looks like.
    package var groups: [UInt64] {
        guard browser != 0 else { return [] }
        return networks.prefix(Self.blockNetworks).map { network in
            FixedHash.mix(UInt64(network.address) << 32 | UInt64(browser)) ^ FixedHash.mix(UInt64(screen))
        }
    }
}

extension TrafficProfile: CustomStringConvertible {
    package var description: String { "<redacted>" }
}
