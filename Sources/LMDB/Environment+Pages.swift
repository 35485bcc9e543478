internal import CLMDB

extension Environment {
    /// Reads every page of the latest commit by itself and holds it against what leads to it: numbers, kinds, the order
    /// and bounds of keys, counts, and that each page is in one tree or free. Findings in words; none in a sound store.
    ///
    /// Others may write meanwhile: a reader keeps the commit's pages as they are. It does not keep the commit's head,
    /// which the next commit but one overwrites: then a later commit is read.
    ///
    /// - Parameter afterSnapshot: called between taking a snapshot and reading its head, for tests.
    package func inspectPages(afterSnapshot: () throws(LMDBError) -> Void = {}) throws(LMDBError) -> [String] {
        var descriptor: Int32 = -1
        try check(unsafe mdb_env_get_fd(pointer, &descriptor), "finding the store's file")
        let file = PlainFile(descriptor: descriptor, path: directory + "/data.mdb")
        while true {
            let transaction = try beginRead()
            try afterSnapshot()
            let head: MetaPage
            do throws(LMDBError) {
                head = try file.head(of: transaction.id)
            } catch {
                if try latestCommit() > transaction.id { continue }
                throw error
            }
            var walk = PageWalk(file, meta: head)
            try walk.run(tables: (tables + [Extent.table.declaration]).map { "table \($0.name)" })
            return walk.findings
        }
    }

    private func latestCommit() throws(LMDBError) -> UInt64 {
        let latest = try beginRead()
        return latest.id
    }
}

extension PlainFile {
    /// The head page of a commit; `damaged` where there is none that is well formed and inside the file.
    func head(of commit: UInt64) throws(LMDBError) -> MetaPage {
        let pageSize = MetaPage(try read(MetaPage.size, at: 0)).pageSize
        let place = commit & 1
        let bytes = try read(MetaPage.size, at: place * pageSize)
        let head = MetaPage(bytes)
        // Twice the same, or a writer was at it.
        try demand(try read(MetaPage.size, at: place * pageSize) == bytes, "its head changes")
        try demand(head.transaction == commit && head.isWellFormed(as: place), "its head is not of its last commit")
        let needed = (head.lastPage + 1).multipliedReportingOverflow(by: pageSize)
        let there = try size()
        try demand(!needed.overflow && needed.partialValue <= there, "it is cut off")
        return head
    }
}
