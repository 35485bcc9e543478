import Foundation

extension Malformed {
    /// JSON Lines.
    static let lines: [Malformed] = {
        let time = #""time":"2026-01-02T03:04:05Z""#
        let one = #""identifiers":[{"namespace":"cookie","value":"k"}]"#
        func with(_ name: String, _ members: String, _ reason: String, _ field: String = "") -> Malformed {
            json("JSON: \(name)", "{\(members)}", reason, field)
        }
        return [
            json("JSON: a word", "nothing", "malformed_json"),
            json("JSON: cut off", "{\"source\":\"we", "malformed_json", "source"),
            json("JSON: a list", "[]", "malformed_json"), json("JSON: a number", "1", "malformed_json"),
            json("JSON: two objects", "{} {}", "malformed_json"),
            json("JSON: a comma at the end", "{\"source\":\"web\",}", "malformed_json"),
            json("JSON: single quotes", "{'source':'web'}", "malformed_json"),
            json("JSON: nothing in it", "{}", "missing_field", "source"),
            json("JSON: a row of CSV", "web,2026-01-02T03:04:05Z,a@b.de", "malformed_json"),
            json("JSON: a NUL", "{\"source\":\"web\u{0}\"}", "malformed_json", "source"),
            with("no source", "\(time),\(one)", "missing_field", "source"),
            with("no time", "\"source\":\"web\",\(one)", "missing_field", "time"),
            with("no identifiers", "\"source\":\"web\",\(time)", "no_identifiers", "identifiers"),
            with("an empty list", "\"source\":\"web\",\(time),\"identifiers\":[]", "no_identifiers", "identifiers"),
            with("an unknown field", "\"source\":\"web\",\(time),\(one),\"colour\":1", "unknown_field"),
            with("a field twice", "\"source\":\"web\",\"source\":\"web\",\(time),\(one)", "duplicate_field", "source"),
            with("a source that is a number", "\"source\":1,\(time),\(one)", "wrong_type", "source"),
            with("a time that is a number", "\"source\":\"web\",\"time\":1767323045,\(one)", "wrong_type", "time"),
            with(
                "identifiers that are a text", "\"source\":\"web\",\(time),\"identifiers\":\"k\"", "wrong_type",
                "identifiers"),
            with(
                "an unknown namespace",
                "\"source\":\"web\",\(time),\"identifiers\":[{\"namespace\":\"fax\",\"value\":\"k\"}]",
                "unknown_namespace", "identifiers[0].namespace"),
            with(
                "no namespace", "\"source\":\"web\",\(time),\"identifiers\":[{\"value\":\"k\"}]", "missing_field",
                "identifiers[0]"),
            with(
                "value and hash",
                "\"source\":\"web\",\(time),\"identifiers\":[{\"namespace\":\"cookie\",\"value\":\"k\",\"sha256\":\"k\"}]",
                "ambiguous_identifier", "identifiers[0].sha256"),
            with(
                "a hash of a cookie",
                "\"source\":\"web\",\(time),\"identifiers\":[{\"namespace\":\"cookie\",\"sha256\":\"k\"}]",
                "hash_not_accepted", "identifiers[0].sha256"),
            with(
                "seventeen identifiers",
                "\"source\":\"web\",\(time),\"identifiers\":[\((0..<17).map { "{\"namespace\":\"cookie\",\"value\":\"k\($0)\"}" }.joined(separator: ","))]",
                "too_many_identifiers", "identifiers"),
            with(
                "attributes that are a list", "\"source\":\"web\",\(time),\(one),\"attributes\":[]", "wrong_type",
                "attributes"),
            with(
                "attributes too deep",
                "\"source\":\"web\",\(time),\(one),\"attributes\":{\"a\":\(String(repeating: "[", count: 40))\(String(repeating: "]", count: 40))}",
                "too_deep", "attributes"),
            with("half a surrogate", "\"source\":\"\\ud800\",\(time),\(one)", "malformed_json", "source"),
            with(
                "an unknown purpose",
                "\"source\":\"web\",\(time),\(one),\"consents\":[{\"purpose\":\"sales\",\"decision\":\"granted\"}]",
                "unknown_purpose", "consents[0].purpose"),
            with(
                "an unknown decision",
                "\"source\":\"web\",\(time),\(one),\"consents\":[{\"purpose\":\"marketing\",\"decision\":\"maybe\"}]",
                "invalid_decision", "consents[0].decision"),
            with(
                "a record id of nothing", "\"source\":\"web\",\(time),\(one),\"record_id\":\"\"", "empty_value",
                "record_id"),
            with(
                "a line that is too long", "\"source\":\"\(String(repeating: "x", count: 600_000))\"", "line_too_long"),
        ]
    }()

    /// Inputs that are refused as a whole.
    static let files: [Malformed] = {
        let text = header + good
        func file(
            _ name: String, _ bytes: [UInt8], _ says: String, as file: String = "rows.csv", mapping: String? = mapping
        ) -> Malformed {
            Malformed(name: "file: \(name)", file: file, bytes: bytes, mapping: mapping, fate: .refusal(says))
        }
        func missing(_ column: String) -> Malformed {
            file(
                "no column \(column)", Array(text.replacing(column, with: column + "s").utf8),
                "has no column \"\(column)\"")
        }
        let utf16 = Array(text.data(using: .utf16LittleEndian) ?? Data())
        return [
            file("empty", [], "holds nothing"), file("a mark alone", [0xef, 0xbb, 0xbf], "holds nothing"),
            file("UTF-16", [0xff, 0xfe] + utf16, "iconv"), file("UTF-16 without a mark", utf16, "iconv"),
            file("UTF-16 of the other order", [0xfe, 0xff] + utf16, "iconv"),
            file("UTF-32", [0, 0, 0xfe, 0xff, 0, 0, 0, 0x61], "iconv"),
            file("CR alone", Array(text.replacing("\n", with: "\r").utf8), "CR alone"),
            file("no header", Array(good.utf8), "no header but data"),
            file("a header that is cut", Array("\"source,time\n".utf8), "correct its quotes"),
            file("a column twice", Array("source,time,email,hash,phone,cookie,time\n".utf8), "twice"),
            file("a header that is too long", Array(String(repeating: "x", count: 600_000).utf8), "longer than"),
            file("Parquet", Array("PAR1".utf8) + [21, 4], "tools/parquet"),
            file("a spreadsheet", Array("PK\u{3}\u{4}".utf8), "save it as CSV"),
            file("bzip2", Array("BZh91AY".utf8), "bzip2 -dc"), file("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz -dc"),
            file("SQLite", Array("SQLite format 3\u{0}".utf8), "SQLite"), file("PDF", Array("%PDF-1.4".utf8), "PDF"),
            file("no gzip", Array(text.utf8), "does not begin as gzip", as: "rows.csv.gz"),
            file("no Zstandard", Array(text.utf8), "does not begin as Zstandard", as: "rows.csv.zst"),
            file("nothing of gzip", [], "holds nothing", as: "rows.csv.gz"),
            file("CSV without a mapping", Array(text.utf8), "needs --mapping", mapping: nil),
            missing("source"), missing("time"), missing("email"), missing("phone"),
        ]
    }()

    /// Packed inputs that end too early, or are damaged.
    static let truncated: [Malformed] = {
        let rows = header + String(repeating: good, count: 2_000)
        var cases: [Malformed] = []
        for (ending, packed) in [
            ("gz", (try? Packed.gzip(Array(rows.utf8))) ?? []), ("zst", Packed.zstd(Array(rows.utf8))),
        ] {
            for step in 1...16 {
                let length = packed.count * step / 17
                cases.append(
                    Malformed(
                        name: "rows.csv.\(ending) cut at \(length)", file: "rows.csv.\(ending)",
                        bytes: Array(packed[..<length]), fate: .refusal("fetch it again")))
            }
            for step in 2...7 {
                var bytes = packed
                let place = packed.count * step / 8
                bytes[place] ^= 0x55
                cases.append(
                    Malformed(
                        name: "rows.csv.\(ending) with byte \(place) flipped", file: "rows.csv.\(ending)", bytes: bytes,
                        fate: .refusal("fetch it again")))
            }
        }
        return cases
    }()
}
