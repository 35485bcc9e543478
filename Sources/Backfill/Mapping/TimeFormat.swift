internal import Identity

/// How a column writes a time.
package enum TimeFormat: Hashable, Sendable {
    case rfc3339
    /// Since 1970, with or without a fraction; `digits` of it make a unit: 0 seconds, 3 milliseconds, 6 microseconds.
    case unix(digits: Int)
    case pattern([Piece])

    package enum Piece: Hashable, Sendable {
        case literal(UInt8)
        case field(Field)
    }

    package enum Field: Hashable, Sendable {
        case year, shortYear, month, monthName, day, hour, hour12, half, minute, second, fraction, zone
    }

    /// Whether a time of this format does not say where it was.
    var needsZone: Bool {
        guard case .pattern(let pieces) = self else { return false }
        return !pieces.contains(.field(.zone))
    }

    static let names = ["rfc3339", "unix_seconds", "unix_milliseconds", "unix_microseconds"]

    /// Fields by the letter behind a per cent sign. A day or month may have one digit, a fraction any number.
    private static let letters: [Character: [Piece]] = [
        "Y": [.field(.year)], "y": [.field(.shortYear)], "m": [.field(.month)], "b": [.field(.monthName)],
        "d": [.field(.day)], "e": [.field(.day)], "H": [.field(.hour)], "I": [.field(.hour12)], "p": [.field(.half)],
        "M": [.field(.minute)], "S": [.field(.second)], "f": [.field(.fraction)], "z": [.field(.zone)],
        "%": [.literal(UInt8(ascii: "%"))],
        "F": [.field(.year), .literal(0x2d), .field(.month), .literal(0x2d), .field(.day)],
        "T": [.field(.hour), .literal(0x3a), .field(.minute), .literal(0x3a), .field(.second)],
    ]

    /// One of `names`, or a pattern such as `%d.%m.%Y %H:%M`.
    init(_ text: String, at node: ConfigurationNode) throws(ConfigurationError) {
        switch text {
        case "rfc3339": self = .rfc3339
        case "unix_seconds": self = .unix(digits: 0)
        case "unix_milliseconds": self = .unix(digits: 3)
        case "unix_microseconds": self = .unix(digits: 6)
        default:
            guard text.contains("%") else {
                throw node.error("\"\(text)\" is no format: a pattern such as %d.%m.%Y %H:%M, or", allowed: Self.names)
            }
            self = .pattern(try Self.pieces(text, node))
        }
    }

    private static func pieces(_ text: String, _ node: ConfigurationNode) throws(ConfigurationError) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                pieces += character.utf8.map { .literal($0) }
                continue
            }
            guard let letter = rest.popFirst(), let known = letters[letter] else {
                throw node.error(
                    "\"\(text)\" has a field that is not known; the fields are",
                    allowed: letters.keys.sorted().map { "%\($0)" })
            }
            pieces += known
        }
        let fields = pieces.compactMap { piece in if case .field(let field) = piece { field } else { nil } }
        guard Set(fields).count == fields.count else { throw node.error("\"\(text)\" names a field twice") }
        let has = { (wanted: Field...) in wanted.contains(where: fields.contains) }
        guard has(.year, .shortYear), has(.month, .monthName), has(.day) else {
            throw node.error("\"\(text)\" needs a year, a month and a day")
        }
        guard has(.hour12) == has(.half) else { throw node.error("\"\(text)\": %I and %p go together") }
        return pieces
    }
}
