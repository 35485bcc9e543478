internal import Backfill
internal import Foundation

/// Rows of an RFC 4180 file, one at a time: quoted fields may hold commas, newlines and doubled quotes.
struct CSVReader {
    /// The line on which the row begins, from 1.
    private(set) var line = 0
    /// The fields of the row; used again for the next one.
    private(set) var fields: [[UInt8]] = []
    private(set) var fieldCount = 0
    /// Bytes read of the file.
    private(set) var position = 0

    private let descriptor: Descriptor
    private var block: [UInt8] = []
    private var place = 0
    private var lines = 1
    private var isAtEnd = false

    /// Longest field, in bytes: a file with one quote too few is not read whole into memory.
    private static let fieldLimit = 1 << 16
    private static let blockBytes = 1 << 18

    init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// A field of the row as text; empty where the row is too short.
    func text(_ index: Int) -> String {
        index < fieldCount ? String(decoding: fields[index], as: UTF8.self) : ""
    }

    /// Reads the next row; false at the end. Blank lines are passed over.
    mutating func next() throws -> Bool {
        while let first = try peek() {
            if first == Self.newline || first == Self.carriageReturn {
                advance()
                continue
            }
            line = lines
            try readRow()
            return true
        }
        return false
    }

    private mutating func readRow() throws {
        fieldCount = 0
        while true {
            if fieldCount == fields.count { fields.append([]) }
            fields[fieldCount].removeAll(keepingCapacity: true)
            if try peek() == Self.quote { try readQuoted() } else { try readPlain() }
            fieldCount += 1
            guard try peek() == Self.comma else { break }
            advance()
        }
        if try peek() == Self.carriageReturn { advance() }
        if try peek() == Self.newline { advance() }
    }

    private mutating func readPlain() throws {
        while let byte = try peek(), byte != Self.comma, byte != Self.newline, byte != Self.carriageReturn {
            try take(byte)
        }
    }

    private mutating func readQuoted() throws {
        advance()
        while let byte = try peek() {
            if byte != Self.quote {
                try take(byte)
                continue
            }
            advance()
            guard try peek() == Self.quote else { return try readPlain() }
            try take(Self.quote)
        }
        throw Failure(.refusedInput, "a quoted field that begins on line \(line) does not end; close it with \"")
    }

    private mutating func take(_ byte: UInt8) throws {
        fields[fieldCount].append(byte)
        advance()
        guard fields[fieldCount].count <= Self.fieldLimit else {
            throw Failure(
                .refusedInput, "a field of line \(line) is longer than \(Self.fieldLimit) bytes; close its quotes")
        }
    }

    @inline(__always)
    private mutating func advance() {
        if block[place] == Self.newline { lines += 1 }
        place += 1
    }

    @inline(__always)
    private mutating func peek() throws -> UInt8? {
        if place < block.count { return block[place] }
        return try refill()
    }

    private mutating func refill() throws -> UInt8? {
        if isAtEnd { return nil }
        block.removeAll(keepingCapacity: true)
        do {
            let got = try descriptor.read(Self.blockBytes, into: &block)
            position += got
            isAtEnd = got == 0
        } catch {
            throw Failure(.refusedInput, "the file cannot be read: \(error)")
        }
        place = position == block.count && block.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        return place < block.count ? block[place] : nil
    }

    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
}
