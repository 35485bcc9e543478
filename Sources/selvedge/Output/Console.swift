internal import Backfill
internal import Foundation
internal import Synchronization

/// Standard output, in large pieces, and standard error, line by line.
enum Console {
    private static let pending = Mutex<[UInt8]>([])
    private static let pieceBytes = 1 << 16

    static func line(_ text: String) throws {
        try write(text)
        try write("\n")
    }

    static func write(_ text: String) throws {
        let isFull = pending.withLock { bytes in
            bytes.append(contentsOf: text.utf8)
            return bytes.count >= pieceBytes
        }
        if isFull { try flush() }
    }

    /// Standard output may be closed by its reader, as `head` does: then there is nobody left to tell.
    static func flush() throws {
        let bytes = pending.withLock { pending in
            defer { pending.removeAll(keepingCapacity: true) }
            return pending
        }
        guard !bytes.isEmpty else { return }
        let code = Descriptor(STDOUT_FILENO).write(bytes)
        guard code != EPIPE else { throw Stop(signal: SIGPIPE) }
        guard code == 0 else {
            throw Failure(.storeTrouble, "standard output cannot be written: \(systemMessage(code))")
        }
    }

    static func error(_ line: String) { _ = Descriptor(STDERR_FILENO).write(Array((line + "\n").utf8)) }

    /// As `error`, without ending the line.
    static func errorPart(_ text: String) { _ = Descriptor(STDERR_FILENO).write(Array(text.utf8)) }

    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }
}
