internal import Glibc

/// Where Beta(a, b) has a share `p` below, 0 < p < 1, to some 1e-12 of the logit where the incomplete beta function has its
/// digits.
package func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
    precondition(p > 0 && p < 1 && a > 0 && b > 0, "a quantile is asked of a share or a shape outside its range")
    let logB = logBeta(a, b)
    return p <= 0.5
        ? logistic(BetaTail(a: a, b: b, logBeta: logB).logit(of: p))
        : logistic(-BetaTail(a: b, b: a, logBeta: logB).logit(of: 1 - p))
}

/// The interval that leaves as much of Beta(a, b) below it as above.
func betaInterval(_ a: Double, _ b: Double, level: Double = 0.95) -> Interval {
    precondition(
        a > 0 && b > 0 && level > 0 && level < 1, "an interval is asked of a shape or a level outside its range")
    let logB = logBeta(a, b)
    let share = (1 - level) / 2
    return Interval(
        lower: logistic(BetaTail(a: a, b: b, logBeta: logB).logit(of: share)),
        upper: logistic(-BetaTail(a: b, b: a, logBeta: logB).logit(of: share)), level: level)
}

/// The lower half of a beta distribution, on the logit w = ln x / (1 - x).
///
/// There the density x^a (1-x)^b / B is log-concave, and so is the share F below. ln F is concave and rises: Newton's steps
/// for ln F = ln p never run past the root from below, and in the tail, where ln F is a straight line of slope a, one is
/// enough. Halley's correction makes each treble the digits: with a start near the root two or three do.
private struct BetaTail {
    let a: Double
    let b: Double
    let logBeta: Double

    /// ln F, its slope, and x.
    private func share(_ w: Double) -> (log: Double, slope: Double, x: Double) {
        let small = exp(-abs(w))
        let (x, y) = w >= 0 ? (1 / (1 + small), small / (1 + small)) : (small / (1 + small), 1 / (1 + small))
        let rest = log1p(small)
        let front = a * (min(w, 0) - rest) + b * (min(-w, 0) - rest) - logBeta
        if x < (a + 1) / (a + b + 2) {
            let below = betaFraction(x, a, b) / a
            return (front + log(below), 1 / below, x)
        }
        let density = exp(front)
        let below = max(1 - density * betaFraction(y, b, a) / b, 1e-300)
        return (log(below), density / below, x)
    }

    /// - Parameter p: 0 < p <= 0.5.
    func logit(of p: Double) -> Double {
        let target = log(p)
        let width = (1 / a + 1 / b).squareRoot()
        var w = start(p, target)
        var (low, high) = (-Double.infinity, Double.infinity)
        for _ in 0..<100 {
            let (value, slope, x) = share(w)
            let off = value - target
            let step = -off / slope
            // The slope's own slope is its product with this.
            let bend = a - (a + b) * x - slope
            let halley = step / max(1 + step * bend / 2, 0.5)
            if abs(halley) <= max(1e-5 * min(width, 1), 1e-15 * abs(w)) { return w + halley }
            if off < 0 { low = w } else { high = w }
            if w + halley > low, w + halley < high {
                w += halley
            } else if low.isFinite, high.isFinite {
                w = (low + high) / 2
            } else {
                w += min(max(step, -64 * width), 64 * width)
            }
        }
        return w
    }

    /// Near the root: by the normal approximation of ln x / (1-x) with its skewness (Abramowitz and Stegun 26.5.22) where both
    /// shapes are above one, else by the straight line of the tail that the root lies in.
    private func start(_ p: Double, _ target: Double) -> Double {
        if a > 1, b > 1 {
            let z = -normalQuantile(p)
            let (left, right) = (1 / (2 * a - 1), 1 / (2 * b - 1))
            let lambda = (z * z - 3) / 6
            let h = 2 / (left + right)
            let reach = z * (h + lambda).squareRoot() / h - (right - left) * (lambda + 5 / 6.0 - 2 / (3 * h))
            if reach.isFinite { return log(a / b) - 2 * reach }
        }
        let below = (target + log(a) + logBeta) / a
        if below < 0 { return below }
        let above = -(log1p(-p) + log(b) + logBeta) / b
        return above > 0 ? above : 0
    }
}
