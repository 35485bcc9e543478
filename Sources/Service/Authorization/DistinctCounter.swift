internal import Foundation

/// Counts distinct 64-bit hashes in bounded memory: exactly up to 4,096 (at most 32 KiB), then by HyperLogLog of 2^14 registers
/// (16 KiB), whose standard error is 1.04 / 2^7 = 0.8 %.
///
/// Sources: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm"
/// (AofA 2007); the estimate is that of Ertl, "New cardinality estimation algorithms for HyperLogLog sketches"
/// (arXiv:1702.01284, algorithm 6), which is unbiased over the whole range and needs the registers' histogram alone.
struct DistinctCounter {
    static let exactLimit = 4_096
    static let precision = 14
    private static let registerCount = 1 << precision
    /// The highest value of a register is one more.
    private static let depth = 64 - precision

    /// Ascending; empty once there are registers.
    private var exact: [UInt64] = []
    private var registers: [UInt8] = []
    /// How many registers have each value, 0...`depth` + 1; kept so that an estimate need not read them all.
    private var histogram: [Int] = []

    /// Distinct hashes so far; exact up to `exactLimit`.
    var count: Int { registers.isEmpty ? exact.count : Int(estimate.rounded()) }

    /// Whether the count may have changed.
    mutating func insert(_ hash: UInt64) -> Bool {
        let word = Self.mixed(hash)
        guard registers.isEmpty else { return raise(word) }
        let place = lowerBound(word)
        if place < exact.count, exact[place] == word { return false }
        guard exact.count == Self.exactLimit else {
            exact.insert(word, at: place)
            return true
        }
        registers = Array(repeating: 0, count: Self.registerCount)
        histogram = Array(repeating: 0, count: Self.depth + 2)
        histogram[0] = Self.registerCount
        for held in exact { _ = raise(held) }
        exact = []
        _ = raise(word)
        return true
    }

    /// The first place whose hash is not below.
    private func lowerBound(_ word: UInt64) -> Int {
        var low = 0
        var high = exact.count
        while low < high {
            let middle = (low + high) / 2
            if exact[middle] < word { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether a register rose.
    private mutating func raise(_ word: UInt64) -> Bool {
        let place = Int(truncatingIfNeeded: word >> UInt64(Self.depth))
        // The rest, with a one behind it so that its leading zeros end.
        let rest = word << UInt64(Self.precision) | 1 << UInt64(Self.precision - 1)
        let rank = UInt8(truncatingIfNeeded: rest.leadingZeroBitCount + 1)
        guard rank > registers[place] else { return false }
        histogram[Int(registers[place])] -= 1
        histogram[Int(rank)] += 1
        registers[place] = rank
        return true
    }

    private var estimate: Double {
        let m = Double(Self.registerCount)
        var z = m * Self.tau(1 - Double(histogram[Self.depth + 1]) / m)
        for value in stride(from: Self.depth, through: 1, by: -1) { z = 0.5 * (z + Double(histogram[value])) }
        z += m * Self.sigma(Double(histogram[0]) / m)
        return m * m / (2 * log(2) * z)
    }

    /// Ertl, algorithm 5: x + the sum over k >= 1 of x^(2^k) 2^(k-1).
    private static func sigma(_ start: Double) -> Double {
        guard start < 1 else { return .infinity }
        var (x, y, z) = (start, 1.0, start)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    /// Ertl, algorithm 4: a third of (1 - x - the sum over k >= 1 of (1 - x^(2^-k))^2 2^-k).
    private static func tau(_ start: Double) -> Double {
        guard start > 0, start < 1 else { return 0 }
        var (x, y, z) = (start, 1.0, 1 - start)
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }

    /// The finaliser of SplitMix64, a bijection: what is distinct stays so, and a caller's hash need not be even.
    private static func mixed(_ hash: UInt64) -> UInt64 {
        var word = hash &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
