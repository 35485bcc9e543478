internal import CLMDB

/// Where in the data file no row of the latest commit lies, though the file holds bytes there: LMDB leaves what was deleted
/// until it happens to write over it. Ranges of bytes.
package struct PageRemains: Hashable, Sendable {
    /// Pages in the list of free ones.
    package private(set) var freePages: [Range<Int>] = []
    /// Between the offsets and the rows of a page in use.
    package private(set) var gaps: [Range<Int>] = []
    /// Behind a long value, up to the end of its pages.
    package private(set) var tails: [Range<Int>] = []

    mutating func addFree(_ number: UInt64, _ pageSize: UInt64) {
        freePages.append(Int(number * pageSize)..<Int((number + 1) * pageSize))
    }

    mutating func addGap(of bytes: [UInt8], page number: UInt64) {
        let header = PageHeader(bytes)
        let start = Int(number) * bytes.count
        if header.lower < header.upper { gaps.append(start + header.lower..<start + header.upper) }
    }

    mutating func addTail(from start: UInt64, to end: UInt64) {
        if start < end { tails.append(Int(start)..<Int(end)) }
    }
}

extension Environment {
    /// The latest commit's, exact while nothing is being written. Throws `damaged` where the pages contradict themselves.
    package func pageRemains() throws(LMDBError) -> PageRemains {
        var descriptor: Int32 = -1
        try check(unsafe mdb_env_get_fd(pointer, &descriptor), "finding the store's file")
        let file = PlainFile(descriptor: descriptor, path: directory + "/data.mdb")
        let transaction = try beginRead()
        var walk = PageWalk(file, meta: try file.head(of: transaction.id), remains: PageRemains())
        try walk.run(tables: (tables + [Extent.table.declaration]).map { "table \($0.name)" })
        if let finding = walk.findings.first {
            throw LMDBError(kind: .damaged(finding), operation: "looking for what is left in pages")
        }
        return walk.remains ?? PageRemains()
    }

    /// Bytes of a page.
    package var pageSize: Int {
        get throws(LMDBError) {
            var statistics = MDB_stat()
            try check(unsafe mdb_env_stat(pointer, &statistics), "finding the page size")
            return Int(statistics.ms_psize)
        }
    }
}
