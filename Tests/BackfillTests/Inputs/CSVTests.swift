import Backfill
import Foundation
import Identity
import TestSupport
import Testing

/// Rows of CSV, as they come out of files.
@Suite struct CSVTests {
    @Test(
        arguments: [
            ("plain", "T,a@b.de,k1\n", [["a@b.de", "k1"]]),
            ("without a newline at the end", "T,a@b.de,k1", [["a@b.de", "k1"]]),
            ("CR LF", "T,a@b.de,k1\r\nT,c@d.de,k2\r\n", [["a@b.de", "k1"], ["c@d.de", "k2"]]),
            ("CR at the end", "T,a@b.de,k1\r", [["a@b.de", "k1"]]),
            ("quotes", "T,\"a@b.de\",\"k1\"\n", [["a@b.de", "k1"]]),
            (
                "all in quotes", "\"T\",\"a@b.de\",\"k1\"\r\n\"T\",\"c@d.de\",\"k2\"",
                [["a@b.de", "k1"], ["c@d.de", "k2"]]
            ),
            ("a comma in quotes", "T,a@b.de,\"k,1\"\n", [["a@b.de", "k,1"]]),
            ("a newline in quotes", "T,a@b.de,\"k\n1\"\nT,c@d.de,k2\n", [["a@b.de", "k\n1"], ["c@d.de", "k2"]]),
            ("doubled quotes", "T,a@b.de,\"k\"\"1\"\"\"\n", [["a@b.de", "k\"1\""]]),
            ("nothing but a quote", "T,a@b.de,\"\"\"\"\n", [["a@b.de", "\""]]),
            ("empty fields", "T,,k1\nT,\"\",k2\nT,a@b.de,\n", [["k1"], ["k2"], ["a@b.de"]]),
            ("white space around", "T, a@b.de ,\tk1 \n", [["a@b.de", "k1"]]),
            ("blank lines", "\nT,a@b.de,k1\n\n\r\nT,c@d.de,k2\n\n", [["a@b.de", "k1"], ["c@d.de", "k2"]]),
            ("other alphabets", "T,zoë@b.de,ключ\n", [["zoë@b.de", "ключ"]]),
            ("nothing", "", []),
        ] as [(String, String, [[String]])])
    func fieldsAreReadAsRFC4180Says(name: String, rows: String, expected: [[String]]) throws {
        let text = Drafted.header + rows.replacing("T", with: Drafted.time)
        #expect(try Drafted(text.utf8).values == expected)
        // A byte order mark, and another delimiter, make no difference.
        #expect(try Drafted([0xef, 0xbb, 0xbf] + text.utf8).values == expected)
        guard !rows.contains("k,1") else { return }
        let other = text.replacing(",", with: ";")
        #expect(try Drafted(other.utf8, mapping: Drafted.mapping + "\ncsv: {delimiter: \";\"}").values == expected)
    }

    /// What is wrong costs its line alone, and the line is named.
    @Test(
        arguments: [
            ("misquoted", "T,a\"b@c.de,k\n"), ("misquoted", "T,\"a@b.de\"x,k\n"), ("misquoted", "T, \"a@b.de\",k\n"),
            ("misquoted", "T,a@b.de,k\"\n"), ("misquoted", "T,\"a@b.de\" ,k\n"), ("misquoted", "\"T,a@b.de,k\n"),
            ("ragged_row", "T,a@b.de\n"), ("ragged_row", "T,a@b.de,k,\n"), ("ragged_row", "T\n"), ("ragged_row", ",\n"),
            ("nul", "T,a@b.de,k\u{0}\n"), ("nul", "T,\"a@b\u{0}.de\",k\n"), ("no_identifiers", "T,,\n"),
            ("missing_field", ",a@b.de,k\n"), ("invalid_time", "yesterday,a@b.de,k\n"),
        ] as [(String, String)])
    func aBadRowCostsItsLineAlone(reason: String, row: String) throws {
        let good = "\(Drafted.time),a@b.de,\"k1\"\n"
        let text = Drafted.header + good + row.replacing("T", with: Drafted.time) + good + good
        let read = try Drafted(text.utf8)
        #expect(read.rejects.map(\.reason.name) == [reason])
        #expect(read.rejects.map(\.line) == [3])
        #expect(read.drafts.map(\.line) == [2, 4, 5])
        #expect(read.tally.rows == 4)
    }

    @Test func aQuoteThatNeverEndsCostsItsLineAlone() throws {
        let good = "\(Drafted.time),a@b.de,k1\n"
        let text = Drafted.header + good + "\(Drafted.time),\"a@b.de,k\n" + String(repeating: good, count: 50_000)
        let read = try Drafted(text.utf8)
        #expect(read.rejects.map(\.reason.name) == ["unclosed_quote"])
        #expect(read.rejects.map(\.line) == [3])
        #expect(read.drafts.count == 50_001)
    }

    @Test func aRowPastTheLimitIsOneReject() throws {
        var limits = Limits()
        limits.lineBytes = 2_000
        let good = "\(Drafted.time),a@b.de,k1\n"
        for length in [1_900, 2_100, 600_000] {
            let long = "\(Drafted.time),a@b.de,\(String(repeating: "x", count: length))\n"
            let read = try Drafted((Drafted.header + good + long + good).utf8, limits: limits)
            #expect(read.rejects.map(\.reason.name) == (length < 2_000 ? [] : ["line_too_long"]))
            #expect(read.drafts.map(\.line) == (length < 2_000 ? [2, 3, 4] : [2, 4]))
        }
    }

    /// A line of gigabytes is never held: the chunks stay small.
    @Test func aLineOfGigabytesIsPassedOver() throws {
        let size = TestScale.factor >= 1 ? 2 << 30 : 256 << 20
        let folder = try InputFolder()
        let path = try folder.write("rows.csv", Drafted.header.utf8)
        let file = try #require(FileHandle(forWritingAtPath: path))
        // A hole reads as zeros.
        try file.truncate(atOffset: UInt64(size))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\n\(Drafted.time),a@b.de,k1\n".utf8))
        try file.close()
        var chunks = RowChunks(try ByteSource(path), input: 0, dialect: CSVDialect(), limit: 1 << 19)
        var (largest, cutOff) = (0, 0)
        while let chunk = try chunks.next() {
            largest = max(largest, chunk.bytes.capacity)
            cutOff += chunk.isCutOff ? 1 : 0
        }
        #expect(cutOff == 1)
        #expect(largest < 4 << 20)
        let read = try Drafted([path], mapping: Drafted.mapping)
        #expect(read.rejects.map(\.reason.name) == ["line_too_long"])
        #expect(read.values == [["a@b.de", "k1"]])
    }

    // MARK: Properties

    /// A field as a writer of RFC 4180 writes it.
    private func field(_ text: String, _ random: inout SeededGenerator) -> String {
        let mustQuote = text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        guard mustQuote || random.chance(30) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }

    private func value(_ random: inout SeededGenerator) -> String {
        let pieces = ["a", "b", "\"", ",", "\n", "\r\n", "ü", "x@y.z", " ", "0", "'"]
        let text = (0...random.int(0...12)).map { _ in random.pick(pieces) }.joined()
        return "k" + text + "k"
    }

    @Test func whatIsWrittenIsReadBack() async throws {
        let failures = await SeedPlan(upTo: 20).run { seed in
            var random = SeededGenerator(seed: seed)
            var (text, expected) = (Drafted.header, [[String]]())
            for _ in 0..<random.int(1...15_000) {
                let row = [value(&random), value(&random)]
                let end = random.chance(50) ? "\n" : "\r\n"
                text += "\(Drafted.time),\(field(row[0], &random)),\(field(row[1], &random))\(end)"
                expected.append(row)
            }
            let read = try Drafted(text.utf8)
            try check(
                read.rejects.isEmpty && read.values == expected,
                "\(read.rejects.first.map { "\($0)" } ?? "other values")")
        }
        #expect(failures.isEmpty, "\(failures)")
    }

    /// However the bytes are damaged, rows do not depend on where the input is cut into chunks.
    @Test func damagedRowsAreTheSameWhereverTheChunksEnd() async throws {
        let failures = await SeedPlan(upTo: 20).run { seed in
            var random = SeededGenerator(seed: seed)
            var text = Array(Drafted.header.utf8)
            while text.count < 1 << 20 {
                text += Array(
                    "\(Drafted.time),\(field(value(&random), &random)),\(field(value(&random), &random))\n".utf8)
            }
            let marks = Array("\"\n,\u{0}\rx".utf8)
            for _ in 0..<random.int(1...40) {
                let place = random.int(Drafted.header.utf8.count...text.count - 1)
                text[place] = random.pick(marks)
            }
            let read = try Drafted(text)
            let whole = try Self.atOnce(text)
            try check(read.tally == whole.tally, "\(read.tally) \(whole.tally)")
            try check(read.rejects == whole.rejects, "other rejects")
            try check(read.values == whole.values && read.drafts.map(\.line) == whole.drafts.map(\.line), "other rows")
        }
        #expect(failures.isEmpty, "\(failures)")
    }

    /// All of the input as one chunk.
    private static func atOnce(_ text: [UInt8]) throws -> Drafted {
        let mapping = try Mapping(yaml: Drafted.mapping, file: "map.yaml")
        let folder = try InputFolder()
        let files = [InputFile(path: try folder.write("rows.csv", text), format: .csv)]
        let inputs = try OpenInputs(files, mapping: mapping, limit: Limits().lineBytes, stops: { false })
        var drafted = Drafted()
        drafted.add(
            RowDrafter(plans: inputs.plans, limits: Limits()).read(
                RowChunk(
                    input: 0, firstLine: 1, bytes: text, start: Drafted.header.utf8.count, position: 0, nextLine: 0,
                    filePosition: 0)))
        return drafted
    }
}

/// A property that does not hold.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

func check(_ isTrue: Bool, _ problem: @autoclosure () -> String) throws {
    if !isTrue { throw Broken(description: problem()) }
}
