internal import Identity

/// Reads the rows of CSV chunks by a mapping that is bound to their header: one for each thread. It makes no text of a field but
/// where a draft is wanted.
@safe struct RowReader: ~Copyable {
    let mapping: Mapping
    private let columnCount: Int
    private let limit: Int
    private var scanner: CSVScanner
    var time: TimeReader
    /// One for each consent that has a time of its own.
    var consentTimes: [TimeReader?]
    /// Below 0: every row has the constant time.
    private let timeColumn: Int
    private let constantTime: Timestamp
    private let hasFilters: Bool
    /// The chunk at hand.
    private var bytes = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// Fields of the row at hand whose doubled quotes were resolved.
    private let scratch: UnsafeMutablePointer<UInt8>
    private var scratchCount = 0
    private var place = 0
    /// Newlines up to a place in the chunk.
    private var countedLines = 0
    private var countedTo = 0

    /// - Parameters:
    ///   - mapping: bound to the header.
    ///   - columns: of the header.
    ///   - limit: longest row, in bytes.
    init(_ mapping: Mapping, columns: Int, limit: Int) {
        self.mapping = mapping
        self.limit = limit
        columnCount = columns
        scanner = CSVScanner(mapping.dialect, limit: limit)
        time = TimeReader(mapping.time)
        hasFilters = !mapping.filters.isEmpty
        var constant = Timestamp(milliseconds: 0)
        if case .constant(let text, _) = mapping.time.value {
            let bytes = Array(text.utf8)
            // It was read once when the mapping was.
            constant = (try? time.time(bytes.span)) ?? constant
        }
        constantTime = constant
        if case .cell(let cell) = mapping.time.value { timeColumn = cell.index } else { timeColumn = -1 }
        consentTimes = mapping.consents.map { $0.time.map { TimeReader($0) } }
        unsafe scratch = .allocate(capacity: limit + 1)
    }

    deinit { unsafe scratch.deallocate() }

    // MARK: Rows

    /// Begins a chunk, which must outlive the reading of it.
    mutating func begin(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        unsafe self.bytes = bytes
        place = start
        (countedTo, countedLines) = (0, 0)
    }

    enum Next {
        case row
        case fault(RowFault)
        case end
    }

    /// Where the row at hand begins.
    private(set) var rowStart = 0

    /// Goes on to the next row; blank lines are passed over.
    mutating func next() -> Next {
        while unsafe place < bytes.count {
            rowStart = place
            scratchCount = 0
            let ending = unsafe scanner.scan(bytes, from: place)
            // In a whole chunk only the input's end leaves a row open.
            place = max(scanner.end, place + 1)
            switch ending {
            case .misquoted: return .fault(RowFault(.misquoted))
            case .unclosed: return .fault(RowFault(.unclosedQuote))
            case .openQuotes:
                place = endOfLine(rowStart)
                return .fault(RowFault(.unclosedQuote))
            case .whole, .open: break
            }
            if scanner.fieldCount == 1, isBlank { continue }
            return check()
        }
        return .end
    }

    private var isBlank: Bool {
        let field = scanner.field(0)
        return field.start == field.end && Int(field.start) == rowStart
    }

    private func check() -> Next {
        if place - rowStart > limit { return .fault(RowFault(.lineTooLong)) }
        guard scanner.fieldCount == columnCount else {
            return .fault(
                RowFault(.raggedRow, advice: "the row has \(scanner.fieldCount) fields, the header \(columnCount)"))
        }
        return scanner.hasNUL ? .fault(RowFault(.nul)) : .row
    }

    private func endOfLine(_ start: Int) -> Int {
        var index = start
        // Sound: the index stays below the count.
        while unsafe index < bytes.count, unsafe bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return unsafe min(index + 1, bytes.count)
    }

    /// The row's form, for a reject.
    var form: String { unsafe RowText.form(of: bytes[rowStart..<place]) }

    /// Lines between the chunk's beginning and the row.
    mutating func linesBefore() -> Int {
        while countedTo < rowStart {
            // Sound: the row begins inside the bytes.
            if unsafe bytes[countedTo] == UInt8(ascii: "\n") { countedLines += 1 }
            countedTo += 1
        }
        return countedLines
    }

    // MARK: Fields

    /// A field without the white space around it; valid until the next row.
    @inline(__always)
    mutating func field(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let field = scanner.field(index)
        var (start, end) = (Int(field.start), Int(field.end))
        guard !field.isEscaped else { return unsafe unescaped(start, end) }
        // Sound: a field lies inside the bytes.
        while start < end, unsafe Self.isSpace(bytes[start]) { start += 1 }
        while start < end, unsafe Self.isSpace(bytes[end - 1]) { end -= 1 }
        return unsafe UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    private mutating func unescaped(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        let first = scratchCount
        var index = start
        // Sound: unescaped fields are shorter than the row, which is no longer than the limit; a field that is asked for more
        // than once may not fit, and then begins anew where nothing else is kept.
        var target = first + (end - start) <= limit ? first : 0
        let begin = target
        while index < end {
            let byte = unsafe bytes[index]
            unsafe scratch[target] = byte
            target += 1
            index += byte == UInt8(ascii: "\"") ? 2 : 1
        }
        scratchCount = target
        var (low, high) = (begin, target)
        while low < high, unsafe Self.isSpace(scratch[low]) { low += 1 }
        while low < high, unsafe Self.isSpace(scratch[high - 1]) { high -= 1 }
        return unsafe UnsafeBufferPointer(start: scratch + low, count: high - low)
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) }

    /// Whether the mapping's filters leave the row in.
    @inline(__always)
    mutating func isWanted() -> Bool { !hasFilters || passes() }

    private mutating func passes() -> Bool {
        for filter in mapping.filters {
            let field = unsafe field(filter.cell.index)
            switch filter.test {
            case .empty: if field.count > 0 { return false }
            case .present: if field.isEmpty { return false }
            case .among(let words): if unsafe !words.contains(Array(field)) { return false }
            case .notAmong(let words): if unsafe words.contains(Array(field)) { return false }
            }
        }
        return true
    }

    /// The row's time.
    @inline(__always)
    mutating func timestamp() throws(RowFault) -> Timestamp {
        if timeColumn < 0 { return constantTime }
        let field = unsafe field(timeColumn)
        if field.isEmpty { throw RowFault(.missingField, name(mapping.time.value)) }
        do throws(RefusalReason) {
            // Sound: the field is valid until the next row.
            return try time.time(unsafe Span(_unsafeElements: field))
        } catch {
            throw RowFault(error, name(mapping.time.value), advice: error == .invalidTime ? Self.timeAdvice : nil)
        }
    }

    private static let timeAdvice = "the column does not fit the mapping's format of time"

    /// The mapping's name of a column; nil for a constant.
    func name(_ value: Mapping.Value) -> String? {
        if case .cell(let cell) = value { cell.column } else { nil }
    }
}
