internal import Glibc

/// ln Γ(x) for x > 0, to about 1e-14; the same on every machine but for its logarithm, and free of `signgam`.
///
/// Stirling's series above 10, where its seventh term is below 1e-16; the recurrence below.
func logGamma(_ x: Double) -> Double {
    precondition(x > 0, "ln Γ is asked of what is not above zero")
    var argument = x
    var shift = 0.0
    if argument < 10 {
        var product = 1.0
        while argument < 10 {
            product *= argument
            argument += 1
        }
        shift = log(product)
    }
    let inverse = 1 / argument
    let square = inverse * inverse
    let tail = 1 / 1_260.0 - square * (1 / 1_680.0 - square * (1 / 1_188.0 - square * (691 / 360_360.0 - square / 156)))
    let series = inverse * (1 / 12.0 - square * (1 / 360.0 - square * tail))
    return (argument - 0.5) * log(argument) - argument + halfLogTwoPi + series - shift
}

private let halfLogTwoPi = 0.918_938_533_204_672_741_8

/// ψ(x), the derivative of ln Γ, for x > 0.
func digamma(_ x: Double) -> Double {
    precondition(x > 0, "ψ is asked of what is not above zero")
    var argument = x
    var shift = 0.0
    while argument < 10 {
        shift -= 1 / argument
        argument += 1
    }
    let inverse = 1 / argument
    let square = inverse * inverse
    let tail = 1 / 252.0 - square * (1 / 240.0 - square * (1 / 132.0 - square * (691 / 32_760.0 - square / 12)))
    let series = square * (1 / 12.0 - square * (1 / 120.0 - square * tail))
    return log(argument) - inverse / 2 - series + shift
}

/// ln B(a, b).
func logBeta(_ a: Double, _ b: Double) -> Double {
    logGamma(a) + logGamma(b) - logGamma(a + b)
}

/// ln(1 + eˣ) without overflow.
@inline(__always)
func softplus(_ x: Double) -> Double {
    max(x, 0) + log1p(exp(-abs(x)))
}

/// 1 / (1 + e⁻ˣ) without overflow.
@inline(__always)
func logistic(_ x: Double) -> Double {
    let small = exp(-abs(x))
    return x >= 0 ? 1 / (1 + small) : small / (1 + small)
}

/// ln(p / (1 - p)).
@inline(__always)
func logit(_ p: Double) -> Double {
    log(p) - log1p(-p)
}
