import Foundation

/// What `tools/datasets` unpacks. A test that needs it is skipped, and says so, where it is not there.
enum Datasets {
    /// The folder, from the top of the repository.
    static func folder(_ name: String, from file: String = #filePath) -> URL {
        var folder = URL(filePath: file).deletingLastPathComponent()
        while folder.pathComponents.count > 1,
            !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path())
        {
            folder = folder.deletingLastPathComponent().standardizedFileURL
        }
        return folder.appending(path: ".data/\(name)")
    }

    static func has(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: folder(file).path())
    }

    /// The rows of a table without its head.
    static func rows(_ file: String) throws -> [[Substring]] {
        try String(contentsOf: folder(file), encoding: .utf8).split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",") }
    }
}
