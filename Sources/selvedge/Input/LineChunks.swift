internal import Backfill
internal import Foundation

/// Whole lines of input, with where they begin.
struct LineChunk: Sendable {
    /// The number of the first line, from 1.
    var firstLine: Int
    /// Ends with a newline, but at the end of the input.
    var bytes: [UInt8]
    /// Bytes of input up to its end.
    var position: Int
}

/// Cuts a stream into chunks of whole lines. A line longer than the limit is cut to one byte more than that, so that the
/// reader of lines sees that it is too long, and memory stays bounded.
struct LineChunks {
    private let descriptor: Descriptor
    private let lineLimit: Int
    private var carry: [UInt8] = []
    private var nextLine = 1
    private var position = 0
    private var isAtEnd = false

    private static let blockBytes = 1 << 18

    init(_ descriptor: Descriptor, lineLimit: Int) {
        self.descriptor = descriptor
        self.lineLimit = lineLimit
    }

    /// The next lines as soon as there are some; nil at the end, or when a signal has come.
    mutating func next() throws(SystemError) -> LineChunk? {
        var bytes = carry
        carry = []
        var searched = 0
        while !isAtEnd {
            guard waitForInput() else { return nil }
            let got = try descriptor.read(Self.blockBytes, into: &bytes)
            position += got
            isAtEnd = got == 0
            if let newline = bytes[searched...].lastIndex(of: Self.newline) {
                carry = Array(bytes[(newline + 1)...])
                bytes.removeSubrange((newline + 1)...)
                return chunk(bytes)
            }
            searched = bytes.count
            if bytes.count > lineLimit {
                bytes.removeSubrange((lineLimit + 1)...)
                try skipLine()
                bytes.append(Self.newline)
                return chunk(bytes)
            }
        }
        return bytes.isEmpty ? nil : chunk(bytes)
    }

    private mutating func chunk(_ bytes: [UInt8]) -> LineChunk {
        let chunk = LineChunk(firstLine: nextLine, bytes: bytes, position: position)
        nextLine += bytes.count { $0 == Self.newline }
        return chunk
    }

    /// Passes over the rest of a line that is too long.
    private mutating func skipLine() throws(SystemError) {
        while waitForInput() {
            var bytes: [UInt8] = []
            let got = try descriptor.read(Self.blockBytes, into: &bytes)
            position += got
            isAtEnd = got == 0
            if isAtEnd { return }
            if let newline = bytes.firstIndex(of: Self.newline) {
                carry = Array(bytes[(newline + 1)...])
                return
            }
        }
    }

    private func waitForInput() -> Bool {
        while Interruption.signal == nil {
            if descriptor.waitForInput(milliseconds: 100) { return true }
        }
        return false
    }

    private static let newline = UInt8(ascii: "\n")
}
