internal import Engine

/// The answer of `evaluate` in JSON.
struct EvaluationAnswer: Encodable {
    var kind: String
    /// Rows that could not be read.
    var refusedRows: Int
    /// Rows of placeholders, which no profile holds; nil: a list of records has none.
    var placeholderRows: Int?
    var records: EvaluationOfRecords?
    var identifiers: EvaluationOfIdentifiers?

    private enum CodingKeys: String, CodingKey {
        case kind, records, identifiers
        case refusedRows = "refused_rows"
        case placeholderRows = "placeholder_rows"
    }
}

/// The answer of `evaluate` for reading.
enum EvaluationText {
    static func say(_ evaluation: EvaluationOfRecords, refused: Int) throws {
        let agreement = evaluation.agreement
        var counts = TextTable(["", ""])
        counts.add(["records compared", "\(agreement.items)"])
        counts.add(["not in the store", "\(evaluation.notHeld)"])
        counts.add(["listed again", "\(evaluation.repeated)"])
        counts.add(["rows refused", "\(refused)"])
        counts.add(["clusters found", "\(agreement.foundGroups)"])
        counts.add(["clusters true", "\(agreement.trueGroups)"])
        try counts.print()
        var table = TextTable(["measure", "precision", "recall", "F1"])
        table.add(["pairwise", decimal(agreement.precision), decimal(agreement.recall), decimal(agreement.f1)])
        table.add([
            "B-cubed", decimal(agreement.bCubedPrecision), decimal(agreement.bCubedRecall), decimal(agreement.bCubedF1),
        ])
        try table.print()
        try say(evaluation.thresholds ?? [])
    }

    /// Pairs by likeness alone, at each threshold: a chart of F1.
    private static func say(_ thresholds: [ThresholdScore]) throws {
        var table = TextTable(["likeness from", "pairs", "precision", "recall", "F1", "F1 from .5 to 1"])
        for score in thresholds {
            let length = Int((max(0, score.f1 - 0.5) * 80).rounded())
            let bar = String(repeating: "#", count: length) + String(repeating: " ", count: 40 - min(length, 40))
            table.add([
                "\(decimal(score.bits, digits: 1)) bits" + (score.isDefault ? " (the model's)" : ""), "\(score.pairs)",
                decimal(score.precision), decimal(score.recall), decimal(score.f1), bar,
            ])
        }
        try table.print()
    }

    static func say(_ evaluation: EvaluationOfIdentifiers, refused: Int, placeholders: Int) throws {
        var counts = TextTable(["", ""])
        counts.add(["identifiers of one person", "\(evaluation.identifiers)"])
        counts.add(["left out: shared, or nobody's", "\(evaluation.shared)"])
        counts.add(["left out: placeholders", "\(placeholders)"])
        counts.add(["in no profile", "\(evaluation.notHeld)"])
        counts.add(["rows refused", "\(refused)"])
        counts.add(["people", "\(evaluation.people)"])
        counts.add(["profiles", "\(evaluation.profiles)"])
        counts.add(["pairwise precision", decimal(evaluation.precision)])
        let recall = evaluation.recall.map { decimal($0) } ?? "give --observations"
        counts.add(["pairwise recall of what is connected", recall])
        try counts.print()
        let sessions = evaluation.sessions
        var table = TextTable(["sessions of one person", "number", "share"])
        table.add(["all", "\(sessions.total)", ""])
        let before = sessions.addressableBefore.map { "\($0)" } ?? "give --observations"
        table.add(["addressable before stitching", before, decimal(sessions.shareBefore)])
        table.add(["addressable", "\(sessions.addressable)", decimal(sessions.share)])
        table.add(["wrong", "\(sessions.wrong)", decimal(sessions.wrongShare)])
        table.add(["unaddressable", "\(sessions.unaddressable)", ""])
        try table.print()
        guard let plain = evaluation.withoutLikeness else { return }
        var likeness = TextTable(["", "by identifiers alone", "with likeness"])
        likeness.add(["pairwise precision", decimal(plain.precision), decimal(evaluation.precision)])
        likeness.add(["addressable", decimal(plain.sessions.share), decimal(sessions.share)])
        likeness.add(["wrong", decimal(plain.sessions.wrongShare), decimal(sessions.wrongShare)])
        likeness.add(["precision of the pairs that likeness adds", "", decimal(plain.addedPrecision)])
        try likeness.print()
    }
}
