/// What a run of `evaluate-linkage` was asked for.
struct EvaluationOptions {
    /// Files of observations.
    var paths: [String] = []
    /// source,record_id,truth
    var truth: String?
    /// Attributes that are left out.
    var without: Set<String> = []
    /// The name of a synthetic shape, in place of files.
    var synthetic: String?
    var seed: UInt64 = 1
    var people: Int?
    /// Files, or a synthetic shape, to train on in place of the set itself.
    var trainedOn: [String] = []
    /// Records with an identifier in common are joined before any others.
    var usesIdentifiers = false
    /// Identifiers are compared as codes.
    var takesIdentifiers = false
    var isVerbose = false
    /// Whether the model is written as `GeneralModel` holds it, and nothing else.
    var isPrinted = false
    /// How many misses and mistakes are shown.
    var misses = 0
    /// Measures speed on so many people instead.
    var speed: Int?
    /// Writes people to a file instead, or matches those of one.
    var written: String?
    var bulk: String?

    static let usage = """
        usage: evaluate-linkage [--truth CSV] [--without NAMES] [--trained-on FILE|SHAPE]... [--identifiers]
                   [--identifiers-as-attributes] [--verbose] [--print] [--misses N] FILE.jsonl...
               evaluate-linkage --synthetic SHAPE [--people N] [--seed N] ...
               evaluate-linkage --speed PEOPLE
               evaluate-linkage --write FILE.csv --people N
               evaluate-linkage --bulk FILE.csv
        shapes: \(SyntheticShape.names.joined(separator: " "))
        """

    /// Nil where the arguments are not understood.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--identifiers": usesIdentifiers = true
            case "--identifiers-as-attributes": takesIdentifiers = true
            case "--verbose": isVerbose = true
            case "--print": isPrinted = true
            case _ where word.hasPrefix("--"):
                guard let value = rest.popFirst(), take(word, value) else { return nil }
            default: paths.append(word)
            }
        }
        guard speed != nil || written != nil || bulk != nil || synthetic != nil || !paths.isEmpty else { return nil }
    }

    private mutating func take(_ word: String, _ value: String) -> Bool {
        switch word {
        case "--truth": truth = value
        case "--without": without.formUnion(value.split(separator: ",").map(String.init))
        case "--synthetic": synthetic = value
        case "--trained-on": trainedOn.append(value)
        case "--write": written = value
        case "--bulk": bulk = value
        default: return takeNumber(word, value)
        }
        return true
    }

    /// False where the word is unknown, or what follows it is no number that it can have.
    private mutating func takeNumber(_ word: String, _ value: String) -> Bool {
        guard let number = UInt32(value) else { return false }
        switch word {
        case "--seed": seed = UInt64(number)
        case "--people" where number > 0: people = Int(number)
        case "--misses": misses = Int(number)
        case "--speed" where number > 0: speed = Int(number)
        default: return false
        }
        return true
    }
}
