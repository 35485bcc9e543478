import Foundation
import Scoring
import Testing

/// Against values to fifty digits, and against themselves.
@Suite struct DistributionTests {
    @Test(arguments: [
        (0.5, 2.0, 3.0, 0.6875), (0.01, 0.3, 0.7, 0.215768572503186), (0.999, 50, 0.2, 0.407538336616083),
        (0.003, 1.5, 500, 0.609300561668584), (0.2, 20, 80, 0.519978586973662), (1e-6, 0.05, 10, 0.576255565723081),
    ])
    func theIncompleteBetaFunctionIsRight(x: Double, a: Double, b: Double, share: Double) {
        #expect(isClose(betaShare(x, a, b), share, 1e-11))
    }

    @Test func aQuantileIsWhereItsShareIs() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let a = exp(generator.uniform() * 12 - 4)
            let b = exp(generator.uniform() * 10 - 1.5)
            let p = 0.001 + 0.998 * generator.uniform()
            let x = betaQuantile(p, a, b)
            // Near 1 there are few numbers, and a share jumps between them: two sides must hold it.
            let near = betaShare(x - 4 * x.ulp, a, b) - 1e-9 <= p && p <= betaShare(x + 4 * x.ulp, a, b) + 1e-9
            #expect(near, "Beta(\(a), \(b)) at \(p): \(x)")
        }
    }

    /// Bisection needs nothing but the share itself.
    private func bisected(_ p: Double, _ a: Double, _ b: Double) -> Double {
        var (low, high) = (-700.0, 700.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if betaShare(1 / (1 + exp(-middle)), a, b) < p { low = middle } else { high = middle }
        }
        return 1 / (1 + exp(-(low + high) / 2))
    }

    @Test func aQuantileIsThatOfBisection() {
        let shapes = [1e-6, 1e-3, 0.02, 0.3, 0.999, 1, 1.001, 1.7, 5, 40, 900, 2e4, 1e6]
        for a in shapes {
            for b in shapes {
                for p in [1e-6, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.9999] {
                    let (found, exact) = (betaQuantile(p, a, b), bisected(p, a, b))
                    // Near 0 it keeps its digits as far as bisection goes, near 1 those that numbers have there; what a share
                    // cannot tell apart is no difference.
                    let isNear = isClose(found, exact, 1e-9) || max(found, exact) < 1e-300
                    let isNearOne = isClose(1 - found, 1 - exact, 1e-9) || abs(found - exact) < 1e-15
                    let isSame = abs(betaShare(found, a, b) - p) < 1e-11 && abs(found - exact) < 1e-8
                    let holds = (isNear && isNearOne) || isSame
                    #expect(holds, "Beta(\(a), \(b)) at \(p): \(found), by bisection \(exact)")
                }
            }
        }
    }

    @Test(arguments: [(0.975, 1.959963984540054), (0.5, 0), (0.001, -3.090232306167814), (1e-9, -5.997807015007773)])
    func theNormalQuantileIsRight(share: Double, value: Double) {
        #expect(abs(normalQuantile(share) - value) < 1e-8)
        #expect(isClose(normalShare(normalQuantile(share)), share, 1e-7))
    }

    @Test(arguments: [(0.3, 1.0), (1, 1), (7.5, 1), (0.05, 0.4)])
    func drawsHaveTheirMoments(shape: Double, other: Double) {
        var generator = SeededGenerator(seed: 11)
        let count = 200_000.0
        var (gammas, betas, normals) = (0.0, 0.0, 0.0)
        for _ in 0..<Int(count) {
            gammas += generator.gamma(shape)
            betas += generator.beta(shape, other)
            normals += generator.normal()
        }
        #expect(abs(gammas / count - shape) < 5 * (shape / count).squareRoot())
        #expect(abs(betas / count - shape / (shape + other)) < 5 * (0.25 / count).squareRoot())
        #expect(abs(normals / count) < 5 / count.squareRoot())
    }
}
