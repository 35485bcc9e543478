import Foundation

/// The files of this repository as they lie on disk.
struct Repository: Sendable {
    let root: URL

    /// Walks up from this file to the folder that holds Package.swift.
    init(from file: String = #filePath) throws {
        var folder = URL(filePath: file).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path()) {
            if folder.pathComponents.count <= 1 { throw CocoaError(.fileNoSuchFile) }
            folder = folder.deletingLastPathComponent().standardizedFileURL
        }
        root = folder
    }

    /// What lies at the top, without dot-files and without what git ignores by name.
    func topLevel() throws -> Set<String> {
        let ignored = try String(contentsOf: root.appending(path: ".gitignore"), encoding: .utf8)
            .split(separator: "\n").map { String($0).trimmingCharacters(in: ["/"]) }
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path())
        return Set(names.filter { !$0.hasPrefix(".") && !ignored.contains($0) })
    }

    /// Files below `folders` whose names end in one of `endings` (all where it is empty), in order; none of a build.
    func files(in folders: [String], endings: [String] = []) throws -> [SourceFile] {
        var found: [SourceFile] = []
        for folder in folders {
            let base = root.appending(path: folder)
            if (try? base.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) != true {
                if FileManager.default.fileExists(atPath: base.path()) {
                    found.append(try SourceFile(folder, in: root))
                }
                continue
            }
            let names = try FileManager.default.subpathsOfDirectory(atPath: base.path()).sorted()
            for name in names where !name.contains(".build") && !name.contains("__pycache__") {
                guard endings.isEmpty || endings.contains(where: name.hasSuffix) else { continue }
                let values = try base.appending(path: name).resourceValues(forKeys: [.isRegularFileKey])
                if values.isRegularFile == true { found.append(try SourceFile("\(folder)/\(name)", in: root)) }
            }
        }
        return found
    }

    /// Everything written in Swift, but the manifest.
    func swiftFiles(in folders: [String] = ["Sources", "Tests", "tools"]) throws -> [SourceFile] {
        try files(in: folders, endings: [".swift"])
    }
}

/// A text file with its place in the repository.
struct SourceFile: Sendable {
    /// From the top of the repository: `Sources/LMDB/Table.swift`.
    let path: String
    let text: String
    /// The lines of code alone: comments and texts are blank, lines stay where they are.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        guard path.hasSuffix(".swift") else {
            code = []
            return
        }
        var lexer = SwiftLexer(text)
        code = String(decoding: lexer.code(), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    init(_ path: String, in root: URL) throws {
        // What is not UTF-8 is no text of ours: it is read as empty.
        let bytes = try Data(contentsOf: root.appending(path: path))
        self.init(path: path, text: String(data: bytes, encoding: .utf8) ?? "")
    }

    /// Whether protoc wrote it: its length and its ways are protoc's, and a rule that it breaks cannot be kept by hand.
    var isGenerated: Bool { path.hasPrefix("Sources/Wire/Messages/") && path.hasSuffix(".pb.swift") }

    /// The target that a file of Sources belongs to; nil elsewhere.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// The lines of code that match, as `path:line: text`.
    /// - Parameter hint: what a line must hold to be worth the regular expression; nil tries each.
    func offences(
        _ pattern: some RegexComponent, hint: String? = nil, unless excuse: (String) -> Bool = { _ in false }
    ) -> [String] {
        if let hint, !text.contains(hint) { return [] }
        let original = text.split(separator: "\n", omittingEmptySubsequences: false)
        return code.enumerated().compactMap { index, line in
            if let hint, !line.contains(hint) { return nil }
            guard line.contains(pattern), !excuse(line) else { return nil }
            return "\(path):\(index + 1): \(original[index].trimmingCharacters(in: .whitespaces))"
        }
    }
}
