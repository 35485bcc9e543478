internal import Foundation

/// How an input writes its rows.
package struct CSVDialect: Hashable, Sendable {
    /// Between fields: ASCII, and neither a quote nor the end of a line.
    package var delimiter: UInt8

    package init(delimiter: UInt8 = UInt8(ascii: ",")) { self.delimiter = delimiter }
}

/// Where a field lies in the bytes that were scanned, its quotes left out.
struct CSVField {
    var start: Int32
    var end: Int32
    /// Whether doubled quotes stand for one.
    var isEscaped: Bool
}

/// Finds rows and fields of RFC 4180, strictly: a quote stands at both ends of a field or, doubled, inside a quoted one. Ends of
/// lines are LF or CR LF; a CR alone is data.
///
/// A row that is wrong ends with its first line, so that a stray quote costs that line and no more. The one who cuts the input into
/// pieces and the one who reads a piece use the same scanner, and so agree on where rows begin.
@safe struct CSVScanner: ~Copyable {
    enum Ending: Equatable {
        case whole
        /// The bytes end first, outside quotes.
        case open
        /// The bytes end first, inside quotes.
        case openQuotes
        /// A quote stands where none may.
        case misquoted
        /// No quote ends the field within the limit.
        case unclosed
    }

    /// Most fields that are kept; of more only the number.
    static let fieldLimit = 4_096

    /// The fields of the row that was scanned last, up to `fieldLimit`.
    private let fields: UnsafeMutablePointer<CSVField>
    private(set) var fieldCount = 0
    /// Whether the row holds a NUL.
    private(set) var hasNUL = false
    /// Behind the row's last byte; of a row that is wrong, behind its first line.
    private(set) var end = 0

    private let limit: Int
    private let delimiter: UInt8
    private let classes: UnsafeMutablePointer<UInt8>

    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let quote = UInt8(ascii: "\"")

    /// - Parameter limit: longest row, in bytes.
    init(_ dialect: CSVDialect, limit: Int) {
        self.limit = limit
        delimiter = dialect.delimiter
        unsafe fields = .allocate(capacity: Self.fieldLimit)
        unsafe classes = .allocate(capacity: 256)
        // Sound: 256 entries, one a byte.
        unsafe classes.initialize(repeating: 0, count: 256)
        for byte in [0, Self.newline, Self.quote, dialect.delimiter] { unsafe classes[Int(byte)] = 1 }
    }

    deinit {
        unsafe fields.deallocate()
        unsafe classes.deallocate()
    }

    /// A field of the row that was scanned last; `index` is below `fieldCount` and `fieldLimit`.
    @inline(__always)
    func field(_ index: Int) -> CSVField {
        assert(index < fieldCount && index < Self.fieldLimit)
        return unsafe fields[index]
    }

    /// Scans the row that begins at `start`, below the count of the bytes.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Ending {
        (fieldCount, hasNUL) = (0, false)
        guard let base = bytes.baseAddress else { return .open }
        let count = bytes.count
        var place = start
        while true {
            let ending =
                unsafe place < count && base[place] == Self.quote
                ? unsafe quoted(base, count, start, &place) : unsafe plain(base, count, &place)
            switch ending {
            case nil: continue
            case .misquoted, .unclosed: return unsafe endLine(base, count, start, ending ?? .open)
            case .whole?, .open?, .openQuotes?:
                end = place
                return ending ?? .open
            }
        }
    }

    /// A field without quotes; nil: another one follows.
    @inline(__always)
    private mutating func plain(_ base: UnsafePointer<UInt8>, _ count: Int, _ place: inout Int) -> Ending? {
        let start = place
        var index = start
        while true {
            // Sound: the index stays below the count, and a class is kept for every byte.
            while index < count, unsafe classes[Int(base[index])] == 0 { index += 1 }
            place = index
            if index == count {
                add(start, unsafe index > start && base[index - 1] == Self.carriageReturn ? index - 1 : index)
                return .open
            }
            let byte = unsafe base[index]
            if byte == delimiter {
                add(start, index)
                place = index + 1
                return nil
            }
            if byte == Self.newline {
                add(start, unsafe index > start && base[index - 1] == Self.carriageReturn ? index - 1 : index)
                place = index + 1
                return .whole
            }
            if byte == Self.quote { return .misquoted }
            hasNUL = true
            index += 1
        }
    }

    /// A field in quotes; nil: another one follows.
    private mutating func quoted(
        _ base: UnsafePointer<UInt8>, _ count: Int, _ rowStart: Int, _ place: inout Int
    ) -> Ending? {
        let start = place + 1
        var index = start
        var isEscaped = false
        while true {
            let bound = min(count, rowStart + limit)
            // Sound: `index` is at most `bound` where bytes are searched, which is at most the count.
            guard index < bound, let found = unsafe memchr(base + index, Int32(Self.quote), bound - index) else {
                place = count
                return bound < count || count - rowStart >= limit ? .unclosed : .openQuotes
            }
            index = unsafe base.distance(to: found.assumingMemoryBound(to: UInt8.self)) + 1
            guard index < count, unsafe base[index] == Self.quote else { break }
            isEscaped = true
            index += 1
        }
        add(start, index - 1, isEscaped)
        if unsafe memchr(base + start, 0, index - start) != nil { hasNUL = true }
        place = index
        if index == count { return .open }
        let byte = unsafe base[index]
        place = index + 1
        if byte == delimiter { return nil }
        if byte == Self.newline { return .whole }
        guard byte == Self.carriageReturn else { return .misquoted }
        if index + 1 == count { return .open }
        place = index + 2
        return unsafe base[index + 1] == Self.newline ? .whole : .misquoted
    }

    /// Ends a row that is wrong behind its first line.
    private mutating func endLine(
        _ base: UnsafePointer<UInt8>, _ count: Int, _ start: Int, _ ending: Ending
    ) -> Ending {
        // Sound: from the row's start to the end of the bytes.
        guard let found = unsafe memchr(base + start, Int32(Self.newline), count - start) else {
            end = count
            return ending
        }
        end = unsafe base.distance(to: found.assumingMemoryBound(to: UInt8.self)) + 1
        return ending
    }

    @inline(__always)
    private mutating func add(_ start: Int, _ end: Int, _ isEscaped: Bool = false) {
        if fieldCount < Self.fieldLimit {
            // Sound: the list has room for so many.
            unsafe fields[fieldCount] = CSVField(start: Int32(start), end: Int32(end), isEscaped: isEscaped)
        }
        fieldCount += 1
    }
}
