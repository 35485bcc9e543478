internal import Glibc
internal import Scoring

/// With which probability each eligible arm is chosen: a function of their values and spreads alone, so that the
/// probability that is returned is the one by which it was drawn, to the last bit.
///
/// Every arm has the floor f = min(floor, 1/K) of K arms; what is left goes by the method. Epsilon: the best arm has it
/// all, but for a share ε spread evenly. Thompson: by the probability of being the best, were each value normal with
/// its spread and independent; it is integrated on a grid, for the sixteen arms whose value plus two spreads is highest.
package enum ArmChances {
    /// Arms of which Thompson's method asks whether they are the best; the others have the floor.
    package static let contenders = 16
    private static let grid = 32

    /// - Parameter candidates: the eligible arms, the fallback first; their chances are filled in, and sum to 1. Of
    ///   equal values the first is the best.
    package static func fill(_ candidates: inout [Candidate], _ exploration: Exploration) {
        let count = candidates.count
        precondition(count > 0, "there is always the fallback")
        var candidates = candidates.mutableSpan
        let even = 1 / Double(count)
        let floor = min(exploration.floor, even)
        let rest = 1 - floor * Double(count)
        switch exploration.method {
        case .epsilon:
            var best = 0
            for arm in 0..<count {
                if candidates[arm].value > candidates[best].value { best = arm }
                candidates[arm].chance = floor + rest * exploration.epsilon * even
            }
            candidates[best].chance += rest * (1 - exploration.epsilon)
        case .thompson:
            for arm in 0..<count { candidates[arm].chance = floor }
            addThompson(&candidates, share: rest)
        }
    }

    /// A contender, as the integral needs it.
    private struct Contender {
        var place = 0
        var top = -Double.infinity
        var value = 0.0
        var spread = 0.0
        var scale = 0.0
        /// The share below the grid's last point.
        var below = 0.0
        var inside = 0.0
        var middle = 0.0
        var chance = 0.0
    }

    private typealias Contenders = InlineArray<16, Contender>

    private static func addThompson(_ candidates: inout MutableSpan<Candidate>, share: Double) {
        var contenders = Contenders(repeating: Contender())
        let count = pick(&contenders, candidates)
        // Between the highest value surely reached and the highest possible one lies the best.
        var low = -Double.infinity
        var high = -Double.infinity
        var best = 0
        for index in 0..<count {
            low = max(low, contenders[index].value - 4 * contenders[index].spread)
            high = max(high, contenders[index].value + 4 * contenders[index].spread)
            let isBetter = contenders[index].value > contenders[best].value
            let isEqual = contenders[index].value == contenders[best].value
            if isBetter || (isEqual && contenders[index].place < contenders[best].place) { best = index }
        }
        guard high > low else {
            candidates[contenders[best].place].chance += share
            return
        }
        integrate(&contenders, count, low, high)
        var sum = 0.0
        for index in 0..<count { sum += contenders[index].chance }
        for index in 0..<count {
            candidates[contenders[index].place].chance += share * contenders[index].chance / sum
        }
    }

    /// The arms of the highest upper ends, in falling order; returns how many.
    private static func pick(_ contenders: inout Contenders, _ candidates: borrowing MutableSpan<Candidate>) -> Int {
        var filled = 0
        for arm in 0..<candidates.count {
            let top = candidates[arm].value + 2 * candidates[arm].spread
            if filled == Self.contenders, top <= contenders[Self.contenders - 1].top { continue }
            var place = min(filled, Self.contenders - 1)
            while place > 0, contenders[place - 1].top < top {
                contenders[place] = contenders[place - 1]
                place -= 1
            }
            contenders[place].place = arm
            contenders[place].top = top
            contenders[place].value = candidates[arm].value
            contenders[place].spread = candidates[arm].spread
            filled = min(filled + 1, Self.contenders)
        }
        return filled
    }

    /// Σ over the grid's steps of P(arm in step) · Π over the others P(below the step's middle).
    private static func integrate(_ contenders: inout Contenders, _ count: Int, _ low: Double, _ high: Double) {
        let step = (high - low) / (Double(grid) - 0.5)
        // Half a step earlier, so that a value without a spread does not lie on a point.
        let first = low - step / 2
        let least = step * 1e-6
        for index in 0..<count {
            contenders[index].scale = 1 / max(contenders[index].spread, least)
            contenders[index].below = NormalTable.share((first - contenders[index].value) * contenders[index].scale)
        }
        for place in 0..<grid {
            let upper = first + step * Double(place + 1)
            // The products of those before, then times those after.
            var before = 1.0
            for index in 0..<count {
                let above = NormalTable.share((upper - contenders[index].value) * contenders[index].scale)
                let below = contenders[index].below
                contenders[index].inside = (above - below) * before
                contenders[index].middle = (above + below) / 2
                contenders[index].below = above
                before *= contenders[index].middle
            }
            var after = 1.0
            for index in stride(from: count - 1, through: 0, by: -1) {
                contenders[index].chance += contenders[index].inside * after
                after *= contenders[index].middle
            }
        }
    }
}

/// An arm that can be chosen.
package struct Candidate: Hashable, Sendable {
    /// Its number; -1 is the fallback.
    package var arm: Int32
    package var value: Double
    /// Of the value, as far as it can be learnt: see `Valuation.spread`.
    package var spread: Double
    /// Of a purchase.
    package var probability: Double
    package var chance: Double

    package init(arm: Int32, value: Double, spread: Double, probability: Double = 0, chance: Double = 0) {
        self.arm = arm
        self.value = value
        self.spread = spread
        self.probability = probability
        self.chance = chance
    }
}

/// The normal distribution's share below a point, by a table of 1,024 steps and straight lines between: to 3e-5, which
/// is enough for a probability of choosing.
private enum NormalTable {
    private static let steps = 1_024
    private static let reach = 6.0
    private static let table: [Double] = (0...steps).map { normalShare((Double($0) / Double(steps) * 2 - 1) * reach) }

    static func share(_ x: Double) -> Double {
        let place = (x + reach) * (Double(steps) / (2 * reach))
        if place <= 0 { return 0 }
        if place >= Double(steps) { return 1 }
        let index = Int(place)
        let low = table[index]
        return low + (table[index + 1] - low) * (place - Double(index))
    }
}

extension ArmChances {
    /// The arm that a draw of 0..<1 chooses: the first at which the sum of chances exceeds it.
    @inline(__always)
    package static func choose(_ candidates: [Candidate], draw: Double) -> Int {
        var sum = 0.0
        for place in candidates.indices {
            sum += candidates[place].chance
            if draw < sum { return place }
        }
        // Rounding may leave the sum a little below 1.
        return candidates.count - 1
    }
}
