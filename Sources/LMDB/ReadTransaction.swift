internal import CLMDB

/// The store as its last commit left it, for as long as this lives. Keep it short: pages freed after it began cannot
/// be used again before it ends.
@usableFromInline
package struct ReadTransaction: ~Copyable, Snapshot {
    @usableFromInline package let handle: SnapshotHandle
    private let reader: PooledReader

    init(reader: consuming PooledReader, databases: UnsafePointer<UInt32>) {
        handle = unsafe SnapshotHandle(transaction: reader.transaction, databases: databases)
        self.reader = reader
    }
}

/// A renewed reader; it goes back to its pool at the end.
@safe
struct PooledReader: ~Copyable {
    let transaction: OpaquePointer
    private let environment: Environment

    /// Unsafe: `transaction` must be live, and no one else's.
    @unsafe
    init(_ transaction: OpaquePointer, of environment: Environment) {
        unsafe self.transaction = transaction
        self.environment = environment
    }

    deinit { unsafe environment.pool.giveBack(transaction) }
}
