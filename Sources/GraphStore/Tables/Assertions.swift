package import Identity
package import LMDB
internal import Stitching

extension Tables {
    /// Must-links and cannot-links, in both directions: key (node, other node).
    package static let assertions = Table<NodePairCodec, AssertionCodec>(
        name: "assertions", number: 6, erasure: .byNodePair)
}

/// What somebody says of two identifiers or records.
package struct AssertionRow: Hashable, Sendable {
    package enum Claim: UInt8, Hashable, Sendable {
        case same = 1
        case different = 2
    }

    /// Most bytes of `author` and of `reason`: a name, and a few sentences.
    package static let authorBytes = 256
    package static let reasonBytes = 1_024

    package var claim: Claim
    package var time: Timestamp
    /// Who said so: a principal, never a customer.
    package var author: String
    package var reason: String

    package init(claim: Claim, time: Timestamp, author: String, reason: String) {
        self.claim = claim
        self.time = time
        self.author = author
        self.reason = reason
    }
}

///     0       1      7        9        11
///     +-------+------+--------+--------+----------+----------+
///     | claim | time | author | reason | author   | reason   |
///     +-------+------+--------+--------+----------+----------+
///                      length   length   UTF-8      UTF-8
package enum AssertionCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing AssertionRow, into writer: inout ByteWriter) {
        let author = Array(row.author.utf8)
        let reason = Array(row.reason.utf8)
        writer.append(row.claim.rawValue)
        writer.append48(UInt64(row.time.milliseconds))
        writer.append(UInt16(author.count))
        writer.append(UInt16(reason.count))
        writer.append(contentsOf: author)
        writer.append(contentsOf: reason)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> AssertionRow {
        var reader = ByteReader(bytes)
        guard let claim = AssertionRow.Claim(rawValue: try reader.readUInt8()) else { throw .invalid("claim") }
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        let authorCount = Int(try reader.readUInt16())
        let reasonCount = Int(try reader.readUInt16())
        let author = try TextBytes.decode(&reader, count: authorCount)
        let reason = try TextBytes.decode(&reader, count: reasonCount)
        try reader.finish()
        return AssertionRow(claim: claim, time: time, author: author, reason: reason)
    }
}

/// Text of a known length inside a value.
enum TextBytes {
    static func decode(_ reader: inout ByteReader, count: Int) throws(CodecError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for _ in 0..<count { bytes.append(try reader.readUInt8()) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
