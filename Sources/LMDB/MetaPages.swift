internal import Glibc

/// The two head pages of the file, looked at with plain reads before it is mapped: LMDB trusts them, and a page that
/// they name past the end of the file is a bus error at some later read.
///
/// One head page, little-endian as this machine is:
///
///     0      8     10      12       16     20        24       32        40          88          136        144
///     +------+-----+-------+--------+------+---------+--------+---------+-----------+-----------+----------+-------+
///     | page | pad | flags | bounds | magic| version | address| mapsize | free tree | main tree | last page| txnid |
///     +------+-----+-------+--------+------+---------+--------+---------+-----------+-----------+----------+-------+
///
/// and one tree
///
///     0      4       6       8          16       24         32        40     48
///     +------+-------+-------+----------+--------+----------+---------+------+
///     | size | flags | depth | branches | leaves | overflow | entries | root |
///     +------+-------+-------+----------+--------+----------+---------+------+
///
/// Source: `lmdb.h` and `mdb.c` of LMDB 0.9, data version 1.
enum MetaPages {
    /// Another process may be between its two steps of a commit; a state that lasts this often is damage.
    private static let attempts = 4
    /// Nor is it damage while that process goes on committing: but for ever is too long.
    private static let attemptsInAll = 1_000

    /// Throws `damaged` when the file must not be mapped. An absent or empty file is a new store.
    static func inspect(_ path: String) throws(LMDBError) {
        var (attempt, total) = (1, 1)
        var before = heads(path)
        while true {
            do throws(LMDBError) {
                return try inspectOnce(path)
            } catch {
                if attempt == attempts || total == attemptsInAll { throw error }
                usleep(1_000)
                let after = heads(path)
                attempt = after == before ? attempt + 1 : 1
                total += 1
                before = after
            }
        }
    }

    /// The bytes of both head pages, for seeing whether a writer is at work.
    private static func heads(_ path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let file = PlainFile(descriptor: descriptor, path: path)
        guard let first = try? file.read(MetaPage.size, at: 0) else { return [] }
        return first + ((try? file.read(MetaPage.size, at: MetaPage(first).pageSize)) ?? [])
    }

    private static func inspectOnce(_ path: String) throws(LMDBError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return }
            throw LMDBError(code: errno, operation: "opening \(path)")
        }
        defer { close(descriptor) }
        let file = PlainFile(descriptor: descriptor, path: path)
        let size = try file.size()
        if size == 0 { return }
        let first = MetaPage(try file.read(MetaPage.size, at: 0))
        try file.demand(first.isWellFormed(as: 0), "its first head page is not well formed")
        let second = MetaPage(try file.read(MetaPage.size, at: first.pageSize))
        try file.demand(second.isWellFormed(as: 1), "its second head page is not well formed")
        try file.demand(second.pageSize == first.pageSize, "its head pages differ in page size")
        try file.demand(MetaPage.areConsecutive(first, second), "its head pages are not of consecutive commits")
        let (older, newer) = first.transaction > second.transaction ? (second, first) : (first, second)
        try file.demand(older.lastPage <= newer.lastPage, "its newer head page knows fewer pages than the older")
        try inspect(newer, in: file, size: size)
        // The older one too: a later commit does not touch its pages, and a damaged number would make it the newer.
        for meta in [older, newer] { try file.demandFreed(by: meta) }
    }

    /// The newer head: its pages lie inside the file, its roots are roots.
    private static func inspect(_ meta: MetaPage, in file: PlainFile, size: UInt64) throws(LMDBError) {
        let needed = (meta.lastPage &+ 1).multipliedReportingOverflow(by: meta.pageSize)
        try file.demand(!needed.overflow, "its last page cannot be")
        try file.demand(
            size >= needed.partialValue, "it is cut off: \(size) bytes where \(needed.partialValue) are needed")
        for tree in [meta.free, meta.main] where tree.depth > 0 {
            let page = RootPage(try file.read(RootPage.size, at: tree.root * meta.pageSize))
            try file.demand(page.isRoot(of: tree, pageSize: meta.pageSize), "a root page is not where its head says")
        }
    }
}

/// A file read with plain calls.
struct PlainFile {
    let descriptor: Int32
    let path: String

    func size() throws(LMDBError) -> UInt64 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw LMDBError(code: errno, operation: "opening \(path)") }
        return UInt64(status.st_size)
    }

    func read(_ count: Int, at offset: UInt64) throws(LMDBError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // Sound: the buffer has `count` bytes.
        let got = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(descriptor, buffer.baseAddress, count, off_t(truncatingIfNeeded: offset))
        }
        guard got >= 0 else { throw LMDBError(code: errno, operation: "reading \(path)") }
        try demand(got == count, "it is cut off before the end of a page that it needs")
        return bytes
    }

    /// That the list of free pages ends with the commit that its head claims to be: every commit but the first frees a
    /// page, under its own number.
    func demandFreed(by meta: MetaPage) throws(LMDBError) {
        guard meta.transaction >= 2 else { return }
        var number = meta.free.root
        for level in 1...max(1, meta.free.depth) {
            try demand(number >= 2 && number <= meta.lastPage, "its list of free pages leads outside")
            let bytes = try read(Int(meta.pageSize), at: number * meta.pageSize)
            let isLeaf = level >= meta.free.depth
            let page = PageRows(bytes, number: number, isLeaf: isLeaf)
            guard let page, let last = page.rows.last else {
                throw damaged("a page of its list of free pages contradicts itself")
            }
            let key = page.key(last)
            if isLeaf {
                try demand(
                    key.count == 8 && key.littleEndian(0, as: UInt64.self) == meta.transaction,
                    "a head page is of another commit than its list of free pages")
            }
            number = last.child
        }
    }

    private func damaged(_ what: String) -> LMDBError {
        LMDBError(kind: .damaged("\(path): \(what)"), operation: "opening the store")
    }

    func demand(_ holds: Bool, _ what: @autoclosure () -> String) throws(LMDBError) {
        if !holds { throw damaged(what()) }
    }
}

extension [UInt8] {
    /// Traps outside of the bytes.
    func littleEndian<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
        // Sound: every bit pattern is an integer, and the load checks its bounds.
        T(littleEndian: unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }
}

/// The head of one tree.
struct TreeHead {
    let size: UInt32
    let flags: UInt16
    let depth: UInt16
    let pages: [UInt64]
    let entries: UInt64
    let root: UInt64

    /// Bytes.
    static let width = 48
    static let noPage = UInt64.max
    /// LMDB's cursors have a stack of 32 pages.
    private static let maximumDepth = 32

    init(_ bytes: [UInt8], at offset: Int) {
        size = bytes.littleEndian(offset, as: UInt32.self)
        flags = bytes.littleEndian(offset + 4, as: UInt16.self)
        depth = bytes.littleEndian(offset + 6, as: UInt16.self)
        pages = [8, 16, 24].map { bytes.littleEndian(offset + $0, as: UInt64.self) }
        entries = bytes.littleEndian(offset + 32, as: UInt64.self)
        root = bytes.littleEndian(offset + 40, as: UInt64.self)
    }

    func isSane(lastPage: UInt64) -> Bool {
        guard pages.allSatisfy({ $0 <= lastPage }) else { return false }
        if depth == 0 { return root == Self.noPage && entries == 0 && pages.allSatisfy { $0 == 0 } }
        return depth <= Self.maximumDepth && root >= 2 && root <= lastPage && pages[1] > 0
    }
}

struct MetaPage {
    static let size = 152
    private static let metaFlag: UInt16 = 0x08
    private static let magic: UInt32 = 0xBEEF_C0DE
    private static let dataVersion: UInt32 = 1
    /// The free tree has integer keys; no other flag is ever persisted by this module.
    static let freeTreeFlags: UInt16 = 0x08

    private let number: UInt64
    private let pageFlags: UInt16
    private let magic: UInt32
    private let version: UInt32
    private let address: UInt64
    let free: TreeHead
    let main: TreeHead
    let lastPage: UInt64
    let transaction: UInt64

    init(_ bytes: [UInt8]) {
        number = bytes.littleEndian(0, as: UInt64.self)
        pageFlags = bytes.littleEndian(10, as: UInt16.self)
        magic = bytes.littleEndian(16, as: UInt32.self)
        version = bytes.littleEndian(20, as: UInt32.self)
        address = bytes.littleEndian(24, as: UInt64.self)
        free = TreeHead(bytes, at: 40)
        main = TreeHead(bytes, at: 88)
        lastPage = bytes.littleEndian(136, as: UInt64.self)
        transaction = bytes.littleEndian(144, as: UInt64.self)
    }

    /// Bytes.
    var pageSize: UInt64 { UInt64(free.size) }

    func isWellFormed(as index: UInt64) -> Bool {
        number == index && pageFlags == Self.metaFlag && magic == Self.magic && version == Self.dataVersion
            && address == 0 && hasKnownShape && lastPage >= 1 && lastPage < 1 << 48
            && free.isSane(lastPage: lastPage) && main.isSane(lastPage: lastPage)
            && (transaction == 0 || transaction & 1 == index)
    }

    private var hasKnownShape: Bool {
        (4096...65536).contains(pageSize) && pageSize & (pageSize - 1) == 0 && free.flags == Self.freeTreeFlags
            && main.flags == 0
    }

    /// Commit n is written to page n & 1: two heads are those of commits n and n + 1, or both of the new store.
    static func areConsecutive(_ first: MetaPage, _ second: MetaPage) -> Bool {
        if first.transaction == 0 && second.transaction == 0 { return true }
        let (low, high) = (min(first.transaction, second.transaction), max(first.transaction, second.transaction))
        return high - low == 1
    }
}

/// The header of the page that a head calls a root.
private struct RootPage {
    static let size = 16
    private static let branchFlag: UInt16 = 0x01
    private static let leafFlag: UInt16 = 0x02

    private let number: UInt64
    private let flags: UInt16
    private let lower: UInt64
    private let upper: UInt64

    init(_ bytes: [UInt8]) {
        number = bytes.littleEndian(0, as: UInt64.self)
        flags = bytes.littleEndian(10, as: UInt16.self)
        lower = UInt64(bytes.littleEndian(12, as: UInt16.self))
        upper = UInt64(bytes.littleEndian(14, as: UInt16.self))
    }

    func isRoot(of tree: TreeHead, pageSize: UInt64) -> Bool {
        let kind = tree.depth == 1 ? Self.leafFlag : Self.branchFlag
        return number == tree.root && flags == kind && lower >= UInt64(Self.size) && lower <= upper
            && upper <= pageSize && (tree.depth == 1 ? UInt64(keys) == tree.entries : keys >= 2)
    }

    /// Two bytes of offset to a key, between the header and `lower`.
    private var keys: Int { (Int(lower) - Self.size) / 2 }
}
