internal import CLMDB

/// What a transaction is to liblmdb. It can be named outside of this module, and nothing can be done with it there.
@safe @usableFromInline
package struct SnapshotHandle {
    @usableFromInline let transaction: OpaquePointer
    /// 256 database handles by table number, owned by the environment; `unopened` where no table is declared.
    @usableFromInline let databases: UnsafePointer<UInt32>

    static let unopened = UInt32.max

    init(transaction: OpaquePointer, databases: UnsafePointer<UInt32>) {
        unsafe self.transaction = transaction
        unsafe self.databases = databases
    }

    /// Traps when the table was not declared to the environment: an error of the program.
    @inline(__always)
    func database(_ number: UInt8) -> UInt32 {
        // Sound: 256 entries, indexed by a byte.
        let database = unsafe databases[Int(number)]
        precondition(database != Self.unopened, "the table was not declared when the environment was opened")
        return database
    }

    /// Version and payload of the value under `key`, its checksum verified; nil where there is none.
    ///
    /// Unsafe: the result points into the map (or into a dirty page) and is good until the transaction ends or its
    /// next write; callers narrow it to a span with that lifetime.
    @unsafe @usableFromInline
    func lookup(
        _ number: UInt8, _ name: StaticString, key: UnsafeRawPointer, keyCount: Int
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        var keyValue = unsafe MDB_val(mv_size: keyCount, mv_data: UnsafeMutableRawPointer(mutating: key))
        var data = unsafe MDB_val()
        let code = unsafe mdb_get(transaction, database(number), &keyValue, &data)
        guard code == 0 else {
            if code == MDB_NOTFOUND { return nil }
            throw LMDBError(code: code, operation: "reading table \(name)")
        }
        guard let start = unsafe data.mv_data,
            unsafe StoredValue.holds(start, count: data.mv_size, key: key, keyCount: keyCount, table: number)
        else { throw LMDBError(kind: .checksum(table: name.description), operation: "reading table \(name)") }
        return unsafe UnsafeRawBufferPointer(start: start, count: data.mv_size &- 8)
    }

    @unsafe @usableFromInline
    func holds(
        _ number: UInt8, _ name: StaticString, key: UnsafeRawPointer, keyCount: Int
    ) throws(LMDBError) -> Bool {
        var keyValue = unsafe MDB_val(mv_size: keyCount, mv_data: UnsafeMutableRawPointer(mutating: key))
        var data = unsafe MDB_val()
        let code = unsafe mdb_get(transaction, database(number), &keyValue, &data)
        if code == MDB_NOTFOUND { return false }
        try check(code, "reading table \(name)")
        return true
    }

    var identifier: UInt64 { UInt64(unsafe mdb_txn_id(transaction)) }

    func statistics(_ number: UInt8) throws(LMDBError) -> TableStatistics {
        try statistics(database: database(number))
    }

    func statistics(database: UInt32) throws(LMDBError) -> TableStatistics {
        var result = MDB_stat()
        try check(unsafe mdb_stat(transaction, database, &result), "counting a table")
        return TableStatistics(
            entries: result.ms_entries, depth: Int(result.ms_depth), branchPages: result.ms_branch_pages,
            leafPages: result.ms_leaf_pages, overflowPages: result.ms_overflow_pages)
    }
}

/// The size of one table.
package struct TableStatistics: Hashable, Sendable {
    package let entries: Int
    package let depth: Int
    package let branchPages: Int
    package let leafPages: Int
    package let overflowPages: Int

    package var pages: Int { branchPages + leafPages + overflowPages }
}
