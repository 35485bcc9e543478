import Backfill
import Foundation
import TestSupport
import Testing

/// Inputs that are packed, or are something else than they seem.
@Suite struct PackedInputTests {
    private static let rows = (0..<20_000).map { "\(Drafted.time),p\($0)@b.de,k\($0 % 77)\n" }

    private func bytes(_ rows: ArraySlice<String>) -> [UInt8] { Array(rows.joined().utf8) }

    /// Packed by a format, in several streams.
    private func packed(_ format: String, streams: Int) throws -> [UInt8] {
        let all = Self.rows[...]
        var out: [UInt8] = []
        for stream in 0..<streams {
            var piece = bytes(all[(all.count * stream / streams)..<(all.count * (stream + 1) / streams)])
            if stream == 0 { piece = Array(Drafted.header.utf8) + piece }
            out += format == "gz" ? try Packed.gzip(piece) : Packed.zstd(piece)
        }
        return out
    }

    private func problem(_ bytes: [UInt8], name: String) -> String? {
        do {
            _ = try Drafted(bytes, name: name)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: ["gz", "zst"], [1, 5])
    func packedRowsAreTheRows(format: String, streams: Int) throws {
        let plain = try Drafted(Array(Drafted.header.utf8) + bytes(Self.rows[...]))
        #expect(plain.drafts.count == Self.rows.count)
        let bytes = try packed(format, streams: streams)
        for name in ["rows.csv.\(format)", "rows.csv", "rows"] {
            let read = try Drafted(bytes, name: name)
            #expect(read.values == plain.values)
            #expect(read.rejects.isEmpty)
        }
    }

    @Test func paddingOfZerosBehindGzipIsNothing() throws {
        let read = try Drafted(try packed("gz", streams: 2) + [UInt8](repeating: 0, count: 1_000), name: "rows.csv.gz")
        #expect(read.drafts.count == Self.rows.count)
    }

    @Test(arguments: ["gz", "zst"])
    func aTruncatedStreamIsRefusedWithThePlace(format: String) throws {
        let whole = try packed(format, streams: 2)
        var random = SeededGenerator(seed: 5)
        let lengths = [1, 2, 3, 5, 9, 17] + (0..<20).map { _ in random.int(20...whole.count - 1) } + [whole.count - 1]
        for length in lengths {
            // One stream alone is whole.
            let first = format == "gz" ? try Packed.gzip([]) : []
            guard length != first.count else { continue }
            let said = problem(Array(whole[..<length]), name: "rows.csv.\(format)")
            if said == nil {
                // Cut between the streams.
                let read = try Drafted(Array(whole[..<length]), name: "rows.csv.\(format)")
                #expect(read.drafts.count == Self.rows.count / 2, "cut at \(length)")
            } else {
                #expect(said?.contains("fetch it again") == true, "cut at \(length): \(said ?? "")")
            }
        }
        let said = problem(Array(whole[..<(whole.count / 2 + 100)]), name: "rows.csv.\(format)")
        #expect(said?.contains("ends too early, after byte \(whole.count / 2 + 100) (") == true)
    }

    /// Both have checksums: a damaged stream never passes for another one.
    @Test(arguments: ["gz", "zst"])
    func aFlippedByteIsRefused(format: String) throws {
        let whole = try packed(format, streams: 1)
        let plain = try Drafted(whole, name: "rows.csv.\(format)").values
        var random = SeededGenerator(seed: 7)
        for _ in 0..<30 {
            var bytes = whole
            let place = random.int(12...whole.count - 1)
            bytes[place] ^= UInt8(1 << random.int(0...7))
            guard problem(bytes, name: "rows.csv.\(format)") == nil else { continue }
            // A bit that means nothing, such as a name's.
            #expect(try Drafted(bytes, name: "rows.csv.\(format)").values == plain, "byte \(place)")
        }
    }

    @Test func whatFollowsGzipIsRefused() throws {
        let said = problem(try packed("gz", streams: 1) + Array("more".utf8), name: "rows.csv.gz")
        #expect(said?.contains("something else follows its end") == true, "\(said ?? "nothing")")
    }

    @Test(
        arguments: [
            ("PAR1", "tools/parquet"), ("PK\u{3}\u{4}", "ZIP"), ("BZh9", "bzip2 -dc"),
            ("SQLite format 3\u{0}", "SQLite"),
            ("%PDF-1.7", "PDF"), ("Obj\u{1}", "Avro"), ("ORC", "ORC"),
        ] as [(String, String)])
    func whatIsNoTextIsRefusedWithWhatToDo(begin: String, advice: String) {
        #expect(problem(Array(begin.utf8) + [1, 2, 3], name: "rows.csv")?.contains(advice) == true)
    }

    @Test func otherEncodingsAreRefusedWithWhatToDo() throws {
        let text = Drafted.header + Self.rows[0]
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            let mark: [UInt8] = encoding == .utf16LittleEndian ? [0xff, 0xfe] : [0xfe, 0xff]
            let bytes = try Array(#require(text.data(using: encoding)))
            #expect(problem(mark + bytes, name: "rows.csv")?.contains("iconv -f UTF-16") == true)
            // Without a mark the zeros tell.
            #expect(problem(bytes, name: "rows.csv")?.contains("iconv -f UTF-16") == true)
        }
    }

    @Test(arguments: ["rows.csv.gz", "rows.csv.zst"])
    func aNameThatLiesIsRefused(name: String) {
        #expect(problem(Array((Drafted.header + Self.rows[0]).utf8), name: name)?.contains("does not begin as") == true)
        #expect(problem([], name: name)?.contains("holds nothing") == true)
    }

    // MARK: Lists

    @Test func aFolderAndAPatternAreTheirFilesByName() throws {
        let folder = try InputFolder()
        for (name, cookie) in [
            ("b/2.csv", "k2"), ("a/1.csv", "k1"), ("c.csv", "k3"), (".hidden.csv", "k4"), ("b/_SUCCESS", "k5"),
        ] {
            try folder.write(name, "\(Drafted.header)\(Drafted.time),,\(cookie)\n".utf8)
        }
        #expect(try Drafted([folder.path], mapping: Drafted.mapping).values == [["k1"], ["k2"], ["k3"]])
        #expect(try Drafted([folder.path + "/?/*.csv"], mapping: Drafted.mapping).values == [["k1"], ["k2"]])
        #expect(
            try Drafted([folder.path + "/c.csv", folder.path + "/a"], mapping: Drafted.mapping).values == [
                ["k3"], ["k1"],
            ])
    }

    @Test func whatIsNotThereOrNamedTwiceIsRefused() throws {
        let folder = try InputFolder()
        let path = try folder.write("a.csv", Drafted.header.utf8)
        try FileManager.default.createDirectory(atPath: folder.path + "/empty", withIntermediateDirectories: false)
        for (arguments, problem) in [
            ([path, path], "named twice"), ([folder.path + "/none"], "cannot be read"),
            ([folder.path + "/*.tsv"], "matches no file"), ([folder.path + "/empty"], "without files"),
        ] {
            #expect { try InputList.resolve(arguments, format: nil) } throws: { "\($0)".contains(problem) }
        }
    }

    @Test func whatAnInputHoldsIsToldByNameOrContent() throws {
        let folder = try InputFolder()
        let line =
            "{\"source\":\"web\",\"time\":\"\(Drafted.time)\",\"identifiers\":[{\"namespace\":\"cookie\",\"value\":\"k\"}]}\n"
        for (name, bytes, format) in [
            ("a.jsonl", Array(line.utf8), InputFormat.jsonl),
            ("a.ndjson.gz", try Packed.gzip(Array(line.utf8)), .jsonl),
            ("a", Array(line.utf8), .jsonl), ("b", try Packed.gzip(Array(line.utf8)), .jsonl),
            ("c", Array(Drafted.header.utf8), .csv), ("d.tsv", [], .csv), ("e.csv.zst", Packed.zstd([1]), .csv),
        ] as [(String, [UInt8], InputFormat)] {
            #expect(
                try InputList.resolve([try folder.write(name, bytes)], format: nil).map(\.format) == [format], "\(name)"
            )
        }
        let read = try Drafted([folder.path + "/a.jsonl"], mapping: nil)
        #expect(read.values == [["k"]])
    }
}
