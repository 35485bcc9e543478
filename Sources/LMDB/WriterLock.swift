internal import Glibc
internal import Synchronization

/// The right to write one store: held by one process at a time, and told to the next who has it.
///
/// `writer.lock` is locked by `flock`, which belongs to the open file and not to the process: reading the file by
/// another descriptor does not drop it, and the system frees it however the process ends. The content is
///
///     PID
///     PROGRAM
///     SECONDS SINCE 1970, when the lock was taken
///
/// A clean release empties the file, so content found by the next holder tells of an unclean end. A holder that could
/// not look at the store puts the earlier holder's content back, by `leaveMarked`.
@safe
package final class WriterLock: Sendable {
    /// Who wrote the content.
    package struct Holder: Hashable, Sendable {
        package let process: Int32
        package let program: String
        /// Seconds since 1970-01-01T00:00:00Z.
        package let since: Int64
    }

    private let descriptor: Int32
    /// The last writer, when it ended without releasing: the store wants a check before it serves.
    package let uncleanHolder: Holder?
    private let staysMarked = Atomic<Bool>(false)

    package var lastWriterEndedUncleanly: Bool { uncleanHolder != nil }

    /// Takes the lock in `directory`. Throws `writerLockHeld(by:)` with the holder's process when it is taken.
    package init(directory: String, program: String) throws(LMDBError) {
        let path = directory + "/writer.lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LMDBError(code: errno, operation: "opening \(path)") }
        do throws(LMDBError) {
            try Self.lock(descriptor, path)
            let content = Self.content(of: descriptor)
            uncleanHolder = content.isEmpty ? nil : Holder(content) ?? Holder(process: 0, program: "unknown", since: 0)
            try Self.replaceContent(of: descriptor, by: Holder(ownProgram: program).text, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        if let uncleanHolder, staysMarked.load(ordering: .relaxed) {
            try? Self.replaceContent(of: descriptor, by: uncleanHolder.text, "writer.lock")
        } else {
            ftruncate(descriptor, 0)
        }
        // Closing alone does not release it while a process that is being started still has its copy.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Nobody has made up for the unclean end before this holder: releasing tells the next one of it again.
    package func leaveMarked() { staysMarked.store(true, ordering: .relaxed) }

    /// All that was to be written is: the next writer need not check, though this process keeps the lock until it ends.
    package func endCleanly() {
        if uncleanHolder == nil || !staysMarked.load(ordering: .relaxed) { ftruncate(descriptor, 0) }
    }

    /// Who holds or last held the lock, without taking it; nil when it was released cleanly or never taken.
    package static func holder(directory: String) -> Holder? {
        let descriptor = unsafe open(directory + "/writer.lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return Holder(content(of: descriptor))
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(LMDBError) {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw LMDBError(code: errno, operation: "locking \(path)") }
            let holder = Holder(content(of: descriptor))
            throw LMDBError(
                kind: .writerLockHeld(by: holder?.process), operation: "locking \(path)",
                detail: holder.map { "held by \($0.program)" } ?? "")
        }
    }

    private static func content(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        // Sound: the buffer has that many bytes.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    private static func replaceContent(of descriptor: Int32, by text: String, _ path: String) throws(LMDBError) {
        let bytes = Array(text.utf8)
        // Sound: the buffer is readable for its count.
        let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == bytes.count, ftruncate(descriptor, off_t(bytes.count)) == 0, fsync(descriptor) == 0 else {
            throw LMDBError(code: errno, operation: "writing \(path)")
        }
    }
}

extension WriterLock.Holder {
    fileprivate init?(_ content: String) {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, let process = Int32(lines[0]), let since = Int64(lines[2]) else { return nil }
        self.init(process: process, program: String(lines[1]), since: since)
    }

    fileprivate init(ownProgram program: String) {
        let line = program.filter { !$0.isNewline }.prefix(128)
        self.init(process: getpid(), program: String(line), since: Int64(time(nil)))
    }

    fileprivate var text: String { "\(process)\n\(program)\n\(since)\n" }
}
