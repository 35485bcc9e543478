internal import Foundation
internal import Glibc

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
        // Opened in place: Foundation's createFile would put a new file where a device or a link was.
        // Sound: the call reads the path only while it runs.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SinkError(path: path, problem: Self.reason(errno)) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private static func reason(_ code: Int32) -> String {
        NSError(domain: NSPOSIXErrorDomain, code: Int(code)).localizedDescription
    }

    private init(handle: FileHandle, path: String) {
        self.handle = handle
        self.path = path
    }

    /// Standard error, for what is not asked into a file.
    static var standardError: ByteSink { ByteSink(handle: .standardError, path: "-") }

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
