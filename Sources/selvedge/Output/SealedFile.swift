internal import Engine
internal import Foundation
internal import GraphStore

/// A file that a server writes in pieces, such as a backup: mode 0600, and not there before.
final class SealedFile {
    private let path: String
    private let handle: FileHandle
    private(set) var bytes = 0

    init(_ path: String) throws {
        self.path = path
        guard !FileManager.default.fileExists(atPath: path) else { throw BackupError.exists(path: path) }
        guard
            FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: NSNumber(value: 0o600)]),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw BackupError.inputOutput(path: path, problem: "cannot be made") }
        self.handle = handle
    }

    func write(_ piece: Data) throws {
        do { try handle.write(contentsOf: piece) } catch {
            throw BackupError.inputOutput(path: path, problem: "cannot be written to; is the disk full?")
        }
        bytes += piece.count
    }

    func finish() throws {
        do {
            try handle.synchronize()
            try handle.close()
        } catch { throw BackupError.inputOutput(path: path, problem: "cannot be made durable") }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
