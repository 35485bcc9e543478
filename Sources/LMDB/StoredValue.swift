internal import CXXHash

/// The frame around a payload, drawn at `Table`.
enum StoredValue {
    /// Bytes around a payload: one of version, eight of checksum.
    static let overhead = 9
    /// Bytes. A transaction takes at most 16 MiB, so a longer value is a damaged length.
    static let maximum = 16 << 20

    /// Sound for readable memory of the given lengths, as LMDB and our own buffers hand out.
    @inline(__always)
    static func checksum(
        of value: UnsafeRawPointer, count: Int, key: UnsafeRawPointer, keyCount: Int, table: UInt8
    ) -> UInt64 {
        unsafe XXH64(value, count, XXH64(key, keyCount, UInt64(table)))
    }

    /// Whether a stored value of `count` bytes is the one that was written under this key of this table.
    @inline(__always)
    static func holds(
        _ value: UnsafeRawPointer, count: Int, key: UnsafeRawPointer, keyCount: Int, table: UInt8
    ) -> Bool {
        guard count >= overhead, count <= maximum else { return false }
        // Sound: the last eight of at least nine readable bytes.
        let stored = UInt64(bigEndian: unsafe value.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        return unsafe stored == checksum(of: value, count: count - 8, key: key, keyCount: keyCount, table: table)
    }
}
