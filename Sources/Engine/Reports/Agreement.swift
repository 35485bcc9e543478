/// How well the groups that were found agree with the true ones: over pairs of items, and item by item.
///
/// Pairwise: of the pairs that were put together, how many belong together (precision); of those that belong together,
/// how many were put together (recall). B-cubed (Bagga and Baldwin 1998): the same shares of each item's group,
/// averaged over the items, so that one large group does not outweigh many small ones.
package struct Agreement: Hashable, Sendable, Encodable {
    package var items = 0
    package var foundGroups = 0
    package var trueGroups = 0
    package var foundPairs = 0
    package var truePairs = 0
    /// Pairs that are both found and true.
    package var sharedPairs = 0
    package var bCubedPrecision: Double?
    package var bCubedRecall: Double?

    /// Nil where no pair was found.
    package var precision: Double? { Self.share(sharedPairs, of: foundPairs) }
    /// Nil where there is no true pair.
    package var recall: Double? { Self.share(sharedPairs, of: truePairs) }
    package var f1: Double? { Self.harmonicMean(precision, recall) }
    package var bCubedF1: Double? { Self.harmonicMean(bCubedPrecision, bCubedRecall) }

    package static func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }

    private static func harmonicMean(_ first: Double?, _ second: Double?) -> Double? {
        guard let first, let second else { return nil }
        return first + second == 0 ? 0 : 2 * first * second / (first + second)
    }

    private enum CodingKeys: String, CodingKey {
        case items, precision, recall, f1
        case foundGroups = "found_groups"
        case trueGroups = "true_groups"
        case foundPairs = "found_pairs"
        case truePairs = "true_pairs"
        case sharedPairs = "shared_pairs"
        case bCubedPrecision = "b_cubed_precision"
        case bCubedRecall = "b_cubed_recall"
        case bCubedF1 = "b_cubed_f1"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(foundGroups, forKey: .foundGroups)
        try container.encode(trueGroups, forKey: .trueGroups)
        try container.encode(foundPairs, forKey: .foundPairs)
        try container.encode(truePairs, forKey: .truePairs)
        try container.encode(sharedPairs, forKey: .sharedPairs)
        try container.encode(precision, forKey: .precision)
        try container.encode(recall, forKey: .recall)
        try container.encode(f1, forKey: .f1)
        try container.encode(bCubedPrecision, forKey: .bCubedPrecision)
        try container.encode(bCubedRecall, forKey: .bCubedRecall)
        try container.encode(bCubedF1, forKey: .bCubedF1)
    }
}

/// Items with the group that each was found in and the one that it belongs to: 8 bytes an item.
package struct Comparison: Sendable {
    private var pairs: [UInt64] = []

    package init() {}

    /// Groups are numbered from 0, densely.
    package mutating func add(found: Int32, true truth: Int32) {
        pairs.append(UInt64(UInt32(bitPattern: found)) << 32 | UInt64(UInt32(bitPattern: truth)))
    }

    /// Sorts the items once: n log n.
    package func agreement() -> Agreement {
        let sorted = pairs.sorted()
        let found = Self.sizes(sorted.map { Int($0 >> 32) })
        let truth = Self.sizes(sorted.map { Int($0 & 0xffff_ffff) })
        var agreement = Agreement(items: sorted.count)
        agreement.foundGroups = found.count { $0 > 0 }
        agreement.trueGroups = truth.count { $0 > 0 }
        agreement.foundPairs = found.reduce(0) { $0 + Self.pairs($1) }
        agreement.truePairs = truth.reduce(0) { $0 + Self.pairs($1) }
        var sums = (precision: 0.0, recall: 0.0)
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            let both = end - start
            agreement.sharedPairs += Self.pairs(both)
            sums.precision += Double(both * both) / Double(found[Int(sorted[start] >> 32)])
            sums.recall += Double(both * both) / Double(truth[Int(sorted[start] & 0xffff_ffff)])
            start = end
        }
        guard !sorted.isEmpty else { return agreement }
        agreement.bCubedPrecision = sums.precision / Double(sorted.count)
        agreement.bCubedRecall = sums.recall / Double(sorted.count)
        return agreement
    }

    private static func sizes(_ groups: [Int]) -> [Int] {
        var sizes = [Int](repeating: 0, count: (groups.max() ?? -1) + 1)
        for group in groups { sizes[group] += 1 }
        return sizes
    }

    private static func pairs(_ size: Int) -> Int { size * (size - 1) / 2 }
}

/// Numbers labels from 0 in the order of their coming.
package struct Numbering<Label: Hashable & Sendable>: Sendable {
    private var numbers: [Label: Int32] = [:]
    /// How many numbers were given.
    package private(set) var count: Int32 = 0

    package init() {}

    package mutating func number(of label: Label) -> Int32 {
        if let known = numbers[label] { return known }
        numbers[label] = count
        return fresh()
    }

    /// A number that stands for no label.
    package mutating func fresh() -> Int32 {
        count += 1
        return count - 1
    }
}
