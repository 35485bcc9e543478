/// How long the writer made the file, kept in the store itself: a file that lost its end is refused, even where the
/// end was only room to grow.
///
///     key: 0 (one byte)       value: bytes of the file, 8
enum Extent {
    static let table = Table<Key, Size>(
        name: "lmdb.extent", number: 255, erasure: .none(reason: "the size of a file is no one's data"))

    enum Key: KeyCodec {
        static var width: Int { 1 }
        static func encode(_ key: Void, into writer: inout ByteWriter) { writer.append(0 as UInt8) }
        static func decode(_ bytes: RawSpan) {}
    }

    enum Size: ValueCodec {
        static var version: UInt8 { 1 }

        static func encode(_ value: Int, into writer: inout ByteWriter) {
            writer.append(UInt64(value))
        }

        static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> Int {
            var reader = ByteReader(bytes)
            return Int(truncatingIfNeeded: try reader.readUInt64())
        }
    }
}

extension Environment {
    /// Before a commit: the file covers every page that the transaction took.
    func growFile(for transaction: inout WriteTransaction) throws(LMDBError) {
        let next = unsafe NextPage(of: transaction.handle.transaction)
        guard let size = try growth.cover(nextPage: next.number) else { return }
        try transaction.put(Extent.table, (), size)
    }
}
