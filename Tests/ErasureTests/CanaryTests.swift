import Erasure
import Foundation
import TestSupport
import Testing

@Suite struct CanaryTests {
    private func directory(_ parent: TemporaryDirectory, _ name: String) throws -> String {
        let path = parent.path + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    @Test(arguments: [200, 1_000, 4_000]) func everyCanaryIsSeenWhereverItLies(count: Int) throws {
        let parent = try TemporaryDirectory()
        var generator = SeededGenerator(seed: UInt64(count))
        let field = try CanaryField(planting: count, in: directory(parent, "scratch"), using: &generator)
        let proof = try field.prove()
        #expect(proof.isWhole, "\(proof)")
        #expect(Set(proof.counts.map(\.place)) == Set(CanaryField.Place.allCases))
        for one in proof.counts { #expect(one.planted >= 20 && one.seen == one.planted, "\(one)") }
        #expect(proof.seen >= count * 3 / 4)
        #expect(proof.summary == "canaries seen: \(proof.seen) of \(proof.planted)")
    }

    @Test func aCanaryThatIsOverwrittenIsMissed() throws {
        let parent = try TemporaryDirectory()
        let path = try directory(parent, "scratch")
        var generator = SeededGenerator(seed: 3)
        let field = try CanaryField(planting: 400, in: path, using: &generator)
        // All of the file's second half is zeros now: the scanner cannot see what is not there, and says so.
        let url = URL(filePath: path + "/canaries.txt")
        var bytes = try Data(contentsOf: url)
        bytes.replaceSubrange(bytes.count / 2..<bytes.count, with: Data(count: bytes.count - bytes.count / 2))
        try bytes.write(to: url)
        let proof = try field.prove()
        #expect(!proof.isWhole)
        let text = try #require(proof.counts.first { $0.place == .text })
        #expect(text.seen < text.planted && text.seen > 0)
    }

    @Test func theScanProvesItselfFirst() throws {
        let parent = try TemporaryDirectory()
        let data = try directory(parent, "data")
        var generator = SeededGenerator(seed: 4)
        let needles = (0..<500).compactMap { _ in
            Needle((0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
        }
        try Data([1, 2, 3] + needles[7].bytes).write(to: URL(filePath: data + "/file"))
        let result = try ProvenScan.run(
            data, for: needles, scratch: directory(parent, "scratch"), canaries: 400, using: &generator)
        #expect(result.proof.isWhole)
        #expect(result.report.hits.map(\.needle) == [7] && result.report.files.map(\.path) == ["file"])
    }

    @Test func aScratchThatIsUsedAlreadyIsRefused() throws {
        let parent = try TemporaryDirectory()
        let path = try directory(parent, "scratch")
        var generator = SeededGenerator(seed: 5)
        _ = try CanaryField(planting: 200, in: path, using: &generator)
        #expect(throws: ScanError.self) { try CanaryField(planting: 200, in: path, using: &generator) }
    }
}
