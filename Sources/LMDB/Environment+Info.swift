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
}
