/// How a person is erased from a table. A table cannot be declared without saying so.
package enum ErasureRule: Sendable {
    /// Rows are found by the person's identity keys.
    case byIdentityKey
    /// Rows are found by the person's node ids, at the front of the key.
    case byNode
    /// Rows name two nodes; each is found from either end.
    case byNodePair
    /// Rows are found by the references of the person's records.
    case byRecord
    /// Rows name the person's nodes in their values: all of the table is read, and what names them is written anew.
    case byScan
    /// Nothing in the table is a person's; the reason says why.
    case none(reason: StaticString)
}

/// A table as a typed constant: name, key codec, value codec, erasure rule.
///
/// The bytes of a value are
///
///     0         1              count - 8   count
///     +---------+--------------+-----------+
///     | version |   payload    |  XXH64    |
///     +---------+--------------+-----------+
///
/// with the checksum, big-endian, over version and payload, seeded by XXH64(key, seed: number): a value moved to
/// another key or another table does not verify.
@usableFromInline
package struct Table<K: KeyCodec, V: ValueCodec>: Sendable {
    @usableFromInline package let name: StaticString
    /// Unique in its environment, never reused: it goes into every checksum.
    @usableFromInline package let number: UInt8
    package let erasure: ErasureRule

    /// `number` is 0 to 254; 255 is the module's own.
    package init(name: StaticString, number: UInt8, erasure: ErasureRule) {
        self.name = name
        self.number = number
        self.erasure = erasure
    }

    package var declaration: TableDeclaration {
        TableDeclaration(name: name, number: number, keyWidth: K.width, erasure: erasure)
    }
}

/// A table without its types: what opening, checking and erasing need to know.
@usableFromInline
package struct TableDeclaration: Sendable {
    @usableFromInline package let name: StaticString
    @usableFromInline package let number: UInt8
    /// Bytes.
    package let keyWidth: Int
    package let erasure: ErasureRule
}
