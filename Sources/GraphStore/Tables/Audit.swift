package import Identity
package import LMDB

extension Tables {
    /// Who has looked past consent, when and why: entries chained by hash, never changed.
    package static let audit = Table<SequenceCodec, AuditEntryCodec>(
        name: "audit", number: 14,
        erasure: .none(reason: "subjects are named by a hash under the audit key, of which no other table knows"))
}

/// A row of table `audit`.
package struct AuditEntry: Hashable, Sendable {
    package var time: Timestamp
    /// A principal: never a customer.
    package var principal: String
    package var role: AuditWord
    /// Such as resolve or explain.
    package var action: AuditWord
    package var reason: String
    /// Of whom: HMAC-SHA-256 under the audit key over each identity key, 16 bytes each.
    package var subjects: [IdentityKey]
    /// HMAC-SHA-256 under the audit key over the entry before, as stored; zeros for the first.
    package var previous: Digest
    /// The start of HMAC-SHA-256 under the audit key over the entry's number and all of the above; nil in the first format.
    package var code: Bytes16?

    package init(
        time: Timestamp, principal: String, role: AuditWord, action: AuditWord, reason: String,
        subjects: [IdentityKey], previous: Digest, code: Bytes16? = nil
    ) {
        self.time = time
        self.principal = principal
        self.role = role
        self.action = action
        self.reason = reason
        self.subjects = subjects
        self.previous = previous
        self.code = code
    }

    /// The entry as stored.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 256)
        AuditEntryCodec.encode(self, into: &writer)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(writer.count)
        for index in 0..<writer.count { bytes.append(writer.bytes.uint8(at: index)) }
        return bytes
    }
}

///     0      6          38
///     +------+----------+-----------------------------------------------+----------+----------------+---------+
///     | time | previous | principal, role, action, reason               | subjects | subjects x 16  | code 16 |
///     +------+----------+-----------------------------------------------+----------+----------------+---------+
///                         each: length 2, UTF-8                           2
///
/// The number of subjects has its highest bit set where the code follows: an entry of the first format has none.
package enum AuditEntryCodec: ValueCodec {
    package static var version: UInt8 { 2 }

    private static let codeFollows: UInt16 = 0x8000

    package static func encode(_ entry: borrowing AuditEntry, into writer: inout ByteWriter) {
        writer.append48(UInt64(entry.time.milliseconds))
        writer.append(contentsOf: entry.previous.bytes)
        for text in [entry.principal, entry.role.text, entry.action.text, entry.reason] {
            let bytes = Array(text.utf8)
            writer.append(UInt16(bytes.count))
            writer.append(contentsOf: bytes)
        }
        precondition(entry.subjects.count < Int(codeFollows), "too many subjects for one entry")
        writer.append(UInt16(entry.subjects.count) | (entry.code == nil ? 0 : codeFollows))
        for subject in entry.subjects { IdentityKeyCodec.encode(subject, into: &writer) }
        if let code = entry.code { Bytes16Key.encode(code, into: &writer) }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> AuditEntry {
        var reader = ByteReader(bytes)
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        guard let previous = Digest(try ByteArray.decode(&reader, count: Digest.byteCount)) else { throw .truncated }
        var texts: [String] = []
        for _ in 0..<4 { texts.append(try TextBytes.decode(&reader, count: Int(try reader.readUInt16()))) }
        var subjects: [IdentityKey] = []
        let count = try reader.readUInt16()
        for _ in 0..<(count & ~codeFollows) {
            subjects.append(IdentityKey(high: try reader.readUInt64(), low: try reader.readUInt64()))
        }
        var code: Bytes16?
        if count & codeFollows != 0 { code = Bytes16(high: try reader.readUInt64(), low: try reader.readUInt64()) }
        try reader.finish()
        return AuditEntry(
            time: time, principal: texts[0], role: AuditWord(stored: texts[1]), action: AuditWord(stored: texts[2]),
            reason: texts[3], subjects: subjects, previous: previous, code: code)
    }
}
