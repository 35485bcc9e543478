/// How often somebody responded in each hour of the week: 168 bins from Monday 0:00, in the person's own time where the
/// caller knows it, else in UTC. Additive, exact in any order; the parts must not overlap.
package struct HourCounts: Hashable, Sendable {
    package static let bins = 168
    /// Ascending by hour; no zero.
    package private(set) var entries: [(hour: UInt8, count: UInt32)] = []

    package init() {}

    init(ordered: [(hour: UInt8, count: UInt32)]) { entries = ordered }

    /// The hour of the week of a moment: milliseconds since 1970 (a Thursday) and minutes to add to UTC.
    package static func hour(milliseconds: Int64, offsetMinutes: Int = 0) -> Int {
        let moved = milliseconds + Int64(offsetMinutes) * 60_000
        let hours = moved >= 0 ? moved / 3_600_000 : (moved - 3_599_999) / 3_600_000
        let week = Int64(bins)
        return Int(((hours + 72) % week + week) % week)
    }

    package var total: UInt64 { entries.reduce(0) { $0 + UInt64($1.count) } }

    package func count(_ hour: Int) -> UInt32 {
        entries.first { Int($0.hour) == hour }?.count ?? 0
    }

    package mutating func add(hour: Int, count: UInt32 = 1) {
        precondition((0..<Self.bins).contains(hour), "a week has 168 hours")
        if count == 0 { return }
        let place = entries.firstIndex { Int($0.hour) >= hour } ?? entries.count
        let added = min(count, ExposureCounts.largestCount)
        if place < entries.count, Int(entries[place].hour) == hour {
            entries[place].count = min(entries[place].count + added, ExposureCounts.largestCount)
        } else {
            entries.insert((UInt8(hour), added), at: place)
        }
    }

    package mutating func merge(_ other: HourCounts) {
        combine(other) { min($0 + $1, ExposureCounts.largestCount) }
    }

    package mutating func subtract(_ other: HourCounts) { combine(other, -) }

    private mutating func combine(_ other: HourCounts, _ operation: (UInt32, UInt32) -> UInt32) {
        var dense = Array(repeating: UInt32(0), count: Self.bins)
        for entry in entries { dense[Int(entry.hour)] = entry.count }
        for entry in other.entries { dense[Int(entry.hour)] = operation(dense[Int(entry.hour)], entry.count) }
        entries = dense.indices.filter { dense[$0] > 0 }.map { (UInt8($0), dense[$0]) }
    }

    package static func == (left: HourCounts, right: HourCounts) -> Bool {
        left.entries.count == right.entries.count && zip(left.entries, right.entries).allSatisfy { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(entry.hour)
            hasher.combine(entry.count)
        }
    }
}
