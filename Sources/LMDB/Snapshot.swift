/// A state of the store that can be read: a read transaction, or a write transaction with its own writes.
///
/// Spans borrow the snapshot: they cannot leave it, and nothing can be written while one is alive.
@usableFromInline
package protocol Snapshot: ~Copyable {
    var handle: SnapshotHandle { get }
}

/// Whether a scan goes on.
@usableFromInline
package enum ScanControl: Sendable {
    case proceed, stop
}

extension Snapshot where Self: ~Copyable {
    /// LMDB's number of the state: of the last commit that a reader sees, of the coming one in a write transaction.
    package var id: UInt64 { handle.identifier }

    /// The payload under `key` in place, its checksum verified; nil where there is none.
    @_lifetime(borrow self)
    @inlinable @inline(__always)
    package func payload<K, V>(_ table: Table<K, V>, _ key: K.Key) throws(LMDBError) -> RawSpan? {
        guard let stored = unsafe try find(table, key) else { return nil }
        // Sound: LMDB keeps the bytes until the transaction ends or writes; the span borrows the transaction.
        let span = unsafe RawSpan(_unsafeStart: stored.start + 1, byteCount: stored.count &- 1)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Hands the payload under `key` to `body`, in place. Nil where there is none.
    @inlinable @inline(__always)
    package func withValue<K, V, R: ~Copyable>(
        _ table: Table<K, V>, _ key: K.Key, _ body: (RawSpan) throws -> R
    ) throws -> R? {
        guard let payload = try payload(table, key) else { return nil }
        return try body(payload)
    }

    @inlinable
    package func get<K, V>(_ table: Table<K, V>, _ key: K.Key) throws(LMDBError) -> V.Value? {
        guard let stored = unsafe try find(table, key) else { return nil }
        // Sound: as in `payload`; the span ends with this call.
        let span = unsafe RawSpan(_unsafeStart: stored.start + 1, byteCount: stored.count &- 1)
        do {
            return try V.decode(span, version: unsafe stored.start.load(as: UInt8.self))
        } catch {
            throw LMDBError.format(table.name, "\(error)")
        }
    }

    /// Whether the table has the key. The value is not looked at.
    @inlinable
    package func contains<K, V>(_ table: Table<K, V>, _ key: K.Key) throws(LMDBError) -> Bool {
        try unsafe withEncoded(K.self, key) { (bytes) throws(LMDBError) in
            // Sound: the key's bytes are readable during the call.
            unsafe try handle.holds(table.number, table.name, key: bytes.start, keyCount: bytes.count)
        }
    }

    /// Entries, without reading them.
    package func count<K, V>(_ table: Table<K, V>) throws(LMDBError) -> Int { try statistics(table).entries }

    package func statistics<K, V>(_ table: Table<K, V>) throws(LMDBError) -> TableStatistics {
        try handle.statistics(table.number)
    }

    package func statistics(_ table: TableDeclaration) throws(LMDBError) -> TableStatistics {
        try handle.statistics(table.number)
    }

    /// The version and payload under `key`. A version later than the codec's, or 0, is refused.
    @unsafe @inlinable @inline(__always)
    func find<K, V>(_ table: Table<K, V>, _ key: K.Key) throws(LMDBError) -> RawPiece? {
        let stored = unsafe try withEncoded(K.self, key) { (bytes) throws(LMDBError) -> UnsafeRawBufferPointer? in
            unsafe try handle.lookup(table.number, table.name, key: bytes.start, keyCount: bytes.count)
        }
        guard let start = unsafe stored?.baseAddress, let count = unsafe stored?.count else { return nil }
        try LMDBError.checkVersion(unsafe start.load(as: UInt8.self), V.version, table.name)
        return unsafe RawPiece(start: start, count: count)
    }
}

extension LMDBError {
    @usableFromInline @inline(never)
    static func format(_ table: StaticString, _ detail: String) -> LMDBError {
        LMDBError(kind: .format(table: table.description), operation: "reading table \(table)", detail: detail)
    }

    @inlinable @inline(__always)
    static func checkVersion(_ found: UInt8, _ known: UInt8, _ table: StaticString) throws(LMDBError) {
        if found > known || found == 0 { throw format(table, "format version \(found), known up to \(known)") }
    }
}

/// Readable memory: never empty, never kept.
@unsafe @usableFromInline
struct RawPiece {
    @usableFromInline let start: UnsafeRawPointer
    @usableFromInline let count: Int

    @inlinable @inline(__always)
    init(start: UnsafeRawPointer, count: Int) {
        unsafe self.start = start
        unsafe self.count = count
    }
}

/// Encodes a key on the stack and lends it to `body`.
@inlinable @inline(__always)
func withEncoded<K: KeyCodec, R: ~Copyable, E>(
    _: K.Type, _ key: K.Key, _ body: (RawPiece) throws(E) -> R
) throws(E) -> R {
    // Sound: the writer and the piece live inside the closure, the allocation around it.
    try unsafe withUnsafeTemporaryAllocation(byteCount: K.width, alignment: 8) { (buffer) throws(E) -> R in
        guard let start = buffer.baseAddress else { preconditionFailure("a key codec of width zero") }
        var writer = unsafe ByteWriter(borrowing: start, capacity: K.width)
        K.encode(key, into: &writer)
        precondition(writer.count == K.width, "a key codec wrote another width than it declares")
        return try unsafe body(RawPiece(start: start, count: K.width))
    }
}
