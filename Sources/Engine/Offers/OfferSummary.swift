package import Identity
package import Offers
internal import Scoring
internal import Stitching

/// What offers came to: treated and held-out profiles side by side, and what other policies would have come to.
package struct OfferSummary: Sendable {
    package var report: OfferReport
    /// Cohorts by their number in the report; the first is of those without one.
    package var cohorts: [String]
    package var decisions = 0
    /// Of nobody known: they are in no group.
    package var generic = 0
    package var offered = 0
    package var estimates: [PolicyEstimate] = []

    /// What another policy would have come to on the decisions that were logged, per decision, in minor units of margin.
    package struct PolicyEstimate: Sendable {
        package var policy: String
        package var estimate: OffPolicyEstimate
    }
}

extension Engine {
    /// - Parameters:
    ///   - since: decisions before it are left out; nil: none.
    ///   - resamples: for the intervals of other policies.
    package func offerSummary(since: Timestamp? = nil, resamples: Int = 200, seed: UInt64 = 1) throws -> OfferSummary {
        var collector = SummaryCollector()
        try forEachDecision { record, profile, _ in
            if let since, record.time < since { return }
            collector.add(record, profile)
        }
        return collector.summary(resamples: resamples, seed: seed)
    }
}

private struct SummaryCollector {
    private struct Place: Hashable {
        var profile: UInt64
        var week: Int32
    }

    private var rows: [Place: ProfileWeek] = [:]
    /// Of each profile, whether it was held out, and whether it was both.
    private var groups: [UInt64: Bool] = [:]
    private var mixed: Set<UInt64> = []
    private var cohorts: [String: Int] = ["": 0]
    private var rounds: [OfferRecord] = []
    private var decisions = 0
    private var generic = 0
    private var offered = 0

    mutating func add(_ record: OfferRecord, _ profile: NodeID?) {
        decisions += 1
        if !record.offer.isEmpty { offered += 1 }
        guard let profile else {
            generic += 1
            return
        }
        if !record.isHeldOut { rounds.append(record) }
        let cohort = cohorts[record.cohort] ?? cohorts.count
        cohorts[record.cohort] = cohort
        let week = Int32(clamping: record.time.milliseconds / 604_800_000)
        let place = Place(profile: profile.rawValue, week: week)
        if groups.updateValue(record.isHeldOut, forKey: place.profile) == !record.isHeldOut {
            mixed.insert(place.profile)
        }
        var row =
            rows[place]
            ?? ProfileWeek(
                profile: profile.rawValue, cohort: cohort, week: week, isHeldOut: record.isHeldOut, orders: 0, gross: 0,
                discount: 0, margin: 0, priorMargin: record.priorMargin)
        row.orders += record.outcomes.hasConverted ? 1 : 0
        row.gross += record.outcomes.revenue + record.outcomes.discount
        row.discount += record.outcomes.discount
        row.margin += record.outcomes.margin
        rows[place] = row
    }

    func summary(resamples: Int, seed: UInt64) -> OfferSummary {
        var summary = OfferSummary(
            report: OfferReport(weeks()), cohorts: cohorts.sorted { $0.value < $1.value }.map(\.key))
        (summary.decisions, summary.generic, summary.offered) = (decisions, generic, offered)
        for (policy, target) in [("never", Self.never), ("at random", Self.random)] {
            summary.estimates += estimates(policy, target, resamples, seed)
        }
        return summary
    }

    /// Who was in both groups is shown to the report as such, which leaves him out.
    private func weeks() -> [ProfileWeek] {
        var weeks = rows.values.map { row in
            var row = row
            if mixed.contains(row.profile) { row.isHeldOut = false }
            return row
        }
        for profile in mixed {
            weeks.append(
                ProfileWeek(
                    profile: profile, cohort: 0, week: .max, isHeldOut: true, orders: 0, gross: 0, discount: 0,
                    margin: 0))
        }
        return weeks.sorted { ($0.profile, $0.week) < ($1.profile, $1.week) }
    }

    // MARK: Other policies

    /// Nobody is offered anything.
    private static func never(_ record: OfferRecord) -> Double { record.offer.isEmpty ? 1 : 0 }
    /// Each of what could be chosen alike.
    private static func random(_ record: OfferRecord) -> Double { 1 / Double(max(record.arms, 1)) }

    private func estimates(
        _ policy: String, _ target: (OfferRecord) -> Double, _ resamples: Int, _ seed: UInt64
    ) -> [OfferSummary.PolicyEstimate] {
        let logged = rounds.map { record in
            let with = record.probability * Double(record.revenue - record.discount - record.cost - record.extra)
            let without = record.baseline * Double(record.revenue - record.cost)
            return LoggedRound(
                reward: Double(record.outcomes.margin), propensity: record.propensity, target: target(record),
                expected: with, expectedUnderTarget: policy == "never" ? without : with)
        }
        // Of a random policy the model's own expectation is not known: what could have been chosen is not kept.
        let methods: [OffPolicyMethod] =
            policy == "never" ? OffPolicyMethod.allCases : [.inversePropensity, .selfNormalised]
        return methods.compactMap { method in
            var generator = SplitMix(state: seed)
            let found = try? OffPolicy.estimate(logged, by: method, clip: 100, resamples: resamples, using: &generator)
            return found.map { .init(policy: policy, estimate: $0) }
        }
    }
}

/// SplitMix64: a seed replays a report.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
