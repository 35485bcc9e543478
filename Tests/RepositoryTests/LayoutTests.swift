import Foundation
import Testing

@Suite struct LayoutTests {
    let repository: Repository

    init() throws { repository = try Repository() }

    @Test func theTopLevelIsWhatTheHouseAgreedOn() throws {
        let agreed: Set<String> = ["Package.swift", "Sources", "Tests", "bench", "tools", "README.md"]
        #expect(try repository.topLevel() == agreed)
    }

    @Test(arguments: [
        "tools/bootstrap", "tools/test", "tools/simulate", "tools/datasets", "tools/evaluate", "tools/parquet",
        ".ci/run",
    ])
    func aToolCanBeRun(path: String) {
        #expect(FileManager.default.isExecutableFile(atPath: repository.root.appending(path: path).path()))
    }

    @Test func aFileHasAtMost400Lines() throws {
        let long = try repository.swiftFiles(in: ["Sources", "Tests", "tools", "bench"]).compactMap { file in
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            return lines > 400 && !file.isGenerated ? "\(file.path): \(lines) lines" : nil
        }
        #expect(long.isEmpty, "split as Type+Capability.swift")
    }

    @Test func aFunctionHasAtMost70Lines() throws {
        let long = try repository.swiftFiles(in: ["Sources", "Tests", "tools", "bench"]).filter { !$0.isGenerated }
            .flatMap { file in
                FunctionLengths(file).all.filter { $0.length > 70 }.map {
                    "\(file.path):\($0.line): \($0.length) lines"
                }
            }
        #expect(long.isEmpty)
    }

    @Test func nothingNamesAMachine() throws {
        // Put together here, so that this file does not name them.
        let paths = ["work", "root", "home"].map { "/" + $0 + "/" }
        let hosts = ["pypi.", "pythonhosted.", "npmjs.", "deb.debian.", "proxy.golang."].map { $0 + "org" }
        let makers = [["cla", "ude"], ["anth", "ropic"], ["chat", "gpt"], ["open", "ai.com"], ["co", "pilot"]]
        let words = paths + hosts + makers.map { $0.joined() }
        let folders = ["Package.swift", "README.md", "Sources", "Tests", "bench", "tools", ".ci", ".gitignore"]
        let found = try repository.files(in: folders).flatMap { file in
            let text = file.text.lowercased()
            return words.filter(text.contains).map { "\(file.path): \($0)" }
        }
        #expect(found.isEmpty)
    }

    @Test func nothingIsLeftForLater() throws {
        let marks = try ["TO" + "DO", "FIX" + "ME", "XX" + "X"].map { try Regex("\\b\($0)\\b") }
        let found = try repository.files(in: ["Package.swift", "Sources", "Tests", "bench", "tools"]).flatMap { file in
            marks.contains { file.text.contains($0) } ? [file.path] : []
        }
        #expect(found.isEmpty)
    }
}
