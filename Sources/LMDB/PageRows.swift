/// The first 16 bytes of a page.
struct PageHeader {
    static let size = 16
    static let branchFlag: UInt16 = 0x01
    static let leafFlag: UInt16 = 0x02
    static let longFlag: UInt16 = 0x04

    let number: UInt64
    let flags: UInt16
    let lower: Int
    let upper: Int
    /// Of a long value: its pages.
    let pages: UInt64

    init(_ bytes: [UInt8]) {
        number = bytes.littleEndian(0, as: UInt64.self)
        flags = bytes.littleEndian(10, as: UInt16.self)
        lower = Int(bytes.littleEndian(12, as: UInt16.self))
        upper = Int(bytes.littleEndian(14, as: UInt16.self))
        pages = UInt64(bytes.littleEndian(12, as: UInt32.self))
    }
}

/// The rows of a branch or leaf page, every one inside of the page and none over another.
///
///     0             4       6           8
///     +-------------+-------+-----------+-----+--------+
///     | length      | flags | key bytes | key | value  |     leaf; of a long value its page, 8, in the value's place
///     +-------------+-------+-----------+-----+--------+
///     | child page          | key bytes | key |              branch
///     +---------------------+-----------+-----+
struct PageRows {
    struct Row {
        let offset: Int
        let keyCount: Int
        /// Of a leaf.
        let flags: UInt16
        /// Bytes of the value; of a branch's row zero.
        let length: Int
        /// Of a branch.
        let child: UInt64

        /// Where the value begins.
        var value: Int { offset + PageRows.rowHeader + keyCount }
    }

    static let longFlag: UInt16 = 0x01
    static let tableFlag: UInt16 = 0x02
    private static let rowHeader = 8

    let number: UInt64
    let isLeaf: Bool
    let bytes: [UInt8]
    private(set) var rows: [Row] = []

    /// Nil where the page is not page `number`, not of its kind, or not well formed.
    init?(_ bytes: [UInt8], number: UInt64, isLeaf: Bool) {
        let header = PageHeader(bytes)
        guard header.number == number, header.flags == (isLeaf ? PageHeader.leafFlag : PageHeader.branchFlag),
            header.lower >= PageHeader.size + (isLeaf ? 2 : 4), header.lower % 2 == 0,
            header.lower <= header.upper, header.upper <= bytes.count
        else { return nil }
        self.number = number
        self.isLeaf = isLeaf
        self.bytes = bytes
        var spans: [Range<Int>] = []
        for place in stride(from: PageHeader.size, to: header.lower, by: 2) {
            let offset = Int(bytes.littleEndian(place, as: UInt16.self))
            guard offset >= header.upper, offset + Self.rowHeader <= bytes.count,
                let row = Self.row(at: offset, in: bytes, isLeaf)
            else { return nil }
            spans.append(offset..<offset + row.size)
            rows.append(row.row)
        }
        guard Self.fill(header.upper..<bytes.count, spans) else { return nil }
    }

    func key(_ row: Row) -> [UInt8] {
        let start = row.offset + Self.rowHeader
        return Array(bytes[start..<start + row.keyCount])
    }

    /// The row and its bytes, which are even in number; nil where it leaves the page.
    private static func row(at offset: Int, in bytes: [UInt8], _ isLeaf: Bool) -> (row: Row, size: Int)? {
        let keyCount = Int(bytes.littleEndian(offset + 6, as: UInt16.self))
        let length = Int(bytes.littleEndian(offset, as: UInt32.self))
        let flags = bytes.littleEndian(offset + 4, as: UInt16.self)
        let child = UInt64(length) | UInt64(flags) << 32
        let held = isLeaf ? (flags & longFlag == 0 ? length : 8) : 0
        let size = (rowHeader + keyCount + held + 1) & ~1
        guard offset + size <= bytes.count else { return nil }
        let row = Row(
            offset: offset, keyCount: keyCount, flags: isLeaf ? flags : 0, length: isLeaf ? length : 0,
            child: isLeaf ? 0 : child)
        return (row, size)
    }

    /// Whether the spans are the whole, without a hole and without one over another.
    private static func fill(_ whole: Range<Int>, _ spans: [Range<Int>]) -> Bool {
        var end = whole.lowerBound
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard span.lowerBound == end else { return false }
            end = span.upperBound
        }
        return end == whole.upperBound
    }
}
