extension Intake {
    func record(
        _ recordID: String, of draft: ObservationDraft, source: String, identifiers: [KeyedIdentifier]
    ) throws(Refusal) -> KeyedRecord {
        KeyedRecord(
            key: try recordKey(source: source, recordID: recordID), recordID: recordID,
            contentHash: contentHash(identifiers, attributes: draft.attributes, behaviour: draft.behaviour),
            attributes: try encoding(of: draft.attributes))
    }

    /// The bytes of the encoding of attributes; nil where nothing of them can be compared. The values end here.
    private func encoding(of attributes: [UInt8]?) throws(Refusal) -> [UInt8]? {
        guard let attributes else { return nil }
        var encoder = encoder
        let encoding = try encoder.encode(document: attributes.span)
        return encoding.isEmpty ? nil : encoding.bytes
    }

    /// What an event shows of its device and network. The values end here.
    func sighting(of attributes: [UInt8]) throws(Refusal) -> Sighting? {
        var encoder = encoder
        return try encoder.sighting(document: attributes.span)
    }

    /// The encoding of attributes that somebody searches by, as a JSON object in canonical form.
    package func encoding(document: [UInt8]) throws(Refusal) -> RecordEncoding {
        var encoder = encoder
        return try encoder.encode(document: document.span)
    }

    /// 1 byte or more, at most the limit, without control or invisible characters.
    func checkRecordID(_ recordID: String) throws(Refusal) {
        let count = recordID.utf8.count
        guard count > 0 else { throw Refusal(reason: .emptyValue, field: "record_id") }
        guard count <= configuration.limits.recordIDBytes else {
            let limit = configuration.limits.recordIDBytes
            throw Refusal(reason: .valueTooLong, field: "record_id", advice: "a record id is at most \(limit) bytes")
        }
        guard CanonicalText.isClean(recordID) else { throw Refusal(reason: .invalidCharacters, field: "record_id") }
    }

    /// Under a key of its own, for what a record holds could be guessed:
    ///
    ///     +---------+--------------------+-----------+--------------+----------+-------------+
    ///     | count 8 | sorted keys, 16 each | length 8 | attributes | length 8 | behaviour |
    ///     +---------+--------------------+-----------+--------------+----------+-------------+
    private func contentHash(_ identifiers: [KeyedIdentifier], attributes: [UInt8]?, behaviour: [UInt8]?) -> Digest {
        var message: [UInt8] = []
        message.reserveCapacity(24 + 16 * identifiers.count + (attributes?.count ?? 0) + (behaviour?.count ?? 0))
        append(UInt64(identifiers.count), to: &message)
        for key in identifiers.map(\.key).sorted() {
            append(key.high, to: &message)
            append(key.low, to: &message)
        }
        for document in [attributes ?? [], behaviour ?? []] {
            append(UInt64(document.count), to: &message)
            message += document
        }
        return keyRing.content.code(for: message)
    }

    /// Big-endian.
    private func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}
