import Foundation
import Scoring
import Testing

@Suite struct TimingTests {
    /// Each person answers around an hour of his own, each cohort around one of its own.
    private static func people(_ count: Int, seed: UInt64) -> [(hours: HourCounts, cohort: Int)] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let cohort = index % 2
            let own = (cohort == 0 ? 9 : 20) + Int.random(in: -1...1, using: &generator)
            var hours = HourCounts()
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let hour = generator.uniform() < 0.8 ? own : Int.random(in: 0..<24, using: &generator)
                hours.add(hour: hour + 24 * Int.random(in: 0..<7, using: &generator))
            }
            return (hours, cohort)
        }
    }

    @Test func theHoursOfPeopleAreForetold() throws {
        let people = Self.people(600, seed: 2)
        let model = try TimingModel(fitting: people, cohorts: 2, resolution: .day)
        #expect(
            (8...10).contains(model.bestHours(nil, cohort: nil)[0])
                || (19...21).contains(model.bestHours(nil, cohort: nil)[0]))
        #expect((8...10).contains(model.bestHours(HourCounts(), cohort: 0)[0]))
        #expect((19...21).contains(model.bestHours(HourCounts(), cohort: 1)[0]))
        // New responses are likelier under the person's hours than under the cohort's, and those than under the shop's.
        var (own, cohort, shop) = (0.0, 0.0, 0.0)
        for (seen, later) in zip(people, people) {
            var first = HourCounts()
            var total: UInt64 = 0
            for entry in seen.hours.entries where total < seen.hours.total / 2 {
                first.add(hour: Int(entry.hour), count: entry.count)
                total += UInt64(entry.count)
            }
            var rest = later.hours
            rest.subtract(first)
            for entry in rest.entries {
                let hour = Int(entry.hour) % 24
                own += log(model.probabilities(first, cohort: seen.cohort)[hour])
                cohort += log(model.probabilities(HourCounts(), cohort: seen.cohort)[hour])
                shop += log(model.shopShares[hour])
            }
        }
        #expect(own > cohort && cohort > shop, "\(own) \(cohort) \(shop)")
    }

    @Test(arguments: TimingModel.Resolution.allCases) func sharesSumToOne(resolution: TimingModel.Resolution) throws {
        let people = Self.people(300, seed: 3)
        let model = try TimingModel(fitting: people, cohorts: 2, resolution: resolution)
        for person in people.prefix(20) {
            let chances = model.probabilities(person.hours, cohort: person.cohort)
            #expect(chances.count == resolution.bins && isClose(chances.reduce(0, +), 1, 1e-9))
            let score = model.score(hour: 9, person.hours, cohort: person.cohort)
            #expect(isClose(score.contributions.reduce(score.baseline) { $0 + $1.amount }, score.value, 1e-9))
            #expect(score.interval.contains(score.value))
            let doubted = model.score(hour: 9, person.hours, cohort: person.cohort, confidence: IdentityConfidence(0.2))
            #expect(doubted.interval.upper > score.interval.upper)
        }
        #expect(model.score(hour: 3, nil, cohort: 1).basis == .generic)
        #expect(try TimingModel(decoding: model.encoded()) == model)
    }

    @Test func fewResponsesAreRefused() {
        #expect(throws: FitRefusal.self) {
            try TimingModel(fitting: Self.people(3, seed: 1), cohorts: 2, resolution: .day)
        }
    }
}
