internal import Glibc

/// The logarithm of the odds that two records are one person's, in bits, as a whole number of 1/1024 bit. Whole numbers, so
/// that a sum is the same in every order and on every machine.
package struct LinkWeight: Hashable, Comparable, Sendable {
    package var rawValue: Int32

    @inlinable
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unitsPerBit = 1_024.0
    /// No part of a model weighs more, either way: 40 bits are odds of a million millions.
    static let bitLimit = 40.0

    /// Rounded; at most 40 bits either way.
    package init(bits: Double) {
        let bounded = bits.isNaN ? 0 : min(max(bits, -Self.bitLimit), Self.bitLimit)
        rawValue = Int32((bounded * Self.unitsPerBit).rounded())
    }

    package init(probability: Double) { self.init(bits: log2(probability / (1 - probability))) }

    package var bits: Double { Double(rawValue) / Self.unitsPerBit }

    package var probability: Double { 1 / (1 + exp2(-bits)) }

    @inlinable
    package static func < (left: LinkWeight, right: LinkWeight) -> Bool { left.rawValue < right.rawValue }
}

/// Sums of probabilities given by their logarithms, in whole numbers of 1/1024 bit.
struct LogAdder: Sendable {
    /// log2(1 + 2^-d), by d in steps of 1/64 bit, up to 16 bits.
    private let table: [Int32]

    static let shared = LogAdder()

    private init() {
        table = (0...1_024).map { step in Int32((log2(1 + exp2(-Double(step) / 64)) * LinkWeight.unitsPerBit).rounded())
        }
    }

    /// log2(2^left + 2^right).
    @inline(__always)
    func sum(_ left: Int32, _ right: Int32) -> Int32 {
        let greater = max(left, right)
        let difference = greater &- min(left, right)
        return difference >= 16_384 ? greater : greater &+ table[Int(difference >> 4)]
    }

    /// log2 of the mean of the two.
    @inline(__always)
    func mean(_ left: Int32, _ right: Int32) -> Int32 { sum(left, right) &- 1_024 }
}
