internal import Foundation

/// Output that cannot be written: where, and what the system said.
struct SinkError: Error, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "\(path): \(problem)" }
}

/// Bytes on their way to a file, or to standard output where the path is `-`.
struct ByteSink {
    var bytes: [UInt8] = []

    private let handle: FileHandle
    private let path: String
    private static let full = 1 << 20

    init(path: String) throws(SinkError) {
        self.path = path
        bytes.reserveCapacity(Self.full + (1 << 16))
        if path == "-" {
            handle = .standardOutput
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw SinkError(path: path, problem: "cannot be written: does its folder exist?") }
        handle = file
    }

    mutating func flushIfFull() throws(SinkError) {
        if bytes.count >= Self.full { try flush() }
    }

    mutating func flush() throws(SinkError) {
        do {
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw SinkError(path: path, problem: error.localizedDescription)
        }
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func finish() throws(SinkError) {
        try flush()
        guard path != "-" else { return }
        do {
            try handle.close()
        } catch {
            throw SinkError(path: path, problem: error.localizedDescription)
        }
    }
}
