import Foundation
import Offers
import Scoring
import Testing

@Suite struct ArmChancesTests {
    private static func candidates(_ values: [Double], _ errors: [Double]) -> [Candidate] {
        zip(values, errors).enumerated().map { Candidate(arm: Int32($0), value: $1.0, spread: $1.1) }
    }

    @Test(arguments: Seeds.some(100), Exploration.Method.allCases)
    func everyArmKeepsItsFloorAndAllSumToOne(seed: UInt64, method: Exploration.Method) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...60, using: &generator)
        let floor = [0, 0.002, 0.1][Int.random(in: 0...2, using: &generator)]
        var arms = Self.candidates(
            (0..<count).map { _ in 100 * generator.normal() },
            (0..<count).map { _ in generator.uniform() < 0.2 ? 0 : 50 * generator.uniform() })
        ArmChances.fill(&arms, Exploration(method: method, epsilon: generator.uniform(), floor: floor))
        let least = min(floor, 1 / Double(count))
        #expect(arms.allSatisfy { $0.chance >= least * (1 - 1e-12) && $0.chance <= 1 }, "seed \(seed)")
        #expect(abs(arms.reduce(0) { $0 + $1.chance } - 1) < 1e-9, "seed \(seed)")
    }

    @Test func epsilonIsAsItIsDefined() {
        var arms = Self.candidates([0, 5, 5, -1], [1, 1, 1, 1])
        ArmChances.fill(&arms, Exploration(method: .epsilon, epsilon: 0.2, floor: 0))
        #expect(arms.map(\.chance) == [0.05, 0.05 + 0.8, 0.05, 0.05])
    }

    /// Against drawing the values and counting who is the best.
    @Test(arguments: Seeds.some(10)) func thompsonIsTheChanceOfBeingTheBest(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 2...14, using: &generator)
        let values = (0..<count).map { $0 == 0 ? 0 : 30 * generator.normal() }
        let errors = (0..<count).map { $0 == 0 ? 0 : 5 + 30 * generator.uniform() }
        var arms = Self.candidates(values, errors)
        ArmChances.fill(&arms, Exploration(method: .thompson, floor: 0))
        var wins = Array(repeating: 0.0, count: count)
        for _ in 0..<20_000 {
            let drawn = zip(values, errors).map { $0 + $1 * generator.normal() }
            let best = drawn.indices.max { drawn[$0] < drawn[$1] } ?? 0
            wins[best] += 1 / 20_000
        }
        for (arm, share) in zip(arms, wins) { #expect(abs(arm.chance - share) < 0.03, "seed \(seed): \(arm) \(share)") }
    }

    @Test func certainArmsAreCompared() {
        var arms = Self.candidates([0, -5, 3], [0, 0, 0])
        ArmChances.fill(&arms, Exploration(method: .thompson, floor: 0.01))
        #expect(abs(arms[2].chance - 0.98) < 1e-12 && arms[0].chance == 0.01)
    }

    @Test(arguments: Exploration.Method.allCases) func armsAreChosenAsOftenAsIsSaid(method: Exploration.Method) {
        var generator = SeededGenerator(seed: 12)
        var arms = Self.candidates([0, 4, 6, 5, -20], [0, 3, 1, 2, 2])
        ArmChances.fill(&arms, Exploration(method: method, epsilon: 0.3, floor: 0.02))
        var counts = Array(repeating: 0.0, count: 5)
        let draws = 100_000.0
        for _ in 0..<Int(draws) { counts[ArmChances.choose(arms, draw: generator.uniform())] += 1 }
        for (arm, count) in zip(arms, counts) {
            let error = (arm.chance * (1 - arm.chance) * draws).squareRoot()
            #expect(abs(count - arm.chance * draws) < 5 * error)
        }
    }
}
