internal import Foundation

/// What was not there before a store was made, to be removed where making it fails.
struct StoreTraces {
    private var directories: [String] = []
    private let files: [String]

    init(of directory: String, _ keyPath: String) {
        let manager = FileManager.default
        var path = directory
        while path != "/", path != ".", !manager.fileExists(atPath: path) {
            directories.append(path)
            path = StoreFiles.parent(of: path)
        }
        let inside = ["gen-1", "STORE", "STORE.new", "CURRENT", "CURRENT.new"].map { directory + "/" + $0 }
        files = ([keyPath] + inside).filter { !manager.fileExists(atPath: $0) }
    }

    func remove() {
        let manager = FileManager.default
        for path in files { try? manager.removeItem(atPath: path) }
        for path in directories where (try? manager.contentsOfDirectory(atPath: path))?.isEmpty == true {
            try? manager.removeItem(atPath: path)
        }
    }
}
