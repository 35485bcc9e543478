internal import COpenSSL
internal import Glibc

/// Key material in pages of its own: kept out of swap (`mlock`, as far as the process's limit allows) and out of core
/// dumps (`MADV_DONTDUMP`), cleansed when released. Written before it is shared, then only read.
@safe package final class SecretBytes: @unchecked Sendable {
    // Sound: the bytes are mapped for the object's life; `init` is the only writer, so threads may read them freely.
    private let base: UnsafeMutableRawPointer
    private let mappedCount: Int
    let count: Int

    /// Room for `count` bytes, filled by `fill`; released when `fill` throws.
    init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(KeyError) -> Void) throws(KeyError) {
        precondition(count > 0)
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        mappedCount = (count + page - 1) / page * page
        self.count = count
        let mapped = unsafe mmap(nil, mappedCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { throw .outOfMemory }
        unsafe base = mapped
        // Neither is asked to succeed: a container may allow no locked memory, and the key must still be usable there.
        unsafe _ = mlock(base, mappedCount)
        unsafe _ = madvise(base, mappedCount, MADV_DONTDUMP)
        try unsafe fill(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    /// A copy of at least one byte, in pages of its own.
    convenience init(copying bytes: UnsafeRawBufferPointer) throws(KeyError) {
        try unsafe self.init(count: bytes.count) { (buffer) throws(KeyError) in unsafe buffer.copyMemory(from: bytes) }
    }

    deinit {
        unsafe OPENSSL_cleanse(base, mappedCount)
        unsafe _ = munmap(base, mappedCount)
    }

    /// Lends the bytes to `body`, and lives until it has returned.
    func lend<Result>(_ body: (UnsafeRawBufferPointer) throws(KeyError) -> Result) throws(KeyError) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try unsafe body(bytes)
    }

    /// The first byte; the pointer lives as long as this object.
    var start: UnsafeRawPointer { unsafe UnsafeRawPointer(base) }

    /// The bytes; the pointer lives as long as this object.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }
}

extension SecretBytes: CustomStringConvertible {
    package var description: String { "<redacted>" }
}
