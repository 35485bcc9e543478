import Foundation
import Offers
import Scoring
import Testing

@Suite struct OffPolicyTests {
    /// What another policy comes to is known where rewards are drawn of known chances.
    @Test(arguments: Seeds.some(5)) func theOtherPolicysWorthIsFound(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let chances = [0.05, 0.1, 0.3]
        let logging = [0.6, 0.3, 0.1]
        let target = [0.1, 0.2, 0.7]
        let truth = zip(chances, target).reduce(0) { $0 + $1.0 * $1.1 }
        // A model that is wrong everywhere: the doubly robust estimate must not mind.
        let model = [0.2, 0.2, 0.2]
        let rounds = (0..<20_000).map { _ in
            let draw = generator.uniform()
            let arm = draw < 0.6 ? 0 : draw < 0.9 ? 1 : 2
            return LoggedRound(
                reward: generator.uniform() < chances[arm] ? 1 : 0, propensity: logging[arm], target: target[arm],
                expected: model[arm], expectedUnderTarget: zip(model, target).reduce(0) { $0 + $1.0 * $1.1 })
        }
        for method in OffPolicyMethod.allCases {
            let found = try OffPolicy.estimate(rounds, by: method, resamples: 200, using: &generator)
            let error = (found.interval.upper - found.interval.lower) / 3.92
            #expect(abs(found.value - truth) < 4.5 * error, "seed \(seed): \(found)")
            #expect(found.interval.contains(found.value) && error < 0.02)
            #expect(isClose(found.largestWeight, 7) && abs(found.meanWeight - 1) < 0.1 && found.clipped == 0)
            let weights = rounds.map { $0.target / $0.propensity }
            let whole = weights.reduce(0, +)
            let squares = weights.reduce(0) { $0 + $1 * $1 }
            #expect(abs(found.effectiveSampleSize - whole * whole / squares) < 1e-6)
        }
    }

    @Test func aGoodModelCalmsAndClippingBiases() throws {
        var generator = SeededGenerator(seed: 3)
        let rounds = (0..<5_000).map { _ in
            let isRare = generator.uniform() < 0.02
            let reward = (isRare ? 3.0 : 1) + 0.1 * generator.normal()
            return LoggedRound(
                reward: reward, propensity: isRare ? 0.02 : 0.98, target: 0.5, expected: isRare ? 3 : 1,
                expectedUnderTarget: 2)
        }
        let ips = try OffPolicy.estimate(rounds, by: .inversePropensity, resamples: 300, using: &generator)
        let robust = try OffPolicy.estimate(rounds, by: .doublyRobust, resamples: 300, using: &generator)
        func width(_ estimate: OffPolicyEstimate) -> Double { estimate.interval.upper - estimate.interval.lower }
        #expect(width(robust) < width(ips) / 5 && abs(robust.value - 2) < 0.05)
        let clipped = try OffPolicy.estimate(
            rounds, by: .inversePropensity, clip: 5, resamples: 0, using: &generator)
        #expect(clipped.clipped > 50 && clipped.largestWeight == 5 && clipped.value < 1)
        #expect(clipped.effectiveSampleSize > ips.effectiveSampleSize)
    }

    @Test func aPolicyThatIsItsOwnLogHasItsMean() throws {
        var generator = SeededGenerator(seed: 4)
        let rounds = (0..<100).map { LoggedRound(reward: Double($0), propensity: 0.2, target: 0.2) }
        for method in OffPolicyMethod.allCases {
            let found = try OffPolicy.estimate(rounds, by: method, using: &generator)
            #expect(abs(found.value - 49.5) < 1e-9 && abs(found.effectiveSampleSize - 100) < 1e-9)
        }
    }

    @Test func whatCannotBeEstimatedIsRefused() {
        var generator = SeededGenerator(seed: 5)
        func refusal(_ rounds: [LoggedRound]) -> OffPolicyRefusal? {
            do {
                _ = try OffPolicy.estimate(rounds, by: .inversePropensity, using: &generator)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal([]) == .noRounds)
        #expect(refusal([LoggedRound(reward: 1, propensity: 0, target: 1)]) == .impossibleRound(index: 0))
        #expect(refusal([LoggedRound(reward: .nan, propensity: 1, target: 1)]) == .impossibleRound(index: 0))
        #expect(refusal([LoggedRound(reward: 1, propensity: 1, target: 0)]) == .noOverlap)
    }
}

/// obp's own figures on its own rounds (Saito and others 2020).
@Suite(.enabled(if: Datasets.has("obp/bts.csv"), "the Open Bandit rounds are missing: run tools/datasets"))
struct OpenBanditTests {
    private let rounds: [LoggedRound]

    init() throws {
        var chances = Array(repeating: 0.0, count: 80 * 3)
        for row in try Datasets.rows("obp/bts.csv") {
            let (item, position) = (try #require(Int(row[0])), try #require(Int(row[1])))
            chances[item * 3 + position - 1] = try #require(Double(row[2]))
        }
        rounds = try Datasets.rows("obp/rounds.csv").map { row in
            let (item, position) = (try #require(Int(row[0])), try #require(Int(row[1])))
            return LoggedRound(
                reward: try #require(Double(row[2])), propensity: try #require(Double(row[3])),
                target: chances[item * 3 + position - 1])
        }
    }

    @Test func theEstimatesAreTheirs() throws {
        var generator = SeededGenerator(seed: 1)
        #expect(rounds.count == 10_000)
        let ips = try OffPolicy.estimate(rounds, by: .inversePropensity, resamples: 2_000, using: &generator)
        #expect(abs(ips.value - 0.00455288) < 5e-9, "\(ips)")
        #expect(abs(ips.interval.lower - 0.00153) < 0.0005 && abs(ips.interval.upper - 0.00925) < 0.0005, "\(ips)")
        let normalised = try OffPolicy.estimate(rounds, by: .selfNormalised, resamples: 2_000, using: &generator)
        #expect(abs(normalised.value - 0.00477583) < 5e-9, "\(normalised)")
        let interval = normalised.interval
        #expect(abs(interval.lower - 0.00161) < 0.0005 && abs(interval.upper - 0.00971) < 0.0005, "\(normalised)")
    }
}
