import Backfill
import Foundation
import Identity
import Testing

/// What is guessed of a file, and that the guess can be used.
@Suite struct SuggestionTests {
    private static let secret = "zq7secret"

    private func suggest(_ text: String) throws -> String {
        let folder = try InputFolder()
        return try Suggestion(try folder.write("rows.csv", text.utf8), .builtIn).text
    }

    private static func rows(_ header: String, _ row: (Int) -> String) -> String {
        header + "\n" + (0..<200).map { row($0) + "\n" }.joined()
    }

    @Test func aSuggestionCanBeUsedAndShowsNoValue() throws {
        let text = Self.rows("event_id,created_at,E-Mail,Phone No,device,loyalty card_no,newsletter,amount") { number in
            "e\(number),2026-01-02 03:04:\(10 + number % 50),\(Self.secret)\(number)@b.de,+49 30 12345\(10 + number % 90),"
                + "\(Self.secret)-d\(number),\(7_000_000 + number),\(number % 2),\(number).50"
        }
        let yaml = try suggest(text)
        #expect(!yaml.contains(Self.secret))
        #expect(yaml.contains("time: {column: created_at, format: \"%Y-%m-%d %H:%M:%S\", zone: UTC}"))
        for (namespace, column) in [
            ("email", "\"E-Mail\""), ("phone", "\"Phone No\""), ("device_id", "device"),
            ("loyalty_id", "\"loyalty card_no\""),
        ] {
            #expect(yaml.contains("{namespace: \(namespace), column: \(column)}"), "\(yaml)")
        }
        #expect(yaml.contains("#     decision: {column: newsletter"))
        #expect(yaml.contains("#   amount: {column: amount, type: number}"))
        let mapping = try Mapping(yaml: yaml, file: "map.yaml")
        try mapping.check(.builtIn)
        let read = try Drafted(text.utf8, mapping: yaml)
        #expect(read.rejects.isEmpty)
        #expect(read.values.allSatisfy { $0.count == 4 })
    }

    @Test(
        arguments: [
            ("at,x\n", "2026-01-02T03:04:05Z", "rfc3339"), ("ts,x\n", "1767323045", "unix_seconds"),
            ("ts,x\n", "1767323045123", "unix_milliseconds"), ("day,x\n", "02.01.2026 03:04", "\"%d.%m.%Y %H:%M\""),
            ("date,x\n", "01/31/2026", "\"%m/%d/%Y\""), ("date,x\n", "31/01/2026", "\"%d/%m/%Y\""),
        ] as [(String, String, String)])
    func aFormatOfTimeIsFound(header: String, value: String, format: String) throws {
        let yaml = try suggest(header + String(repeating: "\(value),k\n", count: 50))
        #expect(yaml.contains("format: \(format)"), "\(yaml)")
    }

    @Test func hashesAndOtherDelimitersAreSeen() throws {
        let yaml = try suggest(
            Self.rows("ts;email;kontakt") {
                "1767323045;\(String(repeating: "0a", count: 31))\(10 + $0 % 90);k\($0)@b.de"
            })
        #expect(yaml.contains("delimiter: \";\""))
        #expect(yaml.contains("{namespace: email, column: email, hashed: sha256}"))
        #expect(yaml.contains("{namespace: email, column: kontakt}"))
    }

    @Test func aTimeThatNoColumnTellsIsNotInvented() throws {
        let text = Self.rows("email") { "\(Self.secret)\($0)@b.de" }
        let yaml = try suggest(text)
        #expect(yaml.contains("\ntime: {column: NAME, format: rfc3339}\n"))
        #expect { try Drafted(text.utf8, mapping: yaml) } throws: { "\($0)".contains("NAME") }
    }

    @Test func aFileWithoutAHeaderIsRefused() {
        #expect { try suggest("ann@example.org,2026-01-02T00:00:00Z\n") } throws: {
            "\($0)".contains("no header but data")
        }
    }
}
