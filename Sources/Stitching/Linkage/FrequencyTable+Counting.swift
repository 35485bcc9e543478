internal import Glibc

/// 1 / frequency.
struct Inverse: Sendable {
    var value: Double
    var bits: Double { log2(value) }
    var nats: Double { log(value) }
}

extension FrequencyTable {
    /// Counts tokens; zeros do not count. Where more than `limit` values occur twice or more, the most frequent are listed.
    package init(counting all: [UInt32]) {
        let sorted = all.filter { $0 != 0 }.sorted()
        var listed: [(token: UInt32, count: UInt32)] = []
        var singles = 0
        var index = 0
        while index < sorted.count {
            var end = index + 1
            while end < sorted.count, sorted[end] == sorted[index] { end += 1 }
            if end - index > 1 { listed.append((sorted[index], UInt32(end - index))) } else { singles += 1 }
            index = end
        }
        var others = (values: singles, records: singles)
        if listed.count > Self.limit {
            listed.sort { $0.count != $1.count ? $0.count > $1.count : $0.token < $1.token }
            for dropped in listed[Self.limit...] { others = (others.values + 1, others.records + Int(dropped.count)) }
            listed = listed[..<Self.limit].sorted { $0.token < $1.token }
        }
        self.init(
            tokens: listed.map(\.token), counts: listed.map(\.count), total: sorted.count,
            otherCount: others.values > 0 ? Double(others.records) / Double(others.values) : 1)
    }

    /// Of all pairs of records that have a value, how many have the same one; and over those the mean of 1 / frequency.
    var agreement: (pairs: Double, meanInverse: Double) {
        var pairs = 0.0
        var weighted = 0.0
        for count in counts.map(Double.init) {
            pairs += count * (count - 1) / 2
            weighted += count * (count - 1) / 2 * Double(total) / count
        }
        return (pairs, pairs > 0 ? weighted / pairs : 0)
    }
}
