internal import CLMDB
internal import Glibc
internal import Synchronization

/// Extends the data file ahead of use, so that the file always covers its last page.
///
/// LMDB need not write a page that a transaction took and freed again: without this the file could be shorter than
/// its own last page, which reads as damage, and a full disk would be found in the middle of a commit.
struct FileGrowth: ~Copyable {
    /// Bytes of the file that are known to be there.
    private let covered = Atomic<Int>(0)
    private let descriptor: Int32
    private let pageSize: Int
    private let mapSize: Int
    /// Bytes: the largest step. A small store grows by its own size, at least by `smallestStep`.
    private let largestStep: Int
    private static let smallestStep = 1 << 20

    init(descriptor: Int32, pageSize: Int, mapSize: Int, largestStep: Int) throws(LMDBError) {
        self.descriptor = descriptor
        self.pageSize = pageSize
        self.mapSize = mapSize
        self.largestStep = largestStep
        covered.store(try fileSize(), ordering: .relaxed)
    }

    /// Bytes.
    func fileSize() throws(LMDBError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw LMDBError(code: errno, operation: "measuring the store's file")
        }
        return Int(status.st_size)
    }

    /// Makes the file cover every page below `nextPage` and what the commit itself may take. The new size when it
    /// grew, else nil. Called by the one writer.
    ///
    /// A commit rewrites at most the whole list of free pages: eight bytes for each page of the file, which is one
    /// page in 512; four times that, and a few for its tree, is room enough.
    func cover(nextPage: Int) throws(LMDBError) -> Int? {
        let needed = min((nextPage + 64 + nextPage / 128) * pageSize, mapSize)
        let current = covered.load(ordering: .relaxed)
        if needed <= current { return nil }
        let step = min(max(current, Self.smallestStep), largestStep)
        let generous = min(max(current + step, needed), mapSize)
        if allocate(from: current, to: generous) == 0 {
            covered.store(generous, ordering: .relaxed)
            return generous
        }
        // The disk is nearly full: take what this transaction needs and no more.
        try check(allocate(from: current, to: needed), "growing the store's file")
        covered.store(needed, ordering: .relaxed)
        return needed
    }

    /// The system's error, or zero.
    private func allocate(from start: Int, to end: Int) -> Int32 {
        while true {
            let code = posix_fallocate(descriptor, off_t(start), off_t(end - start))
            if code != EINTR { return code }
        }
    }
}

/// The page that a write transaction would take next.
///
/// liblmdb has no call for it. In every 0.9 release `MDB_txn` begins with parent, child, next page and transaction
/// id, one word each; `holds` proves that of the library at hand before anything trusts it.
@safe
struct NextPage {
    private let transaction: OpaquePointer

    init(of transaction: OpaquePointer) { unsafe self.transaction = transaction }

    private func word(_ index: Int) -> UInt {
        // Sound: the structure is far larger than four words, and alive.
        unsafe UnsafeRawPointer(transaction).load(fromByteOffset: index * 8, as: UInt.self)
    }

    var number: Int { Int(word(2)) }

    /// True for a fresh write transaction when the words are what they should be.
    func holds(lastPage: Int) -> Bool {
        unsafe word(0) == 0 && word(1) == 0 && number == lastPage + 1 && word(3) == UInt(mdb_txn_id(transaction))
    }
}
