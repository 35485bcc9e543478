internal import CLMDB

extension WriteTransaction {
    /// Appends rows of a table of another environment as they lie there, each verified, past the last that is here; the table
    /// must hold the first rows of that one, or none.
    ///
    /// - Parameter rest: bytes that may still be copied; it goes on until they are used up.
    /// - Returns: how many rows.
    package mutating func appendRows(
        of table: TableDeclaration, from source: borrowing ReadTransaction, rest: inout Int
    ) throws(LMDBError) -> Int {
        guard rest > 0 else { return 0 }
        var target = try Cursor(handle, number: table.number, name: table.name)
        var rows = try Cursor(source.handle, number: table.number, name: table.name)
        guard var found = try Self.position(&rows, behind: &target) else { return 0 }
        var count = 0
        while found, rest > 0 {
            try rows.verify(width: table.keyWidth)
            try rows.append(to: target)
            rest -= rows.byteCount
            count += 1
            found = try rows.move(.next)
        }
        return count
    }

    /// Puts a cursor on the first row that the other one's table does not have; nil: there is none.
    private static func position(_ rows: inout Cursor, behind target: inout Cursor) throws(LMDBError) -> Bool? {
        guard try target.move(.last) else { return try rows.move(.first) ? true : nil }
        // Sound: the last key lies in a page that is not written before the seek has read it.
        guard unsafe try rows.seek(target.key) else { return nil }
        return try rows.move(.next) ? true : nil
    }
}

extension Cursor {
    /// Bytes of key and value at the position.
    fileprivate var byteCount: Int { unsafe key.count + value.count }

    /// Writes the entry at this position behind the last of another table, which has the same number.
    fileprivate func append(to other: borrowing Cursor) throws(LMDBError) {
        try unsafe other.append(key, value)
    }
}
