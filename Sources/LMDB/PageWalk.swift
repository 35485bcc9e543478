/// Every page of one commit, read with plain calls and believed in nothing: LMDB trusts its pages, so a walk through its
/// cursors may follow a damaged one out of the file, or around for ever.
///
///     0      8     10      12      14      16
///     +------+-----+-------+-------+-------+-------------+-----+---------------+
///     | page | pad | flags | lower | upper | offsets x 2 | gap | rows          |
///     +------+-----+-------+-------+-------+-------------+-----+---------------+
///                          16            lower         upper             page size
///
/// The rows fill the page from `upper` on, without a hole. A long value has pages of its own, their number in place of
/// lower and upper. Source: `mdb.c` of LMDB 0.9.
struct PageWalk {
    private let file: PlainFile
    private let meta: MetaPage
    /// By page: whether something has it.
    private var isTaken: [Bool]
    private(set) var findings: [String] = []
    /// Collected where it is not nil at first.
    private(set) var remains: PageRemains?
    /// Pages that contradict themselves may be many; the first say enough.
    private static let keptFindings = 100

    /// - Parameter meta: a well-formed head whose pages lie inside the file.
    init(_ file: PlainFile, meta: MetaPage, remains: PageRemains? = nil) {
        self.remains = remains
        self.file = file
        self.meta = meta
        isTaken = [Bool](repeating: false, count: Int(meta.lastPage) + 1)
        for head in 0..<2 { isTaken[head] = true }
    }

    /// Walks all trees and the list of free pages.
    ///
    /// - Parameter tables: the names that the table of tables must hold, in any order.
    mutating func run(tables: [String]) throws(LMDBError) {
        try walk(Tree(name: "the list of free pages", kind: .freeList, head: meta.free))
        try walk(Tree(name: "the table of tables", kind: .main, head: meta.main))
        let (found, known) = (Set(heads.map(\.name)), Set(tables))
        if found != known { add("the table of tables: \(known.subtracting(found).count) tables are not there") }
        for tree in heads { try walk(tree) }
        let lost = isTaken.count { !$0 }
        if lost > 0 { add("\(lost) pages are in no tree and not free") }
    }

    // MARK: Trees

    private enum Kind {
        case freeList, main, table
    }

    private struct Tree {
        let name: String
        let kind: Kind
        let head: TreeHead
    }

    /// What is to be found below a page: keys from `low` on and before `high`.
    private struct Bounds {
        var low: [UInt8]?
        var high: [UInt8]?
    }

    private struct Totals {
        var pages: [UInt64] = [0, 0, 0]
        var entries: UInt64 = 0
    }

    /// The named tables as their table has them.
    private var heads: [Tree] = []
    private var totals = Totals()

    private mutating func walk(_ tree: Tree) throws(LMDBError) {
        totals = Totals()
        let flags = tree.kind == .freeList ? MetaPage.freeTreeFlags : 0
        guard tree.head.isSane(lastPage: meta.lastPage), tree.head.flags == flags,
            tree.kind != .table || tree.head.size == 0
        else { return add("\(tree.name): its head is not well formed") }
        if tree.head.depth > 0 { try walkPage(tree.head.root, 1, Bounds(), tree) }
        if totals.pages != tree.head.pages || totals.entries != tree.head.entries {
            add("\(tree.name): its pages or rows are not as many as its head states")
        }
    }

    private mutating func walkPage(_ number: UInt64, _ level: Int, _ bounds: Bounds, _ tree: Tree) throws(LMDBError) {
        guard take(number, tree) else { return }
        let isLeaf = level == Int(tree.head.depth)
        totals.pages[isLeaf ? 1 : 0] += 1
        let bytes = try file.read(Int(meta.pageSize), at: number * meta.pageSize)
        guard let page = PageRows(bytes, number: number, isLeaf: isLeaf) else {
            return add("page \(number), of \(tree.name): it contradicts itself")
        }
        remains?.addGap(of: bytes, page: number)
        guard isInOrder(page, bounds, tree) else {
            return add("page \(number), of \(tree.name): its keys are out of order, or belong elsewhere")
        }
        for (place, row) in page.rows.enumerated() {
            if isLeaf {
                try read(row, page, tree)
            } else {
                let low = place == 0 ? bounds.low : page.key(row)
                let high = place + 1 < page.rows.count ? page.key(page.rows[place + 1]) : bounds.high
                try walkPage(row.child, level + 1, Bounds(low: low, high: high), tree)
            }
        }
    }

    /// The first key of a branch page is never looked at.
    private func isInOrder(_ page: PageRows, _ bounds: Bounds, _ tree: Tree) -> Bool {
        var previous: [UInt8]?
        for row in page.rows.dropFirst(page.isLeaf ? 0 : 1) {
            let key = page.key(row)
            if tree.kind == .freeList, key.count != 8 { return false }
            if let low = bounds.low, precedes(key, low, tree) { return false }
            if let high = bounds.high, !precedes(key, high, tree) { return false }
            if let previous, !precedes(previous, key, tree) { return false }
            previous = key
        }
        return true
    }

    private func precedes(_ left: [UInt8], _ right: [UInt8], _ tree: Tree) -> Bool {
        guard tree.kind == .freeList else { return left.lexicographicallyPrecedes(right) }
        return left.littleEndian(0, as: UInt64.self) < right.littleEndian(0, as: UInt64.self)
    }

    // MARK: Rows of leaves

    private mutating func read(_ row: PageRows.Row, _ page: PageRows, _ tree: Tree) throws(LMDBError) {
        totals.entries += 1
        switch (tree.kind, row.flags) {
        case (.main, PageRows.tableFlag) where row.length == TreeHead.width:
            let name = String(decoding: page.key(row), as: UTF8.self)
            heads.append(Tree(name: "table \(name)", kind: .table, head: TreeHead(page.bytes, at: row.value)))
        case (.table, PageRows.longFlag):
            _ = try takeLong(row, page, tree)
        case (.table, 0):
            break
        case (.freeList, 0):
            free(page.bytes, row.value..<row.value + row.length, by: page.key(row))
        case (.freeList, PageRows.longFlag):
            guard let start = try takeLong(row, page, tree) else { return }
            let bytes = try file.read(row.length, at: start)
            free(bytes, 0..<row.length, by: page.key(row))
        default:
            add("page \(page.number), of \(tree.name): a row of no known kind")
        }
    }

    /// Where a long value begins in the file; nil where its pages are not what they should be.
    private mutating func takeLong(
        _ row: PageRows.Row, _ page: PageRows, _ tree: Tree
    ) throws(LMDBError) -> UInt64? {
        let first = page.bytes.littleEndian(row.value, as: UInt64.self)
        guard first >= 2, first <= meta.lastPage else {
            add("page \(page.number), of \(tree.name): a long value lies outside")
            return nil
        }
        let start = first * meta.pageSize
        let header = PageHeader(try file.read(PageHeader.size, at: start))
        let needed = (UInt64(PageHeader.size) - 1 + UInt64(row.length)) / meta.pageSize + 1
        guard header.number == first, header.flags == PageHeader.longFlag, header.pages >= needed,
            first + header.pages <= meta.lastPage + 1
        else {
            add("page \(first), of \(tree.name): it is no long value")
            return nil
        }
        totals.pages[2] += header.pages
        remains?.addTail(from: start + UInt64(PageHeader.size + row.length), to: start + header.pages * meta.pageSize)
        for number in first..<first + header.pages where !take(number, tree) { return nil }
        return start + UInt64(PageHeader.size)
    }

    /// A list of free pages: their number, then the pages, descending.
    private mutating func free(_ bytes: [UInt8], _ place: Range<Int>, by commit: [UInt8]) {
        let name = "the list of free pages"
        guard place.count >= 8, place.count % 8 == 0, commit.littleEndian(0, as: UInt64.self) <= meta.transaction else {
            return add("\(name): a row is too short, or of a commit to come")
        }
        let count = bytes.littleEndian(place.lowerBound, as: UInt64.self)
        guard count < place.count / 8 else { return add("\(name): a row is shorter than it states") }
        var previous = UInt64.max
        for index in 0..<Int(count) {
            let number = bytes.littleEndian(place.lowerBound + 8 + index * 8, as: UInt64.self)
            guard number < previous else { return add("\(name): a row is out of order") }
            previous = number
            guard take(number, Tree(name: name, kind: .freeList, head: meta.free)) else { return }
            remains?.addFree(number, meta.pageSize)
        }
    }

    // MARK: Pages

    /// False where the page cannot be had: it is outside, or something has it already.
    private mutating func take(_ number: UInt64, _ tree: Tree) -> Bool {
        guard number >= 2, number <= meta.lastPage else {
            add("\(tree.name): a page of it lies outside")
            return false
        }
        guard !isTaken[Int(number)] else {
            add("page \(number), of \(tree.name): something else has it too")
            return false
        }
        isTaken[Int(number)] = true
        return true
    }

    private mutating func add(_ finding: String) {
        if findings.count < Self.keptFindings { findings.append("pages: \(finding)") }
    }
}
