internal import CLMDB

/// A position in one table. It lives inside one scan, which borrows the transaction, so it cannot outlive it.
@safe @usableFromInline
struct Cursor: ~Copyable {
    @usableFromInline enum Move {
        case first, last, next
    }

    private let cursor: OpaquePointer
    private let name: StaticString
    private let number: UInt8
    /// The raw key and the raw value at the position; good until the next move or write.
    @usableFromInline private(set) var key = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    @usableFromInline private(set) var value = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    @usableFromInline
    init(_ handle: SnapshotHandle, number: UInt8, name: StaticString) throws(LMDBError) {
        var opened: OpaquePointer?
        let code = unsafe mdb_cursor_open(handle.transaction, handle.database(number), &opened)
        guard code == 0, let opened = unsafe opened else {
            throw LMDBError(code: code, operation: "opening a cursor on table \(name)")
        }
        unsafe cursor = opened
        self.name = name
        self.number = number
    }

    deinit { unsafe mdb_cursor_close(cursor) }

    /// False when there is no entry there.
    @usableFromInline
    mutating func move(_ move: Move) throws(LMDBError) -> Bool {
        switch move {
        case .first: try step(MDB_FIRST)
        case .last: try step(MDB_LAST)
        case .next: try step(MDB_NEXT)
        }
    }

    /// To the first key that is not less than `sought`. Unsafe: `sought` must be readable during the call.
    @unsafe @usableFromInline
    mutating func seek(_ sought: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
        unsafe key = sought
        return try step(MDB_SET_RANGE)
    }

    /// Writes an entry behind the last of the table, value and checksum as they are. Unsafe: both must be readable during the
    /// call, and lie in no page that this transaction writes.
    @unsafe
    func append(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(LMDBError) {
        var keyValue = unsafe MDB_val(
            mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var data = unsafe MDB_val(
            mv_size: value.count, mv_data: UnsafeMutableRawPointer(mutating: value.baseAddress))
        let code = unsafe mdb_cursor_put(cursor, &keyValue, &data, UInt32(MDB_APPEND))
        try check(code, "copying table \(name)")
    }

    private mutating func step(_ operation: MDB_cursor_op) throws(LMDBError) -> Bool {
        var keyValue = unsafe MDB_val(
            mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var data = unsafe MDB_val()
        let code = unsafe mdb_cursor_get(cursor, &keyValue, &data, operation)
        if code == MDB_NOTFOUND { return false }
        try check(code, "scanning table \(name)")
        unsafe key = UnsafeRawBufferPointer(start: keyValue.mv_data, count: keyValue.mv_size)
        unsafe value = UnsafeRawBufferPointer(start: data.mv_data, count: data.mv_size)
        return true
    }

    @usableFromInline
    var checksumHolds: Bool {
        guard let key = unsafe key.baseAddress, let value = unsafe value.baseAddress else { return false }
        return unsafe StoredValue.holds(
            value, count: self.value.count, key: key, keyCount: self.key.count, table: number)
    }

    /// Throws unless the entry is whole: a key of `width` bytes and a value whose checksum holds.
    @usableFromInline
    func verify(width: Int) throws(LMDBError) {
        guard unsafe key.count == width, checksumHolds else {
            throw LMDBError(kind: .checksum(table: name.description), operation: "scanning table \(name)")
        }
    }
}
