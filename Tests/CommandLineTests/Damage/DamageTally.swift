/// Flips counted by region and by what came of them.
struct DamageTally {
    struct Case: Hashable {
        var region: DamageRegion
        var outcome: DamageOutcome
        /// Whether `check` found it; nil where it was not asked.
        var isFound: Bool?
    }

    private(set) var counts: [Case: Int] = [:]
    /// Flips that must not be, in words that replay them.
    private(set) var offences: [String] = []

    mutating func add(_ entry: Case, at place: String) {
        counts[entry, default: 0] += 1
        if let offence = Self.offence(entry) { offences.append("\(offence): \(entry.region.rawValue), \(place)") }
    }

    mutating func add(_ other: DamageTally) {
        counts.merge(other.counts, uniquingKeysWith: +)
        offences += other.offences
    }

    func count(where isWanted: (Case) -> Bool) -> Int {
        counts.reduce(0) { $0 + (isWanted($1.key) ? $1.value : 0) }
    }

    private static func offence(_ entry: Case) -> String? {
        if entry.outcome == .anotherPerson { return "another person's data" }
        if entry.isFound == false, entry.region.isValue { return "a flip in a value that check does not find" }
        if entry.isFound == false, entry.outcome != .same {
            return "\(entry.outcome.rawValue), and check finds nothing"
        }
        return nil
    }

    /// Region by outcome, with what `check` found of those it was asked for.
    var table: String {
        let outcomes = DamageOutcome.allCases.filter { outcome in count { $0.outcome == outcome } > 0 }
        let titles = ["region", "flips"] + outcomes.map(\.rawValue) + ["found by check", "not"]
        let regions = DamageRegion.allCases.filter { region in count { $0.region == region } > 0 }
        let rows = regions.map { region in row(region.rawValue, outcomes) { $0.region == region } }
        return Self.aligned([titles] + rows + [row("all", outcomes) { _ in true }])
    }

    private func row(_ name: String, _ outcomes: [DamageOutcome], _ isOfRow: (Case) -> Bool) -> [String] {
        let byOutcome = outcomes.map { outcome in count { isOfRow($0) && $0.outcome == outcome } }
        let checked = [true, false].map { isFound in count { isOfRow($0) && $0.isFound == isFound } }
        return [name] + ([count(where: isOfRow)] + byOutcome + checked).map(String.init)
    }

    private static func aligned(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
