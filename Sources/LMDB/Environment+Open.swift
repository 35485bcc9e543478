internal import CLMDB
internal import Glibc

/// The steps of opening, in order.
extension Environment {
    static func open(
        _ pointer: OpaquePointer, _ directory: String, _ tables: Int, _ options: Options
    ) throws(LMDBError) {
        let what = "opening \(directory)"
        // Sound: the environment is made and not open yet, as these calls demand.
        try check(unsafe mdb_env_set_mapsize(pointer, options.mapSize), what)
        try check(unsafe mdb_env_set_maxreaders(pointer, options.maxReaders), what)
        try check(unsafe mdb_env_set_maxdbs(pointer, UInt32(tables) + 1), what)
        let flags = MDB_NOTLS | (options.readOnly ? MDB_RDONLY : 0)
        try check(unsafe mdb_env_open(pointer, directory, UInt32(flags), 0o600), what)
        try unsafe refuseUnsafeModes(pointer, what)
        var dead: Int32 = 0
        try check(unsafe mdb_reader_check(pointer, &dead), what)
    }

    /// A commit that is not synced, or a map that can be written through, would break what the store promises.
    private static func refuseUnsafeModes(_ pointer: OpaquePointer, _ what: String) throws(LMDBError) {
        var flags: UInt32 = 0
        try check(unsafe mdb_env_get_flags(pointer, &flags), what)
        let refused = MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC | MDB_NOMEMINIT | MDB_NOLOCK
        guard flags & UInt32(refused) == 0 else { throw LMDBError(kind: .other(EINVAL), operation: what) }
    }

    static func growth(of pointer: OpaquePointer, _ options: Options) throws(LMDBError) -> FileGrowth {
        var descriptor: Int32 = -1
        try check(unsafe mdb_env_get_fd(pointer, &descriptor), "finding the store's file")
        var statistics = MDB_stat()
        try check(unsafe mdb_env_stat(pointer, &statistics), "finding the page size")
        return try FileGrowth(
            descriptor: descriptor, pageSize: Int(statistics.ms_psize), mapSize: options.mapSize,
            largestStep: options.growthStep)
    }

    /// Opens the tables that are there, looks whether the store hangs together, then makes those that are missing:
    /// nothing is written to a store that contradicts itself.
    func openTables(_ tables: [TableDeclaration]) throws(LMDBError) {
        let missing = try openPresentTables(tables)
        if try !isNew() { try verifyHead() }
        if isReadOnly {
            guard let first = missing.first else { return }
            throw LMDBError(kind: .notFound, operation: "opening table \(first.name)", detail: "read-only")
        }
        let transaction = try beginWrite()
        try unsafe Self.proveNextPage(transaction.handle.transaction, pointer)
        if missing.isEmpty { return transaction.abort() }
        for table in missing { _ = try unsafe open(table, in: transaction.handle.transaction, UInt32(MDB_CREATE)) }
        try transaction.commit()
    }

    /// The tables that are not there. The transaction is committed, not pooled: handles that were opened in an aborted
    /// one are closed with it.
    private func openPresentTables(_ tables: [TableDeclaration]) throws(LMDBError) -> [TableDeclaration] {
        var begun: OpaquePointer?
        let code = unsafe mdb_txn_begin(pointer, nil, UInt32(MDB_RDONLY), &begun)
        guard code == 0, let begun = unsafe begun else { throw LMDBError(code: code, operation: "opening the tables") }
        let transaction = unsafe OwnedTransaction(begun, of: self)
        var missing: [TableDeclaration] = []
        for table in tables where !(try unsafe open(table, in: transaction.transaction, 0)) { missing.append(table) }
        try check(transaction.commit(), "opening the tables")
        return missing
    }

    /// False when the table is not there and is not to be made.
    private func open(
        _ table: TableDeclaration, in transaction: OpaquePointer, _ flags: UInt32
    ) throws(LMDBError) -> Bool {
        let longest = Int(unsafe mdb_env_get_maxkeysize(pointer))
        precondition((1...longest).contains(table.keyWidth), "a key's width is 1 to 511 bytes")
        precondition(unsafe databases[Int(table.number)] == SnapshotHandle.unopened, "a table number used twice")
        var database: UInt32 = 0
        // Sound: a static string ends in a zero byte.
        let name = unsafe UnsafeRawPointer(table.name.utf8Start).assumingMemoryBound(to: CChar.self)
        let code = unsafe mdb_dbi_open(transaction, name, flags, &database)
        if code == MDB_NOTFOUND { return false }
        try check(code, "opening table \(table.name)")
        unsafe databases[Int(table.number)] = database
        return true
    }

    /// `NextPage` must know the structure of this library.
    private static func proveNextPage(_ transaction: OpaquePointer, _ pointer: OpaquePointer) throws(LMDBError) {
        var info = unsafe MDB_envinfo()
        try check(unsafe mdb_env_info(pointer, &info), "measuring the store")
        guard unsafe NextPage(of: transaction).holds(lastPage: info.me_last_pgno) else {
            let version = unsafe mdb_version(nil, nil, nil).map { unsafe String(cString: $0) } ?? "unknown"
            throw LMDBError(
                kind: .versionMismatch, operation: "opening the store", detail: "liblmdb is \(version), not 0.9")
        }
    }
}
