internal import Glibc

/// Where the standard normal distribution has a share `p` below, 0 < p < 1; to 1e-9.
///
/// Acklam's rational approximation with one step of Halley's method.
package func normalQuantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "a quantile is asked of a share outside 0...1")
    let start = acklam(p)
    let error = normalShare(start) - p
    let step = error * sqrt(2 * Double.pi) * exp(start * start / 2)
    return start - step / (1 + start * step / 2)
}

/// The share of the standard normal distribution below `x`.
package func normalShare(_ x: Double) -> Double {
    0.5 * erfc(-x / 2.0.squareRoot())
}

private func acklam(_ p: Double) -> Double {
    func tail(_ q: Double) -> Double {
        let top =
            ((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734)
                * q + 4.374664141464968) * q + 2.938163982698783
        let bottom =
            (((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416)
            * q + 1
        return top / bottom
    }
    if p < 0.02425 { return tail(sqrt(-2 * log(p))) }
    if p > 0.97575 { return -tail(sqrt(-2 * log1p(-p))) }
    let q = p - 0.5
    let r = q * q
    let top =
        ((((-3.969683028665376e+1 * r + 2.209460984245205e+2) * r - 2.759285104469687e+2) * r
            + 1.383577518672690e+2) * r - 3.066479806614716e+1) * r + 2.506628277459239
    let bottom =
        ((((-5.447609879822406e+1 * r + 1.615858368580409e+2) * r - 1.556989798598866e+2) * r
            + 6.680131188771972e+1) * r - 1.328068155288572e+1) * r + 1
    return top * q / bottom
}

/// The share of Beta(a, b) below `x`: the regularised incomplete beta function, by Lentz's continued fraction.
package func betaShare(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(a * log(x) + b * log1p(-x) - logBeta(a, b))
    return x < (a + 1) / (a + b + 2)
        ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(1 - x, b, a) / b
}

private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...20_000 {
        let m = Double(step)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / kept(1 + even * d)
        c = kept(1 + even / c)
        result *= d * c
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / kept(1 + odd * d)
        c = kept(1 + odd / c)
        let change = d * c
        result *= change
        if abs(change - 1) < 1e-15 { break }
    }
    return result
}

/// Where Beta(a, b) has a share `p` below: bisection on the logit, so that quantiles near 0 and 1 keep their digits.
package func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
    precondition(p > 0 && p < 1 && a > 0 && b > 0, "a quantile is asked of a share or a shape outside its range")
    var low = -700.0
    var high = 700.0
    // Near the normal approximation on the logit, where it is good; else the whole line.
    let centre = digamma(a) - digamma(b)
    let width = 12 * sqrt(1 / a + 1 / b)
    if betaShare(logistic(centre - width), a, b) < p { low = max(low, centre - width) }
    if betaShare(logistic(centre + width), a, b) > p { high = min(high, centre + width) }
    for _ in 0..<60 where high - low > 1e-12 {
        let middle = (low + high) / 2
        if betaShare(logistic(middle), a, b) < p { low = middle } else { high = middle }
    }
    return logistic((low + high) / 2)
}
