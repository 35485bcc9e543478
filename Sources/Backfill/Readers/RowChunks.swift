internal import Foundation

/// Whole rows of an input, with where they begin.
package struct RowChunk: Sendable {
    /// Index of the input.
    package var input: Int
    /// The number of the first line, from 1.
    package var firstLine: Int
    package var bytes: [UInt8]
    /// Where the first row begins in `bytes`.
    package var start: Int
    /// Unpacked bytes of input up to its end.
    package var position: UInt64
    /// The number of the line behind it.
    package var nextLine: Int
    /// Bytes of the file that were read, packed as they are.
    package var filePosition: UInt64
    /// It holds the beginning of one row that is longer than the limit, and nothing else.
    package var isCutOff = false

    package init(
        input: Int, firstLine: Int, bytes: [UInt8], start: Int, position: UInt64, nextLine: Int,
        filePosition: UInt64, isCutOff: Bool = false
    ) {
        (self.input, self.firstLine, self.bytes, self.start) = (input, firstLine, bytes, start)
        (self.position, self.nextLine, self.filePosition) = (position, nextLine, filePosition)
        self.isCutOff = isCutOff
    }
}

/// Cuts an input into chunks of whole rows. Of a row longer than the limit the rest is passed over without being kept, so
/// memory is bounded whatever the input.
package struct RowChunks: ~Copyable {
    private let source: ByteSource
    private let input: Int
    /// False: rows are lines.
    private let isQuoted: Bool
    private let limit: Int
    private var scanner: CSVScanner
    private var carry: [UInt8] = []
    /// Whether the file's last byte was read.
    private var isAtEnd = false
    private var line: Int
    private var position: UInt64

    /// Bytes that a chunk aims at: enough to keep a thread busy for some milliseconds, few enough to wait for.
    package static let chunkBytes = 1 << 18

    /// - Parameters:
    ///   - dialect: nil: rows are lines, as in JSON Lines.
    ///   - limit: longest row, in bytes.
    ///   - line: the number of the line that comes next.
    package init(_ source: ByteSource, input: Int, dialect: CSVDialect?, limit: Int, line: Int = 1) {
        self.source = source
        self.input = input
        isQuoted = dialect != nil
        self.limit = limit
        self.line = line
        scanner = CSVScanner(dialect ?? CSVDialect(), limit: limit)
        position = source.position
    }

    /// Whether the input ended because it was told to.
    package var isStopped: Bool { source.isStopped }

    /// The next rows; nil at the end.
    package mutating func next() throws(InputError) -> RowChunk? {
        var bytes = carry
        carry = []
        var wanted = Self.chunkBytes
        while true {
            // What is there before the input ends is given before more is waited for, where it holds whole rows.
            while bytes.count < wanted, !isAtEnd {
                isAtEnd = try source.read(Self.chunkBytes, into: &bytes) == 0
                if source.size == nil { break }
            }
            guard !bytes.isEmpty else { return nil }
            // An input that was stopped ends in the middle of a row.
            let cut = isAtEnd && !source.isStopped ? bytes.count : lastRowEnd(bytes)
            if cut > 0 { return chunk(bytes, cut: cut) }
            if source.isStopped { return nil }
            if bytes.count > limit { return try cutOff(bytes) }
            wanted = bytes.count + 1
        }
    }

    private mutating func chunk(_ bytes: [UInt8], cut: Int) -> RowChunk? {
        var bytes = bytes
        carry = Array(bytes[cut...])
        bytes.removeLast(bytes.count - cut)
        position += UInt64(cut)
        let lines = Self.newlines(bytes)
        defer { line += lines }
        return RowChunk(
            input: input, firstLine: line, bytes: bytes, start: 0, position: position, nextLine: line + lines,
            filePosition: source.filePosition)
    }

    /// The beginning of a row that is too long; the rest of its line is passed over.
    private mutating func cutOff(_ bytes: [UInt8]) throws(InputError) -> RowChunk {
        let firstLine = line
        position += UInt64(bytes.count)
        line += Self.newlines(bytes)
        try skipLine()
        return RowChunk(
            input: input, firstLine: firstLine, bytes: Array(bytes.prefix(RowText.limit)), start: 0,
            position: position, nextLine: line, filePosition: source.filePosition, isCutOff: true)
    }

    private mutating func skipLine() throws(InputError) {
        var bytes: [UInt8] = []
        while !isAtEnd {
            bytes.removeAll(keepingCapacity: true)
            isAtEnd = try source.read(Self.chunkBytes, into: &bytes) == 0
            guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
                position += UInt64(bytes.count)
                continue
            }
            position += UInt64(newline + 1)
            carry = Array(bytes[(newline + 1)...])
            break
        }
        line += 1
    }

    /// Behind the last row that is whole; 0 where none is.
    private mutating func lastRowEnd(_ bytes: [UInt8]) -> Int {
        // Sound, here and below: every search stays between the beginning and the count of the bytes.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            let count = buffer.count
            guard isQuoted else { return unsafe Self.lastLineEnd(base, 0, count) }
            var start = 0
            while start < count {
                let quote = unsafe memchr(base + start, Int32(UInt8(ascii: "\"")), count - start)
                let clear =
                    unsafe quote.map { unsafe base.distance(to: $0.assumingMemoryBound(to: UInt8.self)) } ?? count
                // Rows without a quote end with their lines.
                start = max(start, unsafe Self.lastLineEnd(base, start, clear))
                guard clear < count else { return start }
                switch unsafe scanner.scan(buffer, from: start) {
                case .whole: start = scanner.end
                case .misquoted, .unclosed:
                    guard unsafe base[scanner.end - 1] == UInt8(ascii: "\n") else { return start }
                    start = scanner.end
                case .open, .openQuotes: return start
                }
            }
            return start
        }
    }

    /// Behind the last newline within a range; 0 where there is none.
    private static func lastLineEnd(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = end
        while index > start {
            index -= 1
            if unsafe base[index] == UInt8(ascii: "\n") { return index + 1 }
        }
        return 0
    }

    private static func newlines(_ bytes: [UInt8]) -> Int {
        // Sound: reads within the array.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var count = 0
            for index in 0..<buffer.count { count &+= unsafe buffer[index] == UInt8(ascii: "\n") ? 1 : 0 }
            return count
        }
    }
}
