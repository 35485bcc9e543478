internal import Glibc

/// SplitMix64: a seed replays a run. A loop of millions of draws takes its seed from the generator that was injected
/// and draws from this one, as calls of a generic generator cost more than the draws.
package struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A whole number in 0..<count; its bias is below count · 2⁻⁶⁴.
    package mutating func place(below count: Int) -> Int {
        Int(UInt64(count).multipliedFullWidth(by: next()).high)
    }
}

extension RandomNumberGenerator {
    /// A number in 0..<1 with 53 random bits.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number in 0..<1 that is not 0.
    mutating func positiveUniform() -> Double {
        (Double(next() >> 11) + 0.5) * 0x1p-53
    }

    /// A draw of the standard normal distribution (Box and Muller).
    package mutating func normal() -> Double {
        sqrt(-2 * log(positiveUniform())) * cos(2 * Double.pi * uniform())
    }

    /// A draw of an exponential distribution of rate 1.
    package mutating func exponential() -> Double { -log(positiveUniform()) }

    /// A draw of Gamma(shape, rate 1), shape > 0 (Marsaglia and Tsang 2000).
    package mutating func gamma(_ shape: Double) -> Double {
        if shape < 1 {
            return exp(log(gamma(shape + 1)) + log(positiveUniform()) / shape)
        }
        let d = shape - 1 / 3.0
        let c = 1 / sqrt(9 * d)
        while true {
            let x = normal()
            let root = 1 + c * x
            if root <= 0 { continue }
            let v = root * root * root
            if log(positiveUniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
        }
    }

    /// A draw of Beta(a, b).
    package mutating func beta(_ a: Double, _ b: Double) -> Double {
        let x = gamma(a)
        let y = gamma(b)
        // Both can be too small for a number where a and b are tiny.
        return x + y > 0 ? x / (x + y) : (uniform() < a / (a + b) ? 1 : 0)
    }
}
