internal import CLMDB
internal import Synchronization

/// Which rows a writer has put or deleted since somebody began to copy the store: those are to be copied again. Memory: some
/// hundred bytes a row.
@usableFromInline
package final class TouchedRows: Sendable {
    /// A row by its table's number and its key as it is stored.
    package struct Row: Hashable, Comparable, Sendable {
        package let table: UInt8
        package let key: [UInt8]

        package static func < (left: Row, right: Row) -> Bool {
            left.table == right.table ? left.key.lexicographicallyPrecedes(right.key) : left.table < right.table
        }
    }

    private struct Rows {
        /// Of the transaction that is open.
        var open: Set<Row> = []
        var committed: Set<Row> = []
    }

    private let rows = Mutex(Rows())

    init() {}

    /// Rows of commits that were not taken yet.
    package var count: Int { rows.withLock { $0.committed.count } }

    /// The rows of all commits so far, which are forgotten.
    package func take() -> Set<Row> {
        rows.withLock { rows in
            defer { rows.committed = [] }
            return rows.committed
        }
    }

    /// Unsafe: `key` must be readable during the call.
    @unsafe @usableFromInline
    func touch(_ table: UInt8, _ key: RawPiece) {
        // Sound: the piece is lent for the call.
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: key.start, count: key.count))
        _ = rows.withLock { $0.open.insert(Row(table: table, key: bytes)) }
    }

    /// A transaction begins: what one before it touched and did not commit is as it was.
    func begin() { rows.withLock { $0.open = [] } }

    func commit() {
        rows.withLock { rows in
            rows.committed.formUnion(rows.open)
            rows.open = []
        }
    }
}

extension Environment {
    /// Notes from now on what is written, for whoever copies the store beside its writer; waits for the transaction that is
    /// open. One who copies at a time.
    package func noteTouchedRows() throws(LMDBError) -> TouchedRows {
        let rows = TouchedRows()
        let transaction = try beginWrite()
        touched.withLock { $0 = rows }
        transaction.abort()
        return rows
    }

    /// Notes nothing any more.
    package func endTouchedRows() { touched.withLock { $0 = nil } }
}

extension WriteTransaction {
    /// Makes rows what they are in another environment's snapshot: copied as they lie there, each verified, or deleted.
    package mutating func copyRows(
        _ rows: some Sequence<TouchedRows.Row>, of tables: [TableDeclaration], from source: borrowing ReadTransaction
    ) throws(LMDBError) {
        var names: [UInt8: StaticString] = [:]
        for table in tables { names[table.number] = table.name }
        for row in rows {
            guard let name = names[row.table] else { continue }
            try unsafe source.handle.copy(row, name, to: handle)
        }
    }
}

extension SnapshotHandle {
    /// Unsafe: `other` must be of a write transaction of another environment.
    @unsafe
    fileprivate func copy(
        _ row: TouchedRows.Row, _ name: StaticString, to other: SnapshotHandle
    ) throws(LMDBError) {
        // Sound: the key is lent for the closure; LMDB writes to no key.
        let code = unsafe row.key.withUnsafeBytes { key in
            var keyValue = unsafe MDB_val(
                mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
            var data = unsafe MDB_val()
            let code = unsafe mdb_get(transaction, database(row.table), &keyValue, &data)
            if code == MDB_NOTFOUND {
                let code = unsafe mdb_del(other.transaction, other.database(row.table), &keyValue, nil)
                return code == MDB_NOTFOUND ? 0 : code
            }
            guard code == 0, let start = unsafe data.mv_data, let keyStart = key.baseAddress else { return code }
            guard
                unsafe StoredValue.holds(
                    start, count: data.mv_size, key: keyStart, keyCount: key.count, table: row.table)
            else { return MDB_CORRUPTED }
            return unsafe mdb_put(other.transaction, other.database(row.table), &keyValue, &data, 0)
        }
        guard code != MDB_CORRUPTED else {
            throw LMDBError(kind: .checksum(table: name.description), operation: "copying table \(name)")
        }
        try check(code, "copying table \(name)")
    }
}
