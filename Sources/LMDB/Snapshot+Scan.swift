/// An entry as it lies in the store, for the integrity check.
package struct RawEntry: ~Escapable {
    package let key: RawSpan
    /// Version, payload and checksum.
    package let value: RawSpan
    /// Whether the value is the one that was written under this key of this table.
    package let isIntact: Bool

    @_lifetime(copy key, copy value)
    init(key: RawSpan, value: RawSpan, isIntact: Bool) {
        self.key = key
        self.value = value
        self.isIntact = isIntact
    }
}

extension Snapshot where Self: ~Copyable {
    /// Every entry from the first key not less than `from` on, ascending, until `body` says stop.
    ///
    /// Throws `checksum` at the first entry that is not whole.
    @inlinable
    package func scan<K, V>(
        _ table: Table<K, V>, from: K.Key? = nil, _ body: (K.Key, RawSpan) throws -> ScanControl
    ) throws {
        var cursor = try Cursor(handle, number: table.number, name: table.name)
        var found = try position(&cursor, K.self, from)
        while found {
            try cursor.verify(width: K.width)
            // Sound: the entry is good until the cursor moves; the spans end with the call of `body`.
            let key = unsafe RawSpan(_unsafeBytes: cursor.key)
            let stored = unsafe RawSpan(_unsafeBytes: cursor.value)
            try LMDBError.checkVersion(stored.uint8(at: 0), V.version, table.name)
            let payload = stored.extracting(1..<stored.byteCount &- 8)
            guard case .proceed = try body(K.decode(key), payload) else { return }
            found = try cursor.move(.next)
        }
    }

    @inlinable
    func position<K: KeyCodec>(_ cursor: inout Cursor, _: K.Type, _ from: K.Key?) throws(LMDBError) -> Bool {
        guard let from else { return try cursor.move(.first) }
        return try unsafe withEncoded(K.self, from) { (bytes) throws(LMDBError) in
            // Sound: the key's bytes are readable during the call.
            unsafe try cursor.seek(UnsafeRawBufferPointer(start: bytes.start, count: bytes.count))
        }
    }

    /// Every entry as it lies there, ascending; a bad checksum is reported, not thrown.
    package func scanRaw(_ table: TableDeclaration, _ body: (borrowing RawEntry) throws -> ScanControl) throws {
        var cursor = try Cursor(handle, number: table.number, name: table.name)
        var found = try cursor.move(.first)
        while found {
            // Sound: as in `scan`.
            let key = unsafe RawSpan(_unsafeBytes: cursor.key)
            let value = unsafe RawSpan(_unsafeBytes: cursor.value)
            guard case .proceed = try body(RawEntry(key: key, value: value, isIntact: cursor.checksumHolds)) else {
                return
            }
            found = try cursor.move(.next)
        }
    }

    /// Whether a table has a key that is known as bytes only, for the integrity check.
    package func contains(rawKey key: [UInt8], in table: TableDeclaration) throws(LMDBError) -> Bool {
        try unsafe key.span.bytes.withUnsafeBytes { (bytes) throws(LMDBError) -> Bool in
            guard let start = bytes.baseAddress else { return false }
            // Sound: the key's bytes are readable during the call.
            return try unsafe handle.holds(table.number, table.name, key: start, keyCount: bytes.count)
        }
    }

    @inlinable
    package func firstKey<K, V>(_ table: Table<K, V>) throws(LMDBError) -> K.Key? { try edge(table, .first) }

    @inlinable
    package func lastKey<K, V>(_ table: Table<K, V>) throws(LMDBError) -> K.Key? { try edge(table, .last) }

    @inlinable
    func edge<K, V>(_ table: Table<K, V>, _ move: Cursor.Move) throws(LMDBError) -> K.Key? {
        var cursor = try Cursor(handle, number: table.number, name: table.name)
        guard try cursor.move(move) else { return nil }
        try cursor.verify(width: K.width)
        // Sound: as in `scan`.
        return K.decode(unsafe RawSpan(_unsafeBytes: cursor.key))
    }
}
