internal import CLMDB
internal import Glibc
internal import Synchronization

/// The one write transaction of the moment: sees its own writes; `commit()` makes them durable, anything else
/// (a throw, dropping it) aborts. It stays on the thread that began it.
@usableFromInline
package struct WriteTransaction: ~Copyable, Snapshot {
    @usableFromInline package let handle: SnapshotHandle
    private var owned: OwnedTransaction
    private let environment: Environment
    @usableFromInline var scratch = ByteWriter(capacity: 4096)
    /// Whether its commit must leave the file room for a transaction that takes things away: then a full disk is found while
    /// there still is some.
    package var leavesRoom = false
    /// Where somebody copies the store meanwhile.
    @usableFromInline let touched: TouchedRows?

    init(_ owned: consuming OwnedTransaction, of environment: Environment) {
        touched = environment.touched.withLock { $0 }
        touched?.begin()
        handle = unsafe SnapshotHandle(transaction: owned.transaction, databases: environment.databases)
        self.owned = owned
        self.environment = environment
    }

    /// Makes the writes durable: they survive a power cut once this has returned. Throws when they could not be, and
    /// then nothing of them is in the store. The transaction is gone either way.
    package consuming func commit() throws(LMDBError) {
        try environment.passBarrier()
        try environment.growFile(for: &self)
        let touched = touched
        try check(owned.commit(), "committing")
        touched?.commit()
    }

    /// Drops the writes.
    package consuming func abort() {}
}

/// A transaction of liblmdb with exactly one end. A commit frees it even when it fails, so both ways out consume it.
/// It keeps the environment open until then.
@safe
struct OwnedTransaction: ~Copyable {
    let transaction: OpaquePointer
    private let environment: Unmanaged<Environment>
    private let thread: UInt

    /// Unsafe: `transaction` must be live, begun by this thread, and no one else's.
    @unsafe
    init(_ transaction: OpaquePointer, of environment: Environment) {
        unsafe self.transaction = transaction
        unsafe self.environment = Unmanaged.passRetained(environment)
        thread = UInt(pthread_self())
    }

    deinit {
        precondition(thread == UInt(pthread_self()), "a write transaction ended on another thread")
        // Sound: retained by `init`; released after the transaction's end.
        unsafe environment.takeUnretainedValue().writerEnds()
        unsafe mdb_txn_abort(transaction)
        unsafe environment.release()
    }

    consuming func commit() -> Int32 {
        precondition(thread == UInt(pthread_self()), "a write transaction ended on another thread")
        let transaction = unsafe transaction
        let environment = unsafe environment
        discard self
        // Sound: as in `deinit`.
        unsafe environment.takeUnretainedValue().writerEnds()
        let code = unsafe mdb_txn_commit(transaction)
        unsafe environment.release()
        return code
    }
}

/// What a put does to a key that is there.
@usableFromInline
package enum PutMode: Sendable {
    /// Writes, whether the key is there or not.
    case replace
    /// Writes a new key only; throws `keyExists` otherwise.
    case insert
    /// Writes a key greater than every key of the table, without a search; throws `keyExists` otherwise.
    case append

    var flags: UInt32 {
        switch self {
        case .replace: 0
        case .insert: UInt32(MDB_NOOVERWRITE)
        case .append: UInt32(MDB_APPEND)
        }
    }
}

extension WriteTransaction {
    @inlinable
    package mutating func put<K, V>(
        _ table: Table<K, V>, _ key: K.Key, _ value: borrowing V.Value, _ mode: PutMode = .replace
    ) throws(LMDBError) {
        scratch.removeAll()
        V.encode(value, into: &scratch)
        try store(table, key, scratch.bytes, mode)
    }

    /// Writes a payload that was encoded already, in the codec's current version.
    @inlinable
    package mutating func putBytes<K, V>(
        _ table: Table<K, V>, _ key: K.Key, _ payload: RawSpan, _ mode: PutMode = .replace
    ) throws(LMDBError) {
        try store(table, key, payload, mode)
    }

    /// Whether the key was there.
    @inlinable
    @discardableResult
    package mutating func delete<K, V>(_ table: Table<K, V>, _ key: K.Key) throws(LMDBError) -> Bool {
        try unsafe withEncoded(K.self, key) { (bytes) throws(LMDBError) in
            let isGone = unsafe try handle.remove(table.number, table.name, key: bytes)
            if let touched { unsafe touched.touch(table.number, bytes) }
            return isGone
        }
    }

    /// Empties a table. Its pages are free from the next transaction on.
    package mutating func deleteAll(_ table: TableDeclaration) throws(LMDBError) {
        try check(unsafe mdb_drop(handle.transaction, handle.database(table.number), 0), "emptying table \(table.name)")
    }

    @inlinable @inline(__always)
    func store<K, V>(_ table: Table<K, V>, _ key: K.Key, _ payload: RawSpan, _ mode: PutMode) throws(LMDBError) {
        try unsafe withEncoded(K.self, key) { (bytes) throws(LMDBError) in
            unsafe try handle.write(table.number, table.name, key: bytes, V.version, payload, mode)
            if let touched { unsafe touched.touch(table.number, bytes) }
        }
    }
}

extension SnapshotHandle {
    /// Frames the payload inside the page that LMDB reserves for it. Only a write transaction calls it.
    @unsafe @usableFromInline
    func write(
        _ number: UInt8, _ name: StaticString, key: RawPiece, _ version: UInt8, _ payload: RawSpan, _ mode: PutMode
    ) throws(LMDBError) {
        let size = payload.byteCount + StoredValue.overhead
        guard size <= StoredValue.maximum else {
            throw LMDBError(kind: .badValueSize, operation: "writing table \(name)", detail: "\(size) bytes")
        }
        var keyValue = unsafe MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.start))
        var data = unsafe MDB_val(mv_size: size, mv_data: nil)
        let code = unsafe mdb_put(
            transaction, database(number), &keyValue, &data, UInt32(MDB_RESERVE) | mode.flags)
        guard code == 0, let page = unsafe data.mv_data else {
            throw LMDBError(code: code, operation: "writing table \(name)")
        }
        // Sound: LMDB reserved `size` bytes at `page`, ours until the next call of liblmdb.
        unsafe page.storeBytes(of: version, as: UInt8.self)
        unsafe payload.withUnsafeBytes { source in
            if let start = source.baseAddress { unsafe (page + 1).copyMemory(from: start, byteCount: source.count) }
        }
        let checksum = unsafe StoredValue.checksum(
            of: page, count: size - 8, key: key.start, keyCount: key.count, table: number)
        unsafe page.storeBytes(of: checksum.bigEndian, toByteOffset: size - 8, as: UInt64.self)
    }

    @unsafe @usableFromInline
    func remove(_ number: UInt8, _ name: StaticString, key: RawPiece) throws(LMDBError) -> Bool {
        var keyValue = unsafe MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.start))
        let code = unsafe mdb_del(transaction, database(number), &keyValue, nil)
        if code == MDB_NOTFOUND { return false }
        try check(code, "deleting from table \(name)")
        return true
    }
}
