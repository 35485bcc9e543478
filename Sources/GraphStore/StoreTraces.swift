internal import Foundation

/// What was not there before a store was made, to be removed where making it fails.
struct StoreTraces {
    private var directories: [String] = []
    private let files: [String]

    /// - Parameter keyPath: where the root key is to lie, where that is a file.
    init(of directory: String, _ keyPath: String?) {
        let manager = FileManager.default
        var path = directory
        while path != "/", path != ".", !manager.fileExists(atPath: path) {
            directories.append(path)
            path = StoreFiles.parent(of: path)
        }
        let replaced: [String] = ["STORE", "CURRENT", "RESTORING", StoreKeys.bundleName]
        var inside: [String] = ["gen-1", StoreKeys.slotsName]
        for name in replaced { inside += [name, name + ".new"] }
        var paths: [String] = inside.map { directory + "/" + $0 }
        if let keyPath { paths.append(keyPath) }
        files = paths.filter { !manager.fileExists(atPath: $0) }
    }

    func remove() {
        let manager = FileManager.default
        for path in files { try? manager.removeItem(atPath: path) }
        for path in directories where (try? manager.contentsOfDirectory(atPath: path))?.isEmpty == true {
            try? manager.removeItem(atPath: path)
        }
    }
}
