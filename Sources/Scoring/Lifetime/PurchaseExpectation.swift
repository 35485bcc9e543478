internal import Glibc

/// The purchases to be expected of a customer who is still there: his rate is Gamma(s, 1) per unit of (α + T), his
/// probability of leaving after a purchase Beta(a, B), and the horizon is u such units.
///
///     E = ∫ (1 - (1 + pu)^-s) / p · Beta(p; a, B) dp
///       = (A-1) / (a-1) · [1 - (1-z)^s ₂F₁(s, B; A-1; z)],   A = a + B, z = u / (1+u)
///
/// The second form loses its digits near a = 1, and ₂F₁ overflows for many purchases. Euler's transformation gives
///
///     E = (A-1) · ( [1 - (1-z)^(a-1)] / (a-1) - (1-z)^(a-1) Σ_{k≥1} (A-1-s)_k (a)_{k-1} / ((A-1)_k k!) zᵏ )
///
/// whose series has terms of x alone in and none that grow. Where it converges slowly or its two parts cancel,
/// the integral itself is summed: its integrand is above zero everywhere.
struct PurchaseExpectation {
    /// s = r + x.
    var rate: Double
    /// a.
    var leaving: Double
    /// B = b + x.
    var staying: Double
    /// u, above zero.
    var span: Double

    var value: Double { series() ?? integral() }

    /// nil where its digits would not be enough.
    func series() -> Double? {
        let z = span / (1 + span)
        let whole = leaving + staying - 1
        guard z < 0.95, abs(whole) > 1e-3 else { return nil }
        let first = whole - rate
        let shrink = (leaving - 1) * -log1p(span)
        var term = first / whole * z
        var sum = term
        var k = 1.0
        while abs(term) > 1e-17 * abs(sum), k < 2_000 {
            term *= (first + k) * (leaving + k - 1) / ((whole + k) * (k + 1)) * z
            sum += term
            k += 1
        }
        guard k < 2_000 else { return nil }
        let left = abs(leaving - 1) < 1e-9 ? log1p(span) : -expm1(shrink) / (leaving - 1)
        let right = exp(shrink) * sum
        guard left.isFinite, right.isFinite, abs(left - right) > 1e-3 * max(abs(left), abs(right)) else { return nil }
        return whole * (left - right)
    }

    /// The integral over the logit of p by the trapezoidal rule, its steps growing as sinh: twelve digits.
    func integral() -> Double {
        let (a, b) = (leaving, staying)
        let scale = -logBeta(a, b)
        let centre = log(a) - log(b)
        let width = ((a + b) / (a * b)).squareRoot()
        func height(_ v: Double) -> Double {
            let w = centre + width * sinh(v)
            // ln p and ln (1 - p), of p = 1 / (1 + e^-w).
            let logP = -softplus(-w)
            let logRest = -softplus(w)
            let weight = exp(a * logP + b * logRest + scale) * width * cosh(v)
            if weight == 0 { return 0 }
            let p = exp(logP)
            let bought = p * span > 1e-300 ? -expm1(-rate * log1p(p * span)) / p : rate * span
            return weight * bought
        }
        let step = 1 / 16.0
        var sum = height(0)
        for direction in [-1.0, 1] {
            var k = 1.0
            var quiet = 0
            while k < 400, quiet < 4 {
                let part = height(direction * k * step)
                sum += part
                quiet = part <= 1e-17 * sum ? quiet + 1 : 0
                k += 1
            }
        }
        return sum * step
    }
}
