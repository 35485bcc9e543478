internal import CFileSystem
internal import Glibc

/// The file of slots as bytes: reads, writes in place, grows, syncs, and reads back past the page cache.
final class SlotFile: Sendable {
    // Every unsafe call in this file hands C a path that Swift keeps terminated for the call, or a buffer in its bounds.
    let path: String
    private let descriptor: Int32

    /// Bytes by which it grows, one million slots at most; the file at least doubles until then.
    private static let smallestStep = 1 << 16
    private static let largestStep = 1 << 27

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    static func create(_ path: String) throws(SlotError) -> SlotFile {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists(path: path) : failure(path, "create")
        }
        return SlotFile(path: path, descriptor: descriptor)
    }

    static func open(_ path: String, forWriting: Bool) throws(SlotError) -> SlotFile {
        let mode = forWriting ? O_RDWR : O_RDONLY
        let descriptor = unsafe Glibc.open(path, mode | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .notFound(path: path) : failure(path, "open")
        }
        return SlotFile(path: path, descriptor: descriptor)
    }

    func size() throws(SlotError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Self.failure(path, "fstat") }
        return Int(status.st_size)
    }

    /// Up to `count` bytes from `offset`: fewer where the file ends.
    func read(at offset: Int, count: Int) throws(SlotError) -> [UInt8] {
        try Self.read(descriptor, path, at: offset, count: count)
    }

    private static func read(
        _ descriptor: Int32, _ path: String, at offset: Int, count: Int
    ) throws(SlotError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw failure(path, "read") }
            if got == 0 { break }
            done += got
        }
        if done < count { bytes.removeLast(count - done) }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(SlotError) {
        var done = 0
        while done < bytes.count {
            let put = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            }
            if put < 0 && errno == EINTR { continue }
            if put < 0 && (errno == ENOSPC || errno == EDQUOT) { throw .noRoom(path: path) }
            guard put > 0 else { throw Self.failure(path, "write") }
            done += put
        }
    }

    func sync() throws(SlotError) {
        guard fdatasync(descriptor) == 0 else { throw Self.failure(path, "fdatasync") }
    }

    /// Makes the file at least `needed` bytes long, its blocks taken; in steps, so that this is rare. The new length.
    func grow(to needed: Int) throws(SlotError) -> Int {
        let present = try size()
        if present >= needed { return present }
        let step = min(max(present, Self.smallestStep), Self.largestStep)
        for wanted in [max(present + step, needed), needed] {
            var code: Int32
            repeat { code = posix_fallocate(descriptor, off_t(present), off_t(wanted - present)) } while code == EINTR
            if code == 0 {
                guard fsync(descriptor) == 0 else { throw Self.failure(path, "fsync") }
                return wanted
            }
            guard code == ENOSPC || code == EFBIG || code == EDQUOT else {
                throw .inputOutput(path: path, operation: "posix_fallocate", code: code)
            }
        }
        throw .noRoom(path: path)
    }

    /// Waits until no other opening of the file holds it; held until this one is closed.
    func lockWhole() -> Bool {
        while flock(descriptor, LOCK_EX) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }

    /// The name made durable.
    func syncDirectory() throws(SlotError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(folder, "open") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.failure(folder, "fsync") }
    }

    static func failure(_ path: String, _ operation: String) -> SlotError {
        .inputOutput(path: path, operation: operation, code: errno)
    }
}

extension SlotFile {
    /// The page that `offset` lies in, from the disk and not from the page cache: by O_DIRECT; where the file system has none
    /// (tmpfs), after the cache was told to drop it.
    func readBack(pageAt offset: Int) throws(SlotError) -> [UInt8] {
        let start = offset / SlotHeader.pageSize * SlotHeader.pageSize
        let direct = unsafe selvedge_open_direct(path)
        if direct >= 0 {
            defer { close(direct) }
            if let page = Self.readAligned(direct, at: start) { return page }
        }
        _ = posix_fadvise(descriptor, off_t(start), off_t(SlotHeader.pageSize), POSIX_FADV_DONTNEED)
        return try read(at: start, count: SlotHeader.pageSize)
    }

    /// Nil where the file system refuses.
    private static func readAligned(_ descriptor: Int32, at start: Int) -> [UInt8]? {
        let size = SlotHeader.pageSize
        return unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: size) { buffer in
            // Sound: the buffer has `size` bytes, aligned to a page as O_DIRECT asks.
            let got = unsafe pread(descriptor, buffer.baseAddress, size, off_t(start))
            return got == size ? unsafe Array(buffer) : nil
        }
    }

    /// Whether this file system writes over old blocks. Where it copies on write instead, what was shredded may lie in blocks
    /// that were freed, until they are used again.
    func overwritesInPlace() -> Bool {
        // btrfs, ZFS, bcachefs, F2FS, NILFS2.
        let copying: Set<UInt> = [0x9123_683E, 0x2FC1_2FC1, 0xCA45_1A4E, 0xF2F5_2010, 0x3434]
        return !copying.contains(selvedge_file_system(descriptor))
    }
}
