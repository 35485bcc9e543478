import Foundation
import Testing

/// An input that is wrong in one place, and what has to become of it.
struct Malformed: CustomTestStringConvertible {
    enum Fate {
        /// One row is refused, for a reason, on a line, at a column; those around it are taken.
        case reject(String, line: Int, column: String)
        /// The input as a whole, with words that say what to do.
        case refusal(String)
    }

    var name: String
    var file = "rows.csv"
    var bytes: [UInt8]
    var mapping: String? = Malformed.mapping
    var fate: Fate
    /// Rows that are taken.
    var accepted = 2

    var testDescription: String { name }

    static let mapping = """
        source: source
        time: time
        identifiers:
          - {namespace: email, column: email}
          - {namespace: email, column: hash, hashed: sha256}
          - {namespace: phone, column: phone}
          - {namespace: cookie, column: cookie}
        """
    static let header = "source,time,email,hash,phone,cookie\n"
    static let good = "web,2026-01-02T03:04:05Z,ann@example.org,,,k1\n"

    /// A row on line 3 between two that are good.
    static func row(_ name: String, _ row: String, _ reason: String, _ column: String = "") -> Malformed {
        row2(name, Array(row.utf8), reason, column)
    }

    static func row2(_ name: String, _ row: [UInt8], _ reason: String, _ column: String = "") -> Malformed {
        Malformed(
            name: name, bytes: Array((header + good).utf8) + row + Array("\n".utf8) + Array(good.utf8),
            fate: .reject(reason, line: 3, column: column))
    }

    /// A line of JSON on line 2 between two that are good.
    static func json(_ name: String, _ line: String, _ reason: String, _ field: String = "") -> Malformed {
        let good =
            #"{"source":"web","time":"2026-01-02T03:04:05Z","identifiers":[{"namespace":"cookie","value":"k1"}]}"#
            + "\n"
        return Malformed(
            name: name, file: "rows.jsonl", bytes: Array((good + line + "\n" + good).utf8), mapping: nil,
            fate: .reject(reason, line: 2, column: field))
    }

    /// All of them.
    static let all: [Malformed] = {
        var all = shapes + encodings + times + identifiers + sources + lines + files
        all += truncated
        return all
    }()

    // MARK: Rows

    private static let shapes: [Malformed] = [
        row("one field", "web", "ragged_row"), row("no field", ",", "ragged_row"),
        row("a field too few", "web,2026-01-02T03:04:05Z,a@b.de,,", "ragged_row"),
        row("a field too many", "web,2026-01-02T03:04:05Z,a@b.de,,,k,", "ragged_row"),
        row("many fields too many", String(repeating: ",", count: 5_000), "ragged_row"),
        row("another delimiter", "web;2026-01-02T03:04:05Z;a@b.de;;;k", "ragged_row"),
        row("a tab for commas", "web\t2026-01-02T03:04:05Z\ta@b.de\t\t\tk", "ragged_row"),
        row("a sentence", "-- 1,234 rows selected", "ragged_row"),
        row("a comma that is not quoted", "web,2026-01-02T03:04:05Z,a@b.de,,,k,1", "ragged_row"),
        row("the header again", "source,time,email,hash,phone,cookie", "invalid_time", "time"),
        row("a quote in a field", "web,2026-01-02T03:04:05Z,a\"@b.de,,,k", "misquoted"),
        row("a quote at the end", "web,2026-01-02T03:04:05Z,a@b.de,,,k\"", "misquoted"),
        row("a quote at the beginning", "\"web,2026-01-02T03:04:05Z,a@b.de,,,k", "unclosed_quote"),
        row("text behind a quote", "web,2026-01-02T03:04:05Z,\"a@b.de\"x,,,k", "misquoted"),
        row("a space behind a quote", "web,2026-01-02T03:04:05Z,\"a@b.de\" ,,,k", "misquoted"),
        row("a space before a quote", "web,2026-01-02T03:04:05Z, \"a@b.de\",,,k", "misquoted"),
        row("backslashes for quotes", #"web,2026-01-02T03:04:05Z,"a\"@b.de",,,k"#, "misquoted"),
        row("three quotes", "web,2026-01-02T03:04:05Z,\"\"\"a@b.de,,,k", "unclosed_quote"),
        row("quotes within quotes", "web,2026-01-02T03:04:05Z,\"a \"b\" c\",,,k", "misquoted"),
        row("a NUL", "web,2026-01-02T03:04:05Z,a@b.de,,,k\u{0}", "nul"),
        row("a NUL in quotes", "web,2026-01-02T03:04:05Z,a@b.de,,,\"k\u{0}\"", "nul"),
        row("nothing but NULs", String(repeating: "\u{0}", count: 100), "ragged_row"),
        row("a NUL in a column that is not used", "web,2026-01-02T03:04:05Z,a@b.de,\u{0},,k", "nul"),
        row(
            "a row that is too long", "web,2026-01-02T03:04:05Z,a@b.de,,,\(String(repeating: "x", count: 600_000))",
            "line_too_long"),
        row(
            "a value that is too long", "web,2026-01-02T03:04:05Z,,,,\(String(repeating: "x", count: 1_025))",
            "value_too_long", "cookie"),
        row("no identifier", "web,2026-01-02T03:04:05Z,,,,", "no_identifiers"),
        row("white space alone", "web,2026-01-02T03:04:05Z,  ,\t, ,", "no_identifiers"),
    ]

    private static let encodings: [Malformed] = {
        let before = Array("web,2026-01-02T03:04:05Z,".utf8)
        let sequences: [(String, [UInt8])] = [
            ("Latin-1", [0x7a, 0xf6, 0x65]), ("a continuation alone", [0x61, 0x80]),
            ("an end cut off", [0x61, 0xe2, 0x82]),
            ("an overlong slash", [0xc0, 0xaf]), ("a surrogate", [0xed, 0xa0, 0x80]),
            ("past Unicode", [0xf5, 0x80, 0x80, 0x80]),
            ("0xff", [0x61, 0xff]), ("0xfe", [0xfe, 0x61]),
        ]
        return sequences.flatMap { name, bytes in
            [
                row2("\(name) in an address", before + bytes + Array("@b.de,,,k".utf8), "invalid_utf8", "email"),
                row2("\(name) in a cookie", before + Array(",,,".utf8) + bytes, "invalid_utf8", "cookie"),
            ]
        }
            + [
                row("a zero-width space", "web,2026-01-02T03:04:05Z,,,,k\u{200b}1", "invalid_characters", "cookie"),
                row("a direction mark", "web,2026-01-02T03:04:05Z,,,,k\u{202e}1", "invalid_characters", "cookie"),
                row("a bell", "web,2026-01-02T03:04:05Z,,,,k\u{7}1", "invalid_characters", "cookie"),
                row("a CR", "web,2026-01-02T03:04:05Z,,,,k\r1", "invalid_characters", "cookie"),
                row("a newline in quotes", "web,2026-01-02T03:04:05Z,,,,\"k\n1\"", "invalid_characters", "cookie"),
                row("a tab within", "web,2026-01-02T03:04:05Z,,,,k\t1", "invalid_characters", "cookie"),
                row("DEL", "web,2026-01-02T03:04:05Z,,,,k\u{7f}1", "invalid_characters", "cookie"),
            ]
    }()

    private static let times: [Malformed] =
        ([
            ("nothing", "", "missing_field"), ("a word", "yesterday", "invalid_time"),
            ("no zone", "2026-01-02T03:04:05", "invalid_time"),
            ("a date", "2026-01-02", "invalid_time"), ("a space", "2026-01-02 03:04:05Z", "invalid_time"),
            ("the thirtieth of February", "2026-02-30T00:00:00Z", "invalid_time"),
            ("month 13", "2026-13-01T00:00:00Z", "invalid_time"),
            ("hour 24", "2026-01-01T24:00:00Z", "invalid_time"), ("minute 60", "2026-01-01T00:60:00Z", "invalid_time"),
            ("day 0", "2026-01-00T00:00:00Z", "invalid_time"),
            ("a year of two digits", "26-01-01T00:00:00Z", "invalid_time"),
            ("a year of five digits", "12026-01-01T00:00:00Z", "invalid_time"),
            ("seconds", "1767323045", "invalid_time"),
            ("before 1970", "1969-12-31T23:59:59Z", "time_out_of_range"),
            ("after 2199", "2200-01-01T00:00:00Z", "time_out_of_range"),
            ("year 0", "0000-01-01T00:00:00Z", "time_out_of_range"),
            ("to come", "2199-12-31T00:00:00Z", "time_in_future"),
            ("a day of dots", "02.01.2026", "invalid_time"), ("an American day", "01/02/2026", "invalid_time"),
            ("an offset of a day", "2026-01-01T00:00:00+24:00", "invalid_time"),
            ("text behind", "2026-01-01T00:00:00Zx", "invalid_time"),
            ("no fraction", "2026-01-01T00:00:00.Z", "invalid_time"), ("NaN", "NaN", "invalid_time"),
            ("NULL", "NULL", "invalid_time"),
        ] as [(String, String, String)]).map { row("time: \($0.0)", "web,\($0.1),a@b.de,,,k", $0.2, "time") }

    private static let identifiers: [Malformed] = {
        func one(_ name: String, _ column: String, _ value: String, _ reason: String) -> Malformed {
            let fields = ["email", "hash", "phone", "cookie"].map { $0 == column ? value : "" }
            return row(
                "\(column): \(name)", "web,2026-01-02T03:04:05Z,\(fields.joined(separator: ","))", reason, column)
        }
        var cases = [
            one("no mark", "email", "ann.example.org", "invalid_email"),
            one("two marks", "email", "a@b@c.de", "invalid_email"),
            one("no name", "email", "@example.org", "invalid_email"),
            one("no domain", "email", "ann@", "invalid_email"),
            one("a name with it", "email", "Ann <ann@example.org>", "invalid_email"),
            one("a list", "email", "a@b.de;c@d.de", "invalid_email"),
            one("a space", "email", "ann smith@example.org", "invalid_email"),
            one("a number", "email", "12345", "invalid_email"),
            one("letters", "phone", "call me", "invalid_phone"), one("too short", "phone", "+49 1", "invalid_phone"),
            one("too long", "phone", "+4917645678904634567891", "invalid_phone"),
            one("no country", "phone", "030 1234567", "phone_needs_region"),
            one("an address", "phone", "ann@example.org", "invalid_phone"),
            one("not hexadecimal", "hash", String(repeating: "g", count: 64), "invalid_hash"),
            one("MD5", "hash", "d41d8cd98f00b204e9800998ecf8427e", "invalid_hash"),
            one("a digit short", "hash", String(repeating: "a1", count: 31) + "a", "invalid_hash"),
            one("a value", "hash", "ann@example.org", "invalid_hash"),
            one("base64 cut off", "hash", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF", "invalid_hash"),
        ]
        // What stands for no value leaves nothing behind.
        for value in ["null", "N/A", "none", "unknown", "0000000000", "test@test.com"] {
            let (email, cookie) = value.contains("@") ? (value, "") : ("", value)
            cases.append(row("nobody: \(value)", "web,2026-01-02T03:04:05Z,\(email),,,\(cookie)", "placeholder"))
        }
        return cases
    }()

    private static let sources: [Malformed] =
        ([
            ("nothing", "", "missing_field"), ("a space", "my shop", "unknown_source"),
            ("a slash", "a/b", "unknown_source"),
            ("an umlaut", "käse", "unknown_source"),
            ("65 letters", String(repeating: "s", count: 65), "unknown_source"),
            ("an address", "ann@example.org", "unknown_source"), ("bytes", "\u{1}", "unknown_source"),
        ] as [(String, String, String)]).map {
            row("source: \($0.0)", "\($0.1),2026-01-02T03:04:05Z,a@b.de,,,k", $0.2, "source")
        }
}
