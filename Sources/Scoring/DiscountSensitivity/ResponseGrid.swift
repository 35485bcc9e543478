internal import Glibc

/// What people can be like, as cells of a grid: how likely they respond without a discount, and how far a discount
/// reaches them. The chance of a response in a band of gain g, for base b and reach s:
///
///     b + s·g·(1 - b)   where s ≥ 0: the discount wins a share of those who would not have responded
///     b + s·g·b         where s < 0: it puts off a share of those who would
package struct ResponseGrid: Hashable, Sendable {
    /// Ascending, inside 0...1.
    package let bases: [Double]
    /// Ascending, -1...1; 0 is among them.
    package let reaches: [Double]

    package var cells: Int { bases.count * reaches.count }
    /// A chance is kept inside these, so that one response or none never rules a cell out.
    static let chances = 1e-6...(1 - 1e-6)

    init(bases: [Double], reaches: [Double]) {
        self.bases = bases
        self.reaches = reaches
    }

    /// Around the mean chance of a response: bases half a unit of the logit apart, to three and a half either way;
    /// reaches from a tenth of the mean to all, each a fixed multiple of the one before, with nothing and four below.
    init(around mean: Double) {
        let centre = logit(min(max(mean, 1e-4), 1 - 1e-4))
        bases = (-7...7).map { logistic(centre + 0.5 * Double($0)) }
        let smallest = min(max(0.1 * mean, 1e-4), 0.05)
        let steps = 9
        reaches =
            [-0.9, -0.6, -0.35, -0.15, 0]
            + (0...steps).map { smallest * pow(0.95 / smallest, Double($0) / Double(steps)) }
    }

    /// The chance of a response in a cell, for a gain.
    func chance(_ cell: Int, gain: Double) -> Double {
        let base = bases[cell / reaches.count]
        let reach = reaches[cell % reaches.count]
        let value = base + reach * gain * (reach >= 0 ? 1 - base : base)
        return min(max(value, Self.chances.lowerBound), Self.chances.upperBound)
    }
}
