internal import Glibc

/// How a rate varies among people, as Beta(mean·concentration, (1-mean)·concentration).
package struct BetaPrior: Hashable, Sendable {
    package var mean: Double
    /// How many trials the prior is worth.
    package var concentration: Double

    package init(mean: Double, concentration: Double) {
        precondition(mean > 0 && mean < 1 && concentration > 0, "a prior's mean lies inside 0...1")
        self.mean = mean
        self.concentration = concentration
    }

    package var alpha: Double { mean * concentration }
    package var beta: Double { (1 - mean) * concentration }

    /// The prior that makes what was seen of many people likeliest (empirical Bayes): beta-binomial counts.
    ///
    /// - Parameters:
    ///   - cells: trials and successes of each; they need not be whole numbers. Those without trials say nothing.
    ///   - concentrations: between which the concentration is sought: where people do not differ by more than chance,
    ///     the likelihood rises for ever, and the upper end is the answer.
    init(fitting cells: [(trials: Double, successes: Double)], concentrations: ClosedRange<Double> = 0.5...1e5) {
        let groups = Self.grouped(cells)
        let trials = groups.reduce(0) { $0 + $1.trials * $1.count }
        let successes = groups.reduce(0) { $0 + $1.successes * $1.count }
        let people = groups.reduce(0) { $0 + $1.count }
        let start = (successes + 0.5) / (trials + 1)
        guard people > 1, trials > 0 else {
            self.init(mean: start, concentration: concentrations.upperBound)
            return
        }
        let (low, high) = (log(concentrations.lowerBound), log(concentrations.upperBound))
        var best: Minimum?
        for share in [0.2, 0.6] {
            let end = Minimiser().run(from: [logit(start), logit(share)]) { point, gradient in
                let mean = logistic(point[0])
                let part = logistic(point[1])
                let concentration = exp(low + (high - low) * part)
                let sums = Self.logLikelihood(groups, mean, concentration)
                gradient[0] = -sums.ofMean * mean * (1 - mean) / people
                gradient[1] = -sums.ofConcentration * concentration * (high - low) * part * (1 - part) / people
                return sums.value.isFinite ? -sums.value / people : .infinity
            }
            if let known = best, known.value <= end.value { continue }
            best = end
        }
        let point = best?.point ?? [logit(start), 0]
        self.init(
            mean: min(max(logistic(point[0]), 1e-9), 1 - 1e-9),
            concentration: exp(low + (high - low) * logistic(point[1])))
    }

    private struct Group {
        var trials: Double
        var successes: Double
        var count: Double
    }

    /// Equal cells together: few distinct ones among millions of people.
    private static func grouped(_ cells: [(trials: Double, successes: Double)]) -> [Group] {
        let ordered = cells.filter { $0.trials > 0 }
            .sorted { $0.trials != $1.trials ? $0.trials < $1.trials : $0.successes < $1.successes }
        var groups: [Group] = []
        for cell in ordered {
            if let last = groups.last, last.trials == cell.trials, last.successes == cell.successes {
                groups[groups.count - 1].count += 1
            } else {
                groups.append(Group(trials: cell.trials, successes: cell.successes, count: 1))
            }
        }
        return groups
    }

    /// Σ ln [ B(α+k, β+n-k) / B(α, β) ], without the binomial coefficients, and its derivatives.
    private static func logLikelihood(
        _ groups: [Group], _ mean: Double, _ concentration: Double
    ) -> (value: Double, ofMean: Double, ofConcentration: Double) {
        let a = max(mean * concentration, 1e-12)
        let b = max((1 - mean) * concentration, 1e-12)
        let constant = logBeta(a, b)
        let (ofA, ofB, ofBoth) = (digamma(a), digamma(b), digamma(a + b))
        var (value, byA, byB) = (0.0, 0.0, 0.0)
        for group in groups {
            let (k, rest) = (group.successes, group.trials - group.successes)
            value += group.count * (logBeta(a + k, b + rest) - constant)
            let whole = ofBoth - digamma(a + b + group.trials)
            byA += group.count * (digamma(a + k) - ofA + whole)
            byB += group.count * (digamma(b + rest) - ofB + whole)
        }
        return (value, concentration * (byA - byB), mean * byA + (1 - mean) * byB)
    }
}
