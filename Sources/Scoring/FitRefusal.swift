/// Why no model can be had from the data: each says what was seen, and what would do.
package enum FitRefusal: Error, Hashable, Sendable {
    /// A row that no history can have: such as a last purchase after the age.
    case impossibleRow(index: Int, field: String)
    case tooFew(what: String, found: Int, needed: Int)
    /// Nobody came back: nothing tells how often people buy, nor whether they stay.
    case onlyOneTimeBuyers(customers: Int)
    /// Everyone is alike in what should tell them apart.
    case noVariance(of: String)
    /// No time has passed since anyone's first purchase.
    case noTime
    case notConverged(iterations: Int, gradient: Double)
    /// The likelihood rises towards the edge of what a parameter may be.
    case boundary(parameter: String, value: Double)
    /// The likelihood is as good as level along a parameter: its standard error is larger than `limit` on the log.
    case notIdentified(parameter: String, logError: Double, limit: Double)
    /// The expectation that the model should give does not exist.
    case noMean(parameter: String, value: Double)
}

extension FitRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .impossibleRow(let index, let field):
            "row \(index) cannot be a history: \(field) is out of its range; correct it or leave it out"
        case .tooFew(let what, let found, let needed):
            "\(found) \(what) are too few to fit a model; \(needed) are needed"
        case .onlyOneTimeBuyers(let customers):
            "none of \(customers) customers came back; take a longer time"
        case .noVariance(let what):
            "\(what) is the same for everyone, so nothing tells people apart; take a larger sample"
        case .noTime: "no time has passed since anyone's first purchase; take a later end"
        case .notConverged(let iterations, let gradient):
            "the likelihood's maximum was not found in \(iterations) steps (its slope is still \(gradient))"
        case .boundary(let parameter, let value):
            "the likelihood rises as \(parameter) goes to the edge of its range (\(value)); a simpler model would do"
        case .notIdentified(let parameter, let error, let limit):
            "the data hardly tell what \(parameter) is: its logarithm has a standard error of \(error), above \(limit)"
        case .noMean(let parameter, let value):
            "with \(parameter) at \(value) the expected value is infinite; leave out what is not an ordinary order"
        }
    }
}
