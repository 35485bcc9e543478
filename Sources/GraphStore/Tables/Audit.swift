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
    package var role: String
    /// Such as resolve or explain.
    package var action: String
    package var reason: String
    /// Of whom: HMAC-SHA-256 under the audit key over each identity key, 16 bytes each.
    package var subjects: [IdentityKey]
    /// HMAC-SHA-256 under the audit key over the entry before, as stored; zeros for the first.
    package var previous: Digest

    package init(
        time: Timestamp, principal: String, role: String, action: String, reason: String, subjects: [IdentityKey],
        previous: Digest
    ) {
        self.time = time
        self.principal = principal
        self.role = role
        self.action = action
        self.reason = reason
        self.subjects = subjects
        self.previous = previous
    }

    /// The entry as stored.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 256)
        AuditEntryCodec.encode(self, into: &writer)
        var bytes: [UInt8] = []
        for index in 0..<writer.count { bytes.append(writer.bytes.uint8(at: index)) }
        return bytes
    }
}

///     0      6          38
///     +------+----------+-----------------------------------------------+----------+----------------+
///     | time | previous | principal, role, action, reason               | subjects | subjects x 16  |
///     +------+----------+-----------------------------------------------+----------+----------------+
///                         each: length 2, UTF-8                           2
package enum AuditEntryCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ entry: borrowing AuditEntry, into writer: inout ByteWriter) {
        writer.append48(UInt64(entry.time.milliseconds))
        writer.append(contentsOf: entry.previous.bytes)
        for text in [entry.principal, entry.role, entry.action, entry.reason] {
            let bytes = Array(text.utf8)
            writer.append(UInt16(bytes.count))
            writer.append(contentsOf: bytes)
        }
        writer.append(UInt16(entry.subjects.count))
        for subject in entry.subjects { IdentityKeyCodec.encode(subject, into: &writer) }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> AuditEntry {
        var reader = ByteReader(bytes)
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        guard let previous = Digest(try ByteArray.decode(&reader, count: Digest.byteCount)) else { throw .truncated }
        var texts: [String] = []
        for _ in 0..<4 { texts.append(try TextBytes.decode(&reader, count: Int(try reader.readUInt16()))) }
        var subjects: [IdentityKey] = []
        for _ in 0..<(try reader.readUInt16()) {
            subjects.append(IdentityKey(high: try reader.readUInt64(), low: try reader.readUInt64()))
        }
        try reader.finish()
        return AuditEntry(
            time: time, principal: texts[0], role: texts[1], action: texts[2], reason: texts[3], subjects: subjects,
            previous: previous)
    }
}
