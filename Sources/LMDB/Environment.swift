internal import CLMDB
internal import Glibc
internal import Synchronization

/// A store's file, mapped, with its tables open: many readers and one writer at a time.
///
/// Only LMDB's default mode exists here: a commit is synced before it returns. NOSYNC, NOMETASYNC, WRITEMAP, MAPASYNC
/// and NOMEMINIT cannot be asked for. Readers are not bound to threads (NOTLS): a thread may hold several.
///
/// The map is one TiB of address space by default, and the file as large as its content: growing it needs no
/// restart and waits for no reader, whereas resizing a map has to end every transaction first. Address space costs
/// nothing; pages that the file does not have cannot be reached, as every page lies inside the file.
@safe
package final class Environment: @unchecked Sendable {
    package struct Options: Sendable {
        /// Bytes of address space: the upper limit of the file.
        package var mapSize: Int
        /// Readers at one time, over all processes.
        package var maxReaders: UInt32
        /// Bytes: the largest step by which the file grows ahead of use.
        package var growthStep: Int
        /// Refuses writes; the store must exist.
        package var readOnly: Bool

        package init(
            mapSize: Int = 1 << 40, maxReaders: UInt32 = 510, growthStep: Int = 64 << 20, readOnly: Bool = false
        ) {
            self.mapSize = mapSize
            self.maxReaders = maxReaders
            self.growthStep = growthStep
            self.readOnly = readOnly
        }
    }

    /// What must be durable before a commit. A function that a generic container holds by itself is wrapped once more whenever it
    /// is read in place, and a call of it goes through all of the wrappings: commits would be slower by each one before, and
    /// end the process when the stack is used up.
    private struct Barrier: Sendable {
        let body: @Sendable () throws(LMDBError) -> Void
    }

    package let directory: String
    package let tables: [TableDeclaration]
    let pool = ReaderPool()
    let databases: UnsafeMutablePointer<UInt32>
    let growth: FileGrowth
    private let owned: OwnedEnvironment
    let isReadOnly: Bool
    private let barrier = Mutex<Barrier?>(nil)
    /// The thread that holds the write transaction, zero for none: a second one on the same thread would wait forever.
    private let writer = Atomic<UInt>(0)
    /// What is written while somebody copies the store; nil: nobody does.
    let touched = Mutex<TouchedRows?>(nil)

    var pointer: OpaquePointer { unsafe owned.pointer }

    /// Opens `data.mdb` and `lock.mdb` in `directory`, which must exist, or makes them; clears the slots of readers
    /// that have died; makes the tables that are missing.
    ///
    /// Throws `alreadyOpen`, `damaged`, `invalidFile`, `versionMismatch`, or what the system said.
    package init(directory: String, tables: [TableDeclaration], options: Options = Options()) throws(LMDBError) {
        let owned = try OwnedEnvironment(directory: directory)
        try unsafe Self.open(owned.pointer, directory, tables.count, options)
        growth = try unsafe Self.growth(of: owned.pointer, options)
        unsafe databases = .allocate(capacity: 256)
        unsafe databases.initialize(repeating: SnapshotHandle.unopened, count: 256)
        self.owned = owned
        isReadOnly = options.readOnly
        self.directory = directory
        self.tables = tables
        if !isReadOnly { Self.keepHeap() }
        try openTables(tables + [Extent.table.declaration])
    }

    /// Has the C library keep what a writer frees, up to 256 MiB: each transaction takes and frees megabytes of dirty
    /// pages and arrays, and giving them back to the kernel would have them cleared and mapped anew every time. Said
    /// once for the process; where it is refused, all is as before but slower.
    private static func keepHeap() {
        _ = mallopt(M_MMAP_THRESHOLD, 32 << 20)
        _ = mallopt(M_TRIM_THRESHOLD, 256 << 20)
        _ = mallopt(M_TOP_PAD, 4 << 20)
    }

    /// Gives the kernel what the C library keeps free, a few milliseconds' work: for whoever has freed what will not be wanted
    /// again soon.
    package static func releaseHeap() { _ = malloc_trim(0) }

    deinit {
        pool.abortAll()
        unsafe databases.deallocate()
    }
}

extension Environment {
    /// Has `body` run before every commit from now on, on the thread that commits: what it throws, the commit throws, and
    /// nothing is written. For what lies outside of the file and must be there when the commit is.
    package func beforeCommit(_ body: @escaping @Sendable () throws(LMDBError) -> Void) {
        barrier.withLock { $0 = Barrier(body: body) }
    }

    func passBarrier() throws(LMDBError) {
        if let barrier = barrier.withLock({ $0 }) { try barrier.body() }
    }

    /// Hands the latest commit to `body`. A reader is taken from the pool and renewed: no lock, no allocation.
    @inlinable
    package func read<R: ~Copyable>(_ body: (borrowing ReadTransaction) throws -> R) throws -> R {
        let transaction = try beginRead()
        return try body(transaction)
    }

    /// Runs `body` in the write transaction, waiting for another's end; commits when it returns, aborts when it
    /// throws. On the thread that is already writing it traps.
    @inlinable
    package func write<R: ~Copyable>(_ body: (inout WriteTransaction) throws -> R) throws -> R {
        var transaction = try beginWrite()
        let result = try body(&transaction)
        try transaction.commit()
        return result
    }

    /// A reader at the latest commit; it ends when the value does.
    package func beginRead() throws(LMDBError) -> ReadTransaction {
        if let idle = unsafe pool.take() {
            let code = unsafe mdb_txn_renew(idle)
            if code == 0 { return unsafe ReadTransaction(reader: PooledReader(idle, of: self), databases: databases) }
            unsafe mdb_txn_abort(idle)
            throw LMDBError(code: code, operation: "renewing a reader")
        }
        return try newReader()
    }

    /// Slots of dead readers are cleared once before a full table of readers is an error.
    private func newReader() throws(LMDBError) -> ReadTransaction {
        var opened: OpaquePointer?
        var code = unsafe mdb_txn_begin(pointer, nil, UInt32(MDB_RDONLY), &opened)
        if code == MDB_READERS_FULL {
            try clearStaleReaders()
            code = unsafe mdb_txn_begin(pointer, nil, UInt32(MDB_RDONLY), &opened)
        }
        guard code == 0, let opened = unsafe opened else { throw LMDBError(code: code, operation: "beginning to read") }
        return unsafe ReadTransaction(reader: PooledReader(opened, of: self), databases: databases)
    }

    /// The write transaction, to be committed by hand; dropping it aborts. It must stay on this thread.
    package func beginWrite() throws(LMDBError) -> WriteTransaction {
        precondition(!isReadOnly, "a write on an environment that was opened read-only")
        let thread = UInt(pthread_self())
        precondition(writer.load(ordering: .relaxed) != thread, "a write transaction inside a write transaction")
        var begun: OpaquePointer?
        let code = unsafe mdb_txn_begin(pointer, nil, 0, &begun)
        guard code == 0, let begun = unsafe begun else { throw LMDBError(code: code, operation: "beginning to write") }
        writer.store(thread, ordering: .relaxed)
        return unsafe WriteTransaction(OwnedTransaction(begun, of: self), of: self)
    }

    /// The writer has ended. Called before LMDB's own lock is given up, so it cannot hide the next one.
    func writerEnds() { writer.store(0, ordering: .relaxed) }

    /// How many slots of readers that died were cleared. A dead reader keeps pages from being used again.
    @discardableResult
    package func clearStaleReaders() throws(LMDBError) -> Int {
        var dead: Int32 = 0
        try check(unsafe mdb_reader_check(pointer, &dead), "clearing dead readers")
        return Int(dead)
    }
}
