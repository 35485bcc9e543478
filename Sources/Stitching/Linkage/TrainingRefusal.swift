/// Why no model is made of a set of records: each says what was found and what may help.
package enum TrainingRefusal: Error, Hashable, Sendable {
    /// Too few records have attributes, or no two attributes are on enough of them.
    case tooFewRecords(count: Int, least: Int)
    case tooFewAttributes(usable: [String], least: Int)
    /// No blocking rule brings pairs together within its budget.
    case noCandidates
    case didNotConverge(iterations: Int, lastGain: Double)
    /// Fewer matches than probabilities can be estimated from.
    case tooFewMatches(estimated: Double, least: Double)
    /// More matches than records could sensibly have: it is not people that were found.
    case tooManyMatches(estimated: Double, most: Double)
    /// In the class taken for matches this attribute is more often unequal than equal.
    case matchesDisagree(attribute: String, equal: Double, least: Double)
    /// A likeness weighs less than a lesser one.
    case notMonotone(attribute: String, level: String)
}

extension TrainingRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooFewRecords(let count, let least):
            "\(count) records have attributes; training needs \(least)"
        case .tooFewAttributes(let usable, let least):
            "only \(usable.isEmpty ? "none" : usable.joined(separator: ", ")) can be compared; training needs \(least) attributes"
        case .noCandidates:
            "no two records have enough in common: record more, or attributes that repeat"
        case .didNotConverge(let iterations, let lastGain):
            "no convergence in \(iterations) iterations (the last gained \(lastGain)): record more, or anchor it by identifiers"
        case .tooFewMatches(let estimated, let least):
            "about \(Int(estimated)) pairs match; training needs \(Int(least)): record more, or use a model trained elsewhere"
        case .tooManyMatches(let estimated, let most):
            "about \(Int(estimated)) pairs would match, over \(Int(most)): the attributes do not tell people apart"
        case .matchesDisagree(let attribute, let equal, let least):
            """
            what looks like matches has equal \(attribute) in \(Int(100 * equal)) of 100 pairs, below \(Int(100 * least)): \
            it is something else that was found, such as households
            """
        case .notMonotone(let attribute, let level):
            "\(attribute): the level \"\(level)\" weighs less than a lesser likeness"
        }
    }
}
