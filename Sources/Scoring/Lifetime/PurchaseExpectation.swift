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

    /// - Parameter span: u, above zero.
    func value(_ span: Double) -> Double { values(SIMD4(repeating: span), count: 1)[0] }

    /// Of the first `count` of four spans: the series' coefficients are the same for all.
    func values(_ spans: SIMD4<Double>, count: Int = 4) -> SIMD4<Double> {
        var values = series(spans, count: count)
        for lane in 0..<count where values[lane].isNaN { values[lane] = integral(spans[lane]) }
        return values
    }

    /// NaN where its digits would not be enough.
    func series(_ spans: SIMD4<Double>, count: Int = 4) -> SIMD4<Double> {
        let none = SIMD4(repeating: Double.nan)
        let whole = leaving + staying - 1
        guard abs(whole) > 1e-3 else { return none }
        let shares = spans / (1 + spans)
        let z = shares.replacing(with: 0, where: shares .>= 0.95)
        guard z != SIMD4(repeating: 0) else { return none }
        let first = whole - rate
        var term = first / whole * z
        var sum = term
        var k = 1.0
        while k < 2_000 {
            // Looked at now and then: terms that are nothing beside the sum leave it as it is.
            for _ in 0..<8 {
                let up: Double = (first + k) * (leaving + k - 1)
                let down: Double = (whole + k) * (k + 1)
                term *= z * (up / down)
                sum += term
                k += 1
            }
            if all(pointwiseMax(term, -term) .<= 1e-17 * pointwiseMax(sum, -sum)) { break }
        }
        guard k < 2_000 else { return none }
        var values = none
        for lane in 0..<count where shares[lane] < 0.95 {
            let shrink = (leaving - 1) * -log1p(spans[lane])
            let left = abs(leaving - 1) < 1e-9 ? log1p(spans[lane]) : -expm1(shrink) / (leaving - 1)
            let right = exp(shrink) * sum[lane]
            guard left.isFinite, right.isFinite, abs(left - right) > 1e-3 * max(abs(left), abs(right)) else { continue }
            values[lane] = whole * (left - right)
        }
        return values
    }

    /// The integral over the logit of p by the trapezoidal rule, its steps growing as sinh: twelve digits.
    func integral(_ span: Double) -> Double {
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
