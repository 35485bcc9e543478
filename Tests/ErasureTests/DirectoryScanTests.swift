import Erasure
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct DirectoryScanTests {
    private let directory: TemporaryDirectory
    private let needles: [Needle]
    private let set: NeedleSet

    init() throws {
        directory = try TemporaryDirectory()
        var generator = SeededGenerator(seed: 1)
        needles = (0..<4).compactMap { _ in Needle((0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) }) }
        set = try NeedleSet(needles)
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws {
        let url = URL(filePath: directory.path + "/" + path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    private func hidden(_ needle: Int, _ form: NeedleForm = .raw, at offset: Int) throws -> [UInt8] {
        let pattern = try #require(needles[needle].pattern(form))
        return [UInt8](repeating: 0x55, count: offset) + pattern + [0x55]
    }

    @Test func everyFileIsSearchedHiddenOnesToo() throws {
        let paths = [
            "CURRENT", "gen-1/data.mdb", "gen-1/lock.mdb", "gen-2/data.mdb", "keys.slots", ".hidden/deep/file",
            "writer.lock", "backfill/spill.0", "keys.bundle.new",
        ]
        for (number, path) in paths.enumerated() { try write(path, hidden(number % 4, at: 1_000 * number)) }
        try write("clean", [1, 2, 3])
        try write("empty", [])
        let report = try DirectoryScan.run(directory.path, for: set)
        #expect(Set(report.hits.map(\.file)) == Set(paths))
        #expect(report.hitCount == paths.count && report.needlesFound == [0, 1, 2, 3] && !report.isClean)
        for (number, path) in paths.enumerated() {
            let hit = try #require(report.hits.first { $0.file == path })
            #expect(hit.place == .content(offset: 1_000 * number) && hit.needle == number % 4 && hit.form == .raw)
        }
        #expect(report.files.map(\.path) == report.files.map(\.path).sorted())
        #expect(report.files.count == paths.count + 2)
        #expect(report.files.first { $0.path == "clean" } == .init(path: "clean", bytes: 3, hits: 0))
    }

    @Test func aNeedleOverAPageOrAReadIsFound() throws {
        for offset in [4_096 - 5, (1 << 20) - 1, (1 << 20) - 8, (1 << 20) - 15, (2 << 20) - 3] {
            for form: NeedleForm in [.raw, .base64At2, .utf16BigHexUpper] {
                try write("file", hidden(0, form, at: offset))
                let report = try DirectoryScan.run(directory.path, for: set)
                #expect(report.hits.map(\.place) == [.content(offset: offset)], "\(form.name) at \(offset)")
                #expect(report.bytes == report.files[0].bytes)
            }
        }
    }

    @Test func aNameIsSearchedAsWell() throws {
        let name = String(decoding: try #require(needles[2].pattern(.hexLower)), as: UTF8.self)
        try write("gen-1/export-\(name).csv", [])
        let report = try DirectoryScan.run(directory.path, for: set)
        #expect(report.hits.map(\.place) == [.name] && report.hits.map(\.needle) == [2])
        #expect(report.hits.map(\.form) == [.hexLower])
    }

    @Test func linksPipesAndLoopsDoNotStopIt() throws {
        try write("real/file", hidden(1, at: 3))
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: directory.path + "/again", withDestinationPath: "real/file")
        try manager.createSymbolicLink(atPath: directory.path + "/loop", withDestinationPath: ".")
        try manager.createSymbolicLink(atPath: directory.path + "/nowhere", withDestinationPath: "nothing")
        try #require(unsafe mkfifo(directory.path + "/pipe", 0o600) == 0)
        let report = try DirectoryScan.run(directory.path, for: set)
        // The link comes first, and the file has another name after it: searched once under each.
        #expect(report.hitCount == 2 && report.needlesFound == [1])
        #expect(
            Set(report.skipped) == [
                .init(path: "loop", reason: .link), .init(path: "nowhere", reason: .link),
                .init(path: "pipe", reason: .special),
            ])
    }

    @Test(.enabled(if: geteuid() != 0)) func whatCannotBeReadIsNoScan() throws {
        try write("secret", [1])
        try #require(unsafe chmod(directory.path + "/secret", 0) == 0)
        #expect(throws: ScanError.self) { try DirectoryScan.run(directory.path, for: set) }
    }

    @Test func aNameThatIsNoUTF8IsNotPassedOver() throws {
        let name = directory.path + "/bad"
        var bytes = Array(name.utf8CString)
        bytes[bytes.count - 2] = CChar(bitPattern: 0xFF)
        let descriptor = unsafe open(bytes, O_CREAT | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        close(descriptor)
        let error = #expect(throws: ScanError.self) { try DirectoryScan.run(directory.path, for: set) }
        #expect(error?.description.contains("the scan is not whole") == true)
        unsafe _ = unlink(bytes)
    }

    @Test func aDirectoryThatIsNotThereIsNoCleanOne() {
        #expect(throws: ScanError.self) { try DirectoryScan.run(directory.path + "/none", for: set) }
    }

    @Test func hitsBeyondTheLimitAreCounted() throws {
        let pattern = needles[0].bytes
        try write("many", Array((0..<ScanReport.hitLimit + 500).map { _ in pattern }.joined()))
        let report = try DirectoryScan.run(directory.path, for: set)
        #expect(report.hits.count == ScanReport.hitLimit && report.hitCount == ScanReport.hitLimit + 500)
        #expect(report.files[0].hits == ScanReport.hitLimit + 500)
    }
}
