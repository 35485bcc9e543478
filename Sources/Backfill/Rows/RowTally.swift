internal import Identity

/// What became of the rows of some chunks.
package struct RowTally: Hashable, Sendable, Codable {
    package var rows = 0
    package var accepted = 0
    /// Left out by the mapping's filters.
    package var filtered = 0
    /// Rows by reason.
    package var rejected: [String: Int] = [:]
    /// Identifiers that were left out of rows that were taken, by reason.
    package var dropped: [String: Int] = [:]

    package init() {}

    package var rejectedRows: Int { rejected.values.reduce(0, +) }

    package static func += (left: inout RowTally, right: RowTally) {
        left.rows += right.rows
        left.accepted += right.accepted
        left.filtered += right.filtered
        left.rejected.merge(right.rejected, uniquingKeysWith: +)
        left.dropped.merge(right.dropped, uniquingKeysWith: +)
    }
}

/// A chunk whose rows were read.
package struct ReadChunk: Sendable {
    package var input: Int
    package var tally = RowTally()
    /// In order.
    package var rejects: [Reject] = []
    /// Unpacked bytes of input up to its end.
    package var position: UInt64
    /// The number of the line behind it.
    package var nextLine: Int
    /// Bytes of the file that were read, packed as they are.
    package var filePosition: UInt64
    /// The load cannot go on.
    package var failure: (any Error)?

    init(_ chunk: RowChunk) {
        (input, position, nextLine) = (chunk.input, chunk.position, chunk.nextLine)
        filePosition = chunk.filePosition
    }

    mutating func refuse(_ fault: RowFault, line: Int, text: @autoclosure () -> String) {
        tally.rejected[fault.reason.name, default: 0] += 1
        rejects.append(
            Reject(
                input: input, line: line, column: fault.column ?? "", reason: fault.reason,
                advice: fault.advice ?? fault.reason.advice, text: text()))
    }

    /// Hands out the lines of JSON Lines that are not blank, with their numbers; a refusal that is thrown is a reject.
    mutating func eachLine(
        of chunk: RowChunk, _ body: (Span<UInt8>, Int, inout ReadChunk) throws -> Void
    ) throws {
        var number = chunk.firstLine
        let bytes = chunk.bytes.span
        var start = chunk.start
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            if !Self.isBlank(bytes.extracting(start..<end)) {
                tally.rows += 1
                do {
                    try body(bytes.extracting(start..<end), number, &self)
                } catch let refusal as Refusal {
                    // The line as a whole, which may have been cut off before it was looked at.
                    let isTooLong = refusal.reason == .tooLarge && refusal.field.isEmpty
                    refuse(
                        isTooLong
                            ? RowFault(.lineTooLong) : RowFault(refusal.reason, refusal.field, advice: refusal.advice),
                        line: number,
                        text: RowText.form(of: chunk.bytes[start..<end]))
                }
            }
            number += 1
            start = end + 1
        }
    }

    private static func isBlank(_ line: Span<UInt8>) -> Bool {
        for index in line.indices where !(line[index] == 0x20 || line[index] == 0x09 || line[index] == 0x0d) {
            return false
        }
        return true
    }
}
