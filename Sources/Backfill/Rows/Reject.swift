package import Identity

/// What is wrong with a row as a row, before anybody asks what it says.
package enum RowProblem: String, Hashable, Sendable, CaseIterable {
    /// A quote inside a field, or text behind a closing quote.
    case misquoted
    case unclosedQuote = "unclosed_quote"
    case raggedRow = "ragged_row"
    case lineTooLong = "line_too_long"
    case nul
    case invalidNumber = "invalid_number"
    case invalidBoolean = "invalid_boolean"
    case unknownWord = "unknown_word"

    /// What can be done about it.
    var advice: String {
        switch self {
        case .misquoted: "a quote stands at both ends of a field, and doubled inside it"
        case .unclosedQuote: "no quote ends the field within the longest row; close it"
        case .raggedRow: "give every row the fields of the header"
        case .lineTooLong: "shorten the row, or raise line_bytes in the configuration's limits"
        case .nul: "remove the NUL bytes; is the file UTF-16?"
        case .invalidNumber: "a number such as 12 or -3.5, without a mark between thousands"
        case .invalidBoolean: "true or false, yes or no, 1 or 0"
        case .unknownWord: "add the word to the mapping's decision, or correct the row"
        }
    }
}

/// Why a row is not taken.
package enum RejectReason: Hashable, Sendable {
    case refusal(RefusalReason)
    case row(RowProblem)
    /// A server's word.
    case told(String)

    package var name: String {
        switch self {
        case .refusal(let reason): reason.rawValue
        case .row(let problem): problem.rawValue
        case .told(let name): name
        }
    }

    package var advice: String {
        switch self {
        case .refusal(let reason): reason.advice
        case .row(let problem): problem.advice
        case .told: "see the server's log"
        }
    }
}

/// What stops one row, while it is read.
struct RowFault: Error {
    var reason: RejectReason
    /// The mapping's name of the column; nil: the row as a whole.
    var column: String?
    /// Nil: the reason's own.
    var advice: String?

    init(_ reason: RefusalReason, _ column: String? = nil, advice: String? = nil) {
        (self.reason, self.column, self.advice) = (.refusal(reason), column, advice)
    }

    init(_ problem: RowProblem, _ column: String? = nil, advice: String? = nil) {
        (self.reason, self.column, self.advice) = (.row(problem), column, advice)
    }
}

/// A row that was not taken: where, why, what to do, and its form without what it says.
package struct Reject: Hashable, Sendable {
    /// Index of the input.
    package var input: Int
    /// The row's first line, from 1.
    package var line: Int
    /// The mapping's name of the column, or a field of JSON Lines; empty: the row as a whole.
    package var column: String
    package var reason: RejectReason
    package var advice: String
    /// Letters as `x`, digits as `9`.
    package var text: String

    package init(input: Int, line: Int, column: String, reason: RejectReason, advice: String, text: String) {
        (self.input, self.line, self.column) = (input, line, column)
        (self.reason, self.advice, self.text) = (reason, advice, text)
    }
}
