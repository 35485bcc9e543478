internal import CLMDB

extension WriteTransaction {
    /// Writes a row as it lay in another environment, value and checksum, behind the last of its table; verified first.
    ///
    /// - Throws: `checksum` where the row is not whole, `keyExists` where it is not behind the last.
    package mutating func appendRaw(_ table: TableDeclaration, key: [UInt8], value: [UInt8]) throws(LMDBError) {
        // Sound: both arrays are lent for the closures; LMDB copies what it is given.
        let code = unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                guard key.count == table.keyWidth, let keyStart = key.baseAddress, let start = value.baseAddress,
                    unsafe StoredValue.holds(
                        start, count: value.count, key: keyStart, keyCount: key.count, table: table.number)
                else { return MDB_CORRUPTED }
                var keyValue = unsafe MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: keyStart))
                var data = unsafe MDB_val(mv_size: value.count, mv_data: UnsafeMutableRawPointer(mutating: start))
                return unsafe mdb_put(
                    handle.transaction, handle.database(table.number), &keyValue, &data, UInt32(MDB_APPEND))
            }
        }
        guard code != MDB_CORRUPTED else {
            throw LMDBError(kind: .checksum(table: table.name.description), operation: "restoring table \(table.name)")
        }
        try check(code, "restoring table \(table.name)")
    }
}
