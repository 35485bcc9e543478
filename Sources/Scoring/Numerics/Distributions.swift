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

/// The continued fraction by its convergents, kept in range by a division a step (DLMF 8.17.22). Converges where `x` is below
/// (a + 1) / (a + b + 2), in some √max(a, b) steps.
func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let whole = a + b
    var value = 1 / (1 - whole * x / (a + 1))
    var (top, bottom) = (value, value)
    for step in 1...20_000 {
        let m = Double(step)
        let (before, here, after) = (a + 2 * m - 1, a + 2 * m, a + 2 * m + 1)
        let inverse = x / (before * here * after)
        let even = m * (b - m) * after * inverse
        let odd = -(a + m) * (whole + m) * before * inverse
        let evenTop = value + even * top
        let evenBottom = 1 + even * bottom
        let scale = 1 / (evenBottom + odd)
        let next = (evenTop + odd * value) * scale
        top = evenTop * scale
        bottom = evenBottom * scale
        let change = abs(next - value)
        value = next
        if change <= 1e-15 * abs(value) { break }
    }
    return value
}
