internal import CLMDB

/// Pages by what they are for. In a sound store they add up: every page is a head, in a tree, or free.
package struct PageAccount: Hashable, Sendable {
    package let total: Int
    package let heads: Int
    package let inTrees: Int
    package let free: Int

    package var isBalanced: Bool { heads + inTrees + free == total }
    /// More pages are spoken for than there are: some page has two owners, or the count of pages is wrong.
    var isOverdrawn: Bool { heads + inTrees + free > total }
}

extension Environment {
    /// Reads the whole list of free pages. Of the latest commit; exact while nothing is being written.
    package func pageAccount() throws(LMDBError) -> PageAccount {
        let transaction = try beginRead()
        return try pageAccount(of: transaction)
    }

    private func pageAccount(of transaction: borrowing ReadTransaction) throws(LMDBError) -> PageAccount {
        // Databases 0 and 1 are LMDB's own: the free list, and the table of tables.
        var inTrees = try transaction.handle.statistics(database: 0).pages
        inTrees += try transaction.handle.statistics(database: 1).pages
        for table in tables + [Extent.table.declaration] where transaction.handle.isOpen(table.number) {
            inTrees += try transaction.statistics(table).pages
        }
        var info = unsafe MDB_envinfo()
        try check(unsafe mdb_env_info(pointer, &info), "measuring the store")
        let free = try transaction.handle.freePages()
        return PageAccount(total: unsafe info.me_last_pgno + 1, heads: 2, inTrees: inTrees, free: free)
    }

    /// Nothing was ever committed here.
    func isNew() throws(LMDBError) -> Bool {
        let transaction = try beginRead()
        return transaction.id == 0
    }

    /// What the head pages cannot tell of themselves, before anything is written to a store that has commits:
    ///
    /// - the file is as long as its writer left it;
    /// - the list of free pages ends with the commit that the head claims to be (every commit but the first frees a
    ///   page, under its own number);
    /// - no more pages are in use than there are.
    func verifyHead() throws(LMDBError) {
        let transaction = try beginRead()
        guard transaction.handle.isOpen(Extent.table.number), let extent = try transaction.get(Extent.table, ()) else {
            throw damaged("its table of tables is not this module's")
        }
        let size = try growth.fileSize()
        guard size >= extent else { throw damaged("it is cut off: \(size) bytes where its writer left \(extent)") }
        let lastFreed = try transaction.handle.lastFreeingCommit()
        guard transaction.id < 2 || lastFreed == transaction.id else {
            throw damaged("its head is of another commit than its list of free pages")
        }
        guard !(try pageAccount(of: transaction)).isOverdrawn else {
            throw damaged("more of its pages are in use than there are")
        }
    }

    private func damaged(_ what: String) -> LMDBError {
        LMDBError(kind: .damaged("\(directory)/data.mdb: \(what)"), operation: "opening the store")
    }
}

extension SnapshotHandle {
    fileprivate func isOpen(_ number: UInt8) -> Bool { unsafe databases[Int(number)] != Self.unopened }

    /// The length of every list of free pages: its first word.
    fileprivate func freePages() throws(LMDBError) -> Int {
        var total = 0
        try freeLists(MDB_FIRST, MDB_NEXT) { _, length in total += length }
        return total
    }

    /// The key of the last list of free pages, which is the commit that freed them; zero when there is none.
    fileprivate func lastFreeingCommit() throws(LMDBError) -> UInt64 {
        var last: UInt64 = 0
        try freeLists(MDB_LAST, MDB_NEXT) { commit, _ in last = commit }
        return last
    }

    private func freeLists(
        _ first: MDB_cursor_op, _ next: MDB_cursor_op, _ body: (_ commit: UInt64, _ length: Int) -> Void
    ) throws(LMDBError) {
        var opened: OpaquePointer?
        let code = unsafe mdb_cursor_open(transaction, 0, &opened)
        guard code == 0, let cursor = unsafe opened else {
            throw LMDBError(code: code, operation: "reading free pages")
        }
        defer { unsafe mdb_cursor_close(cursor) }
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        var operation = first
        while true {
            let code = unsafe mdb_cursor_get(cursor, &key, &value, operation)
            if code == MDB_NOTFOUND { return }
            try check(code, "reading free pages")
            guard unsafe key.mv_size == 8 && value.mv_size >= 8, let commit = unsafe key.mv_data,
                let list = unsafe value.mv_data
            else { throw LMDBError(kind: .corrupted, operation: "reading free pages") }
            // Sound: eight readable bytes each, checked just above.
            let length = unsafe list.loadUnaligned(as: Int.self)
            unsafe body(commit.loadUnaligned(as: UInt64.self), length)
            operation = next
        }
    }
}
