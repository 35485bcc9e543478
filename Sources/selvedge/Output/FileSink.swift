internal import Backfill
internal import Foundation

/// A file that is whole or not there: written beside its place, synced, then put there. Mode 0600: it tells who is who.
struct FileSink: ~Copyable {
    private let path: String
    private let descriptor: Descriptor
    private var pending: [UInt8] = []
    private var isFinished = false

    init(_ path: String) throws {
        self.path = path
        do {
            descriptor = try Descriptor.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC)
        } catch {
            throw Failure(.refusedInput, "\(path) cannot be written: \(error)")
        }
    }

    mutating func write(_ text: String) throws { try write(bytes: Array(text.utf8)) }

    mutating func write(bytes: [UInt8]) throws {
        pending.append(contentsOf: bytes)
        if pending.count >= 1 << 18 { try flush() }
    }

    /// Puts the file in its place.
    consuming func finish() throws {
        try flush()
        guard fsync(descriptor.number) == 0 else { throw failure(errno) }
        // Sound, here and below: a path is a terminated string for the call.
        guard unsafe rename(path + ".new", path) == 0 else { throw failure(errno) }
        isFinished = true
        // `deletingLastPathComponent` of swift-corelibs-foundation traps on a path of one letter.
        let slash = path.lastIndex(of: "/")
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let folder = try? Descriptor.open(parent, O_RDONLY | O_DIRECTORY) else { return }
        _ = fsync(folder.number)
        folder.close()
    }

    private mutating func flush() throws {
        let code = descriptor.write(pending)
        guard code == 0 else { throw failure(code) }
        pending.removeAll(keepingCapacity: true)
    }

    private func failure(_ code: Int32) -> Failure {
        Failure(.refusedInput, "\(path) cannot be written: \(systemMessage(code)); nothing was left there")
    }

    deinit {
        descriptor.close()
        if !isFinished { unsafe unlink(path + ".new") }
    }
}
