internal import Foundation

/// A file of a load: written from its beginning to its end, read anywhere. Closed with the value.
@safe
final class SpillFile: @unchecked Sendable {
    let path: String
    private let descriptor: Int32
    /// Bytes written so far.
    private(set) var length: Int

    private init(path: String, descriptor: Int32, length: Int) {
        self.path = path
        self.descriptor = descriptor
        self.length = length
    }

    deinit { close(descriptor) }

    /// A new file, empty, of mode 0600.
    static func create(_ path: String) throws(BackfillError) -> SpillFile {
        // Sound here and below: paths are Swift strings lent for the call, buffers are readable or writable for their count.
        let descriptor = unsafe Foundation.open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "creating it", errno) }
        return SpillFile(path: path, descriptor: descriptor, length: 0)
    }

    /// A file that was written before.
    static func open(_ path: String) throws(BackfillError) -> SpillFile {
        let descriptor = unsafe Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "opening it", errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw failure(path, "measuring it", code)
        }
        return SpillFile(path: path, descriptor: descriptor, length: Int(status.st_size))
    }

    /// A file that was written before and must have so many bytes.
    static func open(_ path: String, bytes: Int) throws(BackfillError) -> SpillFile {
        let file = try open(path)
        guard file.length == bytes else {
            throw .damaged(path: path, problem: "it has \(file.length) bytes, not \(bytes)")
        }
        return file
    }

    /// Appends bytes; returns where they begin.
    @discardableResult
    func append(_ bytes: RawSpan) throws(BackfillError) -> Int {
        let start = length
        var done = 0
        while done < bytes.byteCount {
            let rest = bytes.extracting(done..<bytes.byteCount)
            let got = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw Self.failure(path, "writing", errno) }
            done += got
            length += got
        }
        return start
    }

    /// Fills a buffer from `offset` on, behind what it holds where `isMore`.
    func read(at offset: Int, count: Int, into buffer: FileBuffer, isMore: Bool = false) throws(BackfillError) {
        let start = isMore ? buffer.count : 0
        precondition(start + count <= buffer.capacity, "a block larger than its buffer")
        var done = 0
        while done < count {
            let got = unsafe pread(descriptor, buffer.base + start + done, count - done, off_t(offset + done))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Self.failure(path, "reading", errno) }
            guard got > 0 else { throw .damaged(path: path, problem: "it is shorter than it was written") }
            done += got
        }
        buffer.count = start + count
    }

    /// Makes what was written survive a power cut.
    func sync() throws(BackfillError) {
        guard fdatasync(descriptor) == 0 else { throw Self.failure(path, "syncing", errno) }
    }

    /// Puts one file in the place of another, so that after a crash the old one or the new one is there.
    static func replace(_ path: String, with new: String, in directory: String) throws(BackfillError) {
        guard unsafe rename(new, path) == 0 else { throw failure(path, "replacing it", errno) }
        let folder = unsafe Foundation.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(directory, "opening it", errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(directory, "syncing it", errno) }
    }

    private static func failure(_ path: String, _ operation: String, _ code: Int32) -> BackfillError {
        if [ENOSPC, EDQUOT, EFBIG].contains(code) { return .diskFull(path: path) }
        return .inputOutput(path: path, operation: operation, message: unsafe String(cString: strerror(code)))
    }
}

/// Memory that files are read into; for one thread.
@safe
final class FileBuffer {
    fileprivate var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    fileprivate(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 16)
        unsafe base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { unsafe base.deallocate() }

    /// Makes room for `bytes`; what it held is lost.
    func reserve(_ bytes: Int) {
        guard bytes > capacity else { return }
        unsafe base.deallocate()
        capacity = max(bytes, capacity * 2)
        unsafe base = .allocate(byteCount: capacity, alignment: 16)
        count = 0
    }

    /// Makes room for `bytes` and forgets what it holds.
    func empty(reserving bytes: Int) {
        reserve(bytes)
        count = 0
    }

    /// What was read last.
    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // Sound: `count` bytes are initialised, and the span borrows the buffer.
            unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
        }
    }
}
