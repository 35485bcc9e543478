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
    /// Most pages that are left for a transaction that takes things away: 64 MiB.
    private static let roomPages = 16_384

    /// Before a commit: the file covers every page that the transaction took.
    func growFile(for transaction: inout WriteTransaction) throws(LMDBError) {
        let next = unsafe NextPage(of: transaction.handle.transaction)
        // As much again as the store has, as nothing rewrites more than all of it.
        let room = transaction.leavesRoom ? min(next.number, Self.roomPages) : 0
        guard let size = try growth.cover(nextPage: next.number + room) else { return }
        try transaction.put(Extent.table, (), size)
    }
}
