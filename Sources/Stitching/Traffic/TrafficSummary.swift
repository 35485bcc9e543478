package import Identity

/// What one source has seen of one device: over what networks it came on what days and at what hours, and how it looked.
///
/// Merging is idempotent, commutative and associative: of each list the newest are kept, by an order of their own, so that
/// neither the order of arrival nor a delivery that came twice plays a part.
package struct TrafficSummary: Hashable, Sendable {
    /// A network on a day.
    package struct Presence: Hashable, Sendable {
        /// Since 1970-01-01, UTC.
        package var day: Int32
        /// As `Sighting` draws them; 0: not known.
        package var address: UInt32
        package var network: UInt32
        package var region: UInt32
        /// A bit for each hour of the day.
        package var hours: UInt32
    }

    /// How a device looked.
    package struct Look: Hashable, Sendable {
        /// The hour, since 1970-01-01, at which it last looked so.
        package var last: Int32
        /// Browser 3, screen, time zone, language 2, place 4: as `Sighting` draws them.
        package var words: [UInt32]
    }

    /// A fixed hash of the source's name: tells two summaries with one content apart.
    package let source: UInt64
    /// Hours since 1970-01-01.
    package private(set) var first: Int32
    package private(set) var last: Int32
    /// Newest first.
    package private(set) var presences: [Presence]
    /// Newest first.
    package private(set) var looks: [Look]

    /// Most networks and days: two months of one a day.
    package static let presenceLimit = 64
    package static let lookLimit = 6
    static let lookWords = Sighting.wordCount - 3

    /// Of one event.
    package init(_ sighting: Sighting, at time: Timestamp, source name: String) {
        source = FixedHash.fnv1a(name.utf8)
        let hour = time.hour
        let day = hour >= 0 ? hour / 24 : (hour - 23) / 24
        (first, last) = (hour, hour)
        let words = sighting.words
        presences = [
            Presence(
                day: day, address: words[0], network: words[1], region: words[2], hours: 1 << UInt32(hour - day * 24))
        ]
        looks = [Look(last: hour, words: Array(words[3...]))]
    }

    init(source: UInt64, first: Int32, last: Int32, presences: [Presence], looks: [Look]) {
        self.source = source
        self.first = first
        self.last = last
        self.presences = presences
        self.looks = looks
    }

    /// - Precondition: both are one source's.
    package mutating func merge(_ other: TrafficSummary) {
        precondition(source == other.source, "two sources' summaries are not merged")
        first = min(first, other.first)
        last = max(last, other.last)
        presences = Self.merged(presences, other.presences)
        looks = Self.merged(looks, other.looks)
    }

    private static func merged(_ left: [Presence], _ right: [Presence]) -> [Presence] {
        // Most events say what the one before them said.
        if let one = right.first, right.count == 1, left.contains(where: { $0.says(one) }) { return left }
        var merged: [Presence] = []
        for one in (left + right).sorted(by: { $0.isBefore($1) }) {
            if let before = merged.last, !before.isBefore(one) {
                merged[merged.count - 1].hours |= one.hours
            } else {
                merged.append(one)
            }
        }
        return Array(merged.prefix(presenceLimit))
    }

    private static func merged(_ left: [Look], _ right: [Look]) -> [Look] {
        if let one = right.first, right.count == 1, left.contains(where: { $0.says(one) }) { return left }
        var latest: [[UInt32]: Int32] = [:]
        for look in left + right { latest[look.words] = max(latest[look.words] ?? .min, look.last) }
        let sorted = latest.map { Look(last: $0.value, words: $0.key) }.sorted { $0.isBefore($1) }
        return Array(sorted.prefix(lookLimit))
    }

    /// Whether more can be told from this one than from another of the same device: more networks and days, then a later word.
    package func outweighs(_ other: TrafficSummary) -> Bool {
        if presences.count != other.presences.count { return presences.count > other.presences.count }
        if last != other.last { return last > other.last }
        return source < other.source
    }
}

extension TrafficSummary.Presence {
    /// Whether the other one adds nothing to it.
    func says(_ other: Self) -> Bool {
        day == other.day && address == other.address && network == other.network && region == other.region
            && hours | other.hours == hours
    }

    /// Newest first; of one day by address. Equal in this order: the same network on the same day.
    func isBefore(_ other: Self) -> Bool {
        if day != other.day { return day > other.day }
        if address != other.address { return address < other.address }
        if network != other.network { return network < other.network }
        return region < other.region
    }
}

extension TrafficSummary.Look {
    /// Whether the other one adds nothing to it.
    func says(_ other: Self) -> Bool { last >= other.last && words == other.words }

    func isBefore(_ other: Self) -> Bool {
        last != other.last ? last > other.last : words.lexicographicallyPrecedes(other.words)
    }
}

/// In bytes, to be sealed:
///
///     | version 1 | source 8 | first 4 | last 4 | presences 1 | looks 1 |
///     presence: | day 4 | address 4 | network 4 | region 4 | hours 4 |
///     look:     | last 4 | words 4 each, 11 |
///
/// Integers are big-endian.
extension TrafficSummary {
    /// What cannot be read back.
    package enum Damage: Error, Hashable, Sendable {
        case unknownVersion(UInt8)
        case wrongLength
        /// Not in the order that a summary has.
        case disorder
    }

    private static let version: UInt8 = 1
    private static let headBytes = 19
    private static let presenceBytes = 20
    private static let lookBytes = 4 + 4 * lookWords

    package var bytes: [UInt8] {
        var out: [UInt8] = [Self.version]
        out.reserveCapacity(
            Self.headBytes + Self.presenceBytes * presences.count + Self.lookBytes * looks.count)
        Self.append(UInt32(truncatingIfNeeded: source >> 32), to: &out)
        Self.append(UInt32(truncatingIfNeeded: source), to: &out)
        Self.append(UInt32(bitPattern: first), to: &out)
        Self.append(UInt32(bitPattern: last), to: &out)
        out.append(UInt8(presences.count))
        out.append(UInt8(looks.count))
        for one in presences {
            for word in [UInt32(bitPattern: one.day), one.address, one.network, one.region, one.hours] {
                Self.append(word, to: &out)
            }
        }
        for look in looks {
            Self.append(UInt32(bitPattern: look.last), to: &out)
            for word in look.words { Self.append(word, to: &out) }
        }
        return out
    }

    package init(bytes: Span<UInt8>) throws(Damage) {
        guard bytes.count >= Self.headBytes else { throw .wrongLength }
        guard bytes[0] == Self.version else { throw .unknownVersion(bytes[0]) }
        func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[place + $1]) } }
        let counts = (Int(bytes[17]), Int(bytes[18]))
        let length = Self.headBytes + Self.presenceBytes * counts.0 + Self.lookBytes * counts.1
        guard bytes.count == length else { throw .wrongLength }
        var place = Self.headBytes
        var presences: [Presence] = []
        for _ in 0..<counts.0 {
            presences.append(
                Presence(
                    day: Int32(bitPattern: word(place)), address: word(place + 4), network: word(place + 8),
                    region: word(place + 12), hours: word(place + 16)))
            place += Self.presenceBytes
        }
        var looks: [Look] = []
        for _ in 0..<counts.1 {
            let words = (0..<Self.lookWords).map { word(place + 4 + 4 * $0) }
            looks.append(Look(last: Int32(bitPattern: word(place)), words: words))
            place += Self.lookBytes
        }
        let isOrdered =
            zip(presences, presences.dropFirst()).allSatisfy { $0.isBefore($1) }
            && zip(looks, looks.dropFirst()).allSatisfy { $0.isBefore($1) }
        guard isOrdered, presences.count <= Self.presenceLimit, looks.count <= Self.lookLimit else { throw .disorder }
        self.init(
            source: UInt64(word(1)) << 32 | UInt64(word(5)), first: Int32(bitPattern: word(9)),
            last: Int32(bitPattern: word(13)), presences: presences, looks: looks)
    }

    private static func append(_ word: UInt32, to out: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}

extension TrafficSummary: CustomStringConvertible {
    package var description: String { "<redacted>" }
}
