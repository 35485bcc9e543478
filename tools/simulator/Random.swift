internal import Foundation

/// Spreads the bits of a word over the whole word: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
func mixed(_ word: UInt64) -> UInt64 {
    var bits = word &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
}

/// A seeded stream of random numbers, the same on every machine: xoshiro256** (Blackman and Vigna, 2018).
struct Random {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        let first = mixed(seed)
        let second = mixed(first)
        let third = mixed(second)
        state = (first, second, third, mixed(third))
    }

    mutating func word() -> UInt64 {
        let product = state.1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = (state.3 << 45) | (state.3 >> 19)
        return result
    }

    /// Uniform in 0..<1, in steps of 2⁻⁵³.
    mutating func unit() -> Double {
        Double(word() >> 11) * 0x1p-53
    }

    /// Uniform in `0..<bound`; `bound` is at least 1.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a choice among none")
        return Int(word().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func happens(_ probability: Double) -> Bool {
        unit() < probability
    }

    /// Exponential: memoryless waits, and what is long-tailed but mild.
    mutating func exponential(mean: Double) -> Double {
        -mean * log(1 - unit())
    }

    /// Failures before a success, 0 or more, with the given mean.
    mutating func geometric(mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        return Int(log(1 - unit()) / log(mean / (mean + 1)))
    }

    /// Standard normal, by Box and Muller.
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    /// Log-normal with the given mean: what people's habits look like.
    mutating func logNormal(mean: Double, spread: Double) -> Double {
        mean * exp(spread * normal() - spread * spread / 2)
    }
}
