import Foundation

/// What a byte of a data file is there for.
enum DamageRegion: String, CaseIterable {
    case head = "head pages"
    case pageHeader = "page header"
    case pointers = "row offsets"
    case branch = "branch rows"
    case rowHeader = "row header"
    case key = "key"
    case value = "value"
    case longValue = "long value"
    case longReference = "way to long value"
    case tableHead = "head of a table"
    case freeList = "list of free pages"
    case gap = "gap in a live page"
    case freePage = "free page"

    /// Whether the bytes are a live row's own: what its checksum is over.
    var isValue: Bool { self == .value || self == .longValue }
    /// Whether nothing reads the bytes.
    var isUnused: Bool { self == .gap || self == .freePage }
}

/// A data file of LMDB 0.9 taken apart, written from its format alone: for every byte what it is there for.
///
///     page    | number 8 | pad 2 | flags 2 | lower 2, upper 2, or pages 4 | offsets x 2 | gap | rows |
///     row     | length or page 4 | flags 2, of a branch page 47 to 32 | key length 2 | key | value |
///     table   | pad 4 | flags 2 | depth 2 | branch, leaf, overflow pages 8 each | rows 8 | root 8 |
struct DamagePages {
    private let bytes: [UInt8]
    private let pageSize: Int
    /// Bytes from the front that hold pages.
    let used: Int
    /// A region's number for each byte of `used`.
    private var regions: [UInt8]
    private static let all = DamageRegion.allCases
    private static let numbers = Dictionary(uniqueKeysWithValues: zip(all, 0...)) as [DamageRegion: UInt8]

    init(_ data: Data) {
        bytes = Array(data)
        pageSize = Self.word(bytes, 40, 4)
        let newest = Self.word(bytes, 144, 8) > Self.word(bytes, pageSize + 144, 8) ? 0 : pageSize
        used = (Self.word(bytes, newest + 136, 8) + 1) * pageSize
        regions = [UInt8](repeating: Self.numbers[.freePage] ?? 0, count: used)
        for head in [0, pageSize] {
            mark(.gap, head, pageSize)
            mark(.head, head, 152)
        }
        walkTree(at: newest + 40, .freeList)
        walkTree(at: newest + 88, .main)
    }

    func region(at offset: Int) -> DamageRegion { Self.all[Int(regions[offset])] }

    /// Every offset whose region is wanted, ascending.
    func offsets(where isWanted: (DamageRegion) -> Bool) -> [Int] {
        (0..<used).filter { isWanted(region(at: $0)) }
    }

    // MARK: Trees

    private enum Tree {
        case freeList, main, table
    }

    private mutating func walkTree(at head: Int, _ tree: Tree) {
        let depth = word(head + 6, 2)
        if depth > 0 { walkPage(word(head + 40, 8), tree) }
    }

    private mutating func walkPage(_ number: Int, _ tree: Tree) {
        let page = number * pageSize
        let lower = word(page + 12, 2)
        mark(.gap, page, pageSize)
        mark(.pageHeader, page, 16)
        mark(.pointers, page + 16, lower - 16)
        let isBranch = word(page + 10, 2) & 1 == 1
        for place in stride(from: page + 16, to: page + lower, by: 2) {
            let row = page + word(place, 2)
            let keyLength = word(row + 6, 2)
            if isBranch {
                mark(.branch, row, 8 + keyLength)
                walkPage(word(row, 6), tree)
            } else {
                walkRow(row, keyLength, tree)
            }
        }
    }

    private mutating func walkRow(_ row: Int, _ keyLength: Int, _ tree: Tree) {
        let (length, flags) = (word(row, 4), word(row + 4, 2))
        let value = row + 8 + keyLength
        mark(.rowHeader, row, 8)
        mark(tree == .freeList ? .freeList : .key, row + 8, keyLength)
        if flags & 1 == 1 {
            mark(.longReference, value, 8)
            let first = word(value, 8) * pageSize
            mark(.gap, first, word(first + 12, 4) * pageSize)
            mark(.pageHeader, first, 16)
            mark(tree == .freeList ? .freeList : .longValue, first + 16, length)
        } else if flags & 2 == 2 {
            mark(.tableHead, value, length)
            walkTree(at: value, .table)
        } else {
            mark(tree == .freeList ? .freeList : .value, value, length)
        }
    }

    private mutating func mark(_ region: DamageRegion, _ start: Int, _ count: Int) {
        let number = Self.numbers[region] ?? 0
        for offset in start..<start + count { regions[offset] = number }
    }

    private func word(_ offset: Int, _ width: Int) -> Int { Self.word(bytes, offset, width) }

    /// Little-endian, as this machine is.
    private static func word(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> Int {
        (0..<width).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
}
