/// Purposes, laws and what sources may serve, drawn as the text of a configuration.
struct ConsentText {
    private(set) var text: String
    private var generator: SeededGenerator
    /// Whether sources are restricted at all.
    private let restricts: Bool

    static let purposes = ["ads", "news", "service", "taste"]
    static let features = ["combine_sources", "link_devices"]

    init(_ outer: inout SeededGenerator) {
        generator = SeededGenerator(seed: outer.next())
        restricts = generator.chance(65)
        text = "jurisdiction: \(generator.pick(["GDPR", "CPRA", "LGPD"]))\npurposes:\n"
        text += "  ads: {legal_basis: consent, max_age: \(generator.pick(["10d", "30d", "400d"])), gpc: true}\n"
        text += "  news: {legal_basis: consent, max_age: \(generator.pick(["never", "20d"]))"
        text += generator.chance(30) ? ", defaults: {GDPR: granted, CPRA: denied}}\n" : "}\n"
        text += "  service: {legal_basis: contract, max_age: \(generator.pick(["never", "5d"]))}\n"
        text += "  taste: {legal_basis: consent, max_age: never, defaults: {GDPR: granted, LGPD: denied}}\n"
        for feature in Self.features {
            text += "  \(feature): {kind: \(feature), max_age: \(generator.pick(["never", "25d"]))"
            text += ", legal_basis: \(generator.pick(["consent", "legitimate_interest", "legitimate_interest"]))}\n"
        }
    }

    /// What a source may serve, as a further field of it.
    mutating func servedPurposes() -> String {
        guard restricts, generator.chance(55) else { return "" }
        let served = Self.purposes.filter { _ in generator.chance(55) }
        return ", purposes: [\(served.joined(separator: ", "))]"
    }
}
