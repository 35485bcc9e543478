internal import CLMDB
internal import Glibc

extension Environment {
    /// Where the store stands.
    package struct Info: Hashable, Sendable {
        /// Bytes.
        package let mapSize: Int
        /// Bytes of the file, room to grow included.
        package let fileSize: Int
        /// Bytes.
        package let pageSize: Int
        package let lastPage: Int
        package let lastTransaction: UInt64
        /// Slots in use, idle readers of the pools included.
        package let readers: Int
        /// Commits since the oldest snapshot that is being read; zero when there is none. Its pages cannot be used
        /// again.
        package let oldestReaderLag: UInt64

        /// Bytes of the file that hold pages.
        package var usedSize: Int { (lastPage + 1) * pageSize }
    }

    package func info() throws(LMDBError) -> Info {
        var info = unsafe MDB_envinfo()
        var statistics = MDB_stat()
        try check(unsafe mdb_env_info(pointer, &info), "measuring the store")
        try check(unsafe mdb_env_stat(pointer, &statistics), "measuring the store")
        let last = UInt64(unsafe info.me_last_txnid)
        let oldest = try oldestReader() ?? last
        return Info(
            mapSize: unsafe info.me_mapsize, fileSize: try growth.fileSize(), pageSize: Int(statistics.ms_psize),
            lastPage: unsafe info.me_last_pgno, lastTransaction: last, readers: Int(unsafe info.me_numreaders),
            oldestReaderLag: last > oldest ? last - oldest : 0)
    }

    package func statistics(of table: TableDeclaration) throws(LMDBError) -> TableStatistics {
        let transaction = try beginRead()
        return try transaction.statistics(table)
    }

    /// The commit that the oldest active reader sees. liblmdb tells it in text only: a line of process, thread and
    /// transaction to each active reader, a dash in the place of the last for an idle one.
    private func oldestReader() throws(LMDBError) -> UInt64? {
        var oldest = UInt64.max
        // Sound: the context is `oldest`, which outlives the call; the text is a C string during the callback.
        let code = unsafe withUnsafeMutablePointer(to: &oldest) { context in
            unsafe mdb_reader_list(
                pointer,
                { text, context in
                    guard let text = unsafe text, let context = unsafe context else { return 0 }
                    let line = unsafe String(cString: text)
                    let oldest = unsafe context.assumingMemoryBound(to: UInt64.self)
                    if let seen = line.split(whereSeparator: { $0 == " " || $0 == "\n" }).last.flatMap({ UInt64($0) }) {
                        unsafe oldest.pointee = min(oldest.pointee, seen)
                    }
                    return 0
                }, context)
        }
        if code < 0 { throw LMDBError(code: code, operation: "listing the readers") }
        return oldest == .max ? nil : oldest
    }

    /// Pages by what they are for. In a sound store they add up: every page up to the last is a head, in a tree, or
    /// free.
    package struct PageAccount: Hashable, Sendable {
        package let total: Int
        package let heads: Int
        package let inTrees: Int
        package let free: Int

        package var isBalanced: Bool { heads + inTrees + free == total }
    }

    /// For the integrity check: reads the whole list of free pages.
    package func pageAccount() throws(LMDBError) -> PageAccount {
        let transaction = try beginRead()
        // Databases 0 and 1 are LMDB's own: the free list, and the table of tables.
        var inTrees = try transaction.handle.statistics(database: 0).pages
        inTrees += try transaction.handle.statistics(database: 1).pages
        for table in tables + [Extent.table.declaration] { inTrees += try transaction.statistics(table).pages }
        var info = unsafe MDB_envinfo()
        try check(unsafe mdb_env_info(pointer, &info), "measuring the store")
        let free = try transaction.handle.freePages()
        return PageAccount(total: unsafe info.me_last_pgno + 1, heads: 2, inTrees: inTrees, free: free)
    }
}

extension SnapshotHandle {
    /// The length of every list of free pages: its first word.
    fileprivate func freePages() throws(LMDBError) -> Int {
        var opened: OpaquePointer?
        let code = unsafe mdb_cursor_open(transaction, 0, &opened)
        guard code == 0, let cursor = unsafe opened else {
            throw LMDBError(code: code, operation: "reading free pages")
        }
        defer { unsafe mdb_cursor_close(cursor) }
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        var total = 0
        while true {
            let code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
            if code == MDB_NOTFOUND { return total }
            try check(code, "reading free pages")
            guard unsafe value.mv_size >= 8, let start = unsafe value.mv_data else {
                throw LMDBError(kind: .corrupted, operation: "reading free pages")
            }
            // Sound: at least eight readable bytes.
            total += unsafe start.loadUnaligned(as: Int.self)
        }
    }
}
