/// How much one question may read of a person: the one that a connection's own thread answers must be short.
package struct ReadLength: Hashable, Sendable {
    private var bytes: Int
    private var rows: Int

    package static let any = ReadLength(bytes: .max, rows: .max)
    /// Under a millisecond: most people's facts have some hundred bytes, and their decisions are few.
    package static let short = ReadLength(bytes: 32 << 10, rows: 256)

    private init(bytes: Int, rows: Int) {
        self.bytes = bytes
        self.rows = rows
    }

    /// Sealed facts.
    ///
    /// - Throws: `LongRead` where there is more to read than that.
    mutating func take(bytes taken: Int) throws {
        bytes -= taken
        if bytes < 0 { throw LongRead() }
    }

    /// A decision of before.
    mutating func takeRow() throws {
        rows -= 1
        if rows < 0 { throw LongRead() }
    }
}

/// There is more to read than a short read may: the question is to be asked where nobody waits for the thread.
package struct LongRead: Error {
    package init() {}
}
