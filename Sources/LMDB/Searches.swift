internal import CLMDB

/// Look-ups of many keys at a time, in one snapshot: while one waits for memory, the others go on. In a tree that does not fit
/// the processor's caches this takes a fraction of the time that one look-up after the other takes.
///
/// The pages are read here and not by LMDB, under a reader that holds them. What is found is believed by its checksum
/// alone, which covers table, key and value; where it is not right the caller asks the snapshot, which then says why.
@safe
package struct Searches: ~Copyable {
    /// What became of a look-up.
    package enum Outcome: Sendable {
        case found
        /// The leaf where the key would lie has not got it.
        case absent
        /// A page was not as it should be: ask the snapshot.
        case unclear
    }

    private let rows: UnsafeMutablePointer<selvedge_search>
    package let capacity: Int

    /// - Parameter capacity: look-ups, of 72 bytes each.
    package init(capacity: Int) {
        self.capacity = capacity
        unsafe rows = .allocate(capacity: capacity)
        unsafe rows.initialize(repeating: selvedge_search(), count: capacity)
    }

    deinit { unsafe rows.deallocate() }

    /// Asks for a key of 8 to 16 bytes in a place; it is looked for by the next `run` of its table.
    package mutating func ask<K, V>(_ table: Table<K, V>, _ key: K.Key, at place: Int) {
        precondition(place < capacity && (8...16).contains(K.width), "a look-up past the capacity, or of another key")
        // Sound: the place is inside; a key has at least the 8 bytes that are read and at most the 16 that there is room for.
        unsafe withEncoded(K.self, key) { bytes in
            unsafe withUnsafeMutableBytes(of: &rows[place].key) {
                unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes.start, count: bytes.count))
            }
        }
        unsafe rows[place].value = nil
        unsafe rows[place].stage = UInt8(SELVEDGE_WANTED.rawValue)
    }

    /// Looks for what was asked for since the last run, all of it keys of `table`. Throws what LMDB says of the snapshot.
    package mutating func run<K, V>(
        _ table: Table<K, V>, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) {
        guard var tree = unsafe try transaction.tree(table.name, keyCount: K.width) else { return }
        unsafe selvedge_search_all(&tree, rows, capacity)
    }

    package func outcome(at place: Int) -> Outcome {
        precondition(place < capacity, "a look-up past the capacity")
        let stage = unsafe rows[place].stage
        if stage == UInt8(SELVEDGE_FOUND.rawValue) { return .found }
        return stage == UInt8(SELVEDGE_ABSENT.rawValue) ? .absent : .unclear
    }

    /// The payload that was found, in place, its checksum verified; nil where there is none or it does not verify.
    @_lifetime(borrow transaction)
    package func payload<K, V>(
        _ table: Table<K, V>, at place: Int, in transaction: borrowing ReadTransaction
    ) -> RawSpan? {
        precondition(place < capacity, "a look-up past the capacity")
        guard let start = unsafe rows[place].value else { return nil }
        let count = Int(unsafe rows[place].count)
        let isWhole = unsafe withUnsafeBytes(of: &rows[place].key) { key -> Bool in
            guard let keyStart = key.baseAddress else { return false }
            return unsafe StoredValue.holds(start, count: count, key: keyStart, keyCount: K.width, table: table.number)
        }
        guard isWhole, unsafe start.pointee == V.version else { return nil }
        // Sound: the bytes lie inside the map, which the reader keeps as it is while the transaction lives.
        let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start) + 1, byteCount: count - StoredValue.overhead)
        return unsafe _overrideLifetime(span, borrowing: transaction)
    }
}

extension ReadTransaction {
    /// Where a table's tree lies in the map; nil where LMDB's own record of the table is not as expected.
    @unsafe
    fileprivate func tree(_ name: StaticString, keyCount: Int) throws(LMDBError) -> selvedge_tree? {
        let environment = unsafe mdb_txn_env(handle.transaction)
        var info = unsafe MDB_envinfo()
        try check(unsafe mdb_env_info(environment, &info), "measuring the store")
        var statistics = MDB_stat()
        try check(unsafe mdb_env_stat(environment, &statistics), "measuring the store")
        var key = unsafe MDB_val(
            mv_size: name.utf8CodeUnitCount, mv_data: UnsafeMutableRawPointer(mutating: name.utf8Start))
        var record = unsafe MDB_val()
        // The names of tables lie in the table with the handle 1, each with what LMDB knows of it: the root at its end.
        let code = unsafe mdb_get(handle.transaction, 1, &key, &record)
        guard code == 0, unsafe record.mv_size == 48, let start = unsafe record.mv_data else { return nil }
        // Sound: the record has 48 bytes and lies on a page of the map, which begins with its number.
        let root = unsafe start.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
        let pageSize = UInt(statistics.ms_psize)
        let page = UInt(bitPattern: start) & ~(pageSize - 1)
        guard let pageStart = unsafe UnsafePointer<UInt64>(bitPattern: page),
            unsafe pageStart.pointee <= info.me_last_pgno,
            let map = unsafe UnsafePointer<UInt8>(bitPattern: page - UInt(pageStart.pointee) * pageSize)
        else { return nil }
        return unsafe selvedge_tree(
            map: map, pages: UInt64(info.me_last_pgno) + 1, root: UInt64(littleEndian: root),
            page_size: statistics.ms_psize, key_size: UInt32(keyCount))
    }
}
