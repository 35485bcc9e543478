/// An identifier as sent: a namespace's name, and either the value or its hash.
package struct IdentifierDraft: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case raw(String)
        /// SHA-256 of the canonical form, 64 hexadecimal digits or base64.
        case sha256(String)
    }

    package var namespace: String
    package var value: Value

    package init(namespace: String, value: Value) {
        self.namespace = namespace
        self.value = value
    }
}

extension IdentifierDraft: CustomStringConvertible {
    package var description: String { "<redacted>" }
}

/// An observation as sent, well-formed but not yet believed. It holds raw values: it must not outlive its keying.
package struct ObservationDraft: Hashable, Sendable {
    /// The sender's id of this delivery; nothing depends on it.
    package var id: String?
    package var source: String
    /// With the source, names a record whose latest version counts; nil for an event.
    package var recordID: String?
    package var time: Timestamp
    package var identifiers: [IdentifierDraft]
    /// JSON in canonical form: keys sorted by their UTF-8 bytes, no white space, numbers as they were written.
    package var attributes: [UInt8]?
    package var behaviour: [UInt8]?
    package var decisions: [DecisionDraft]
    /// Whether the browser sent Global Privacy Control, exactly `1`.
    package var hasGPC: Bool
    package var context: [UInt8]?

    package init(
        id: String? = nil, source: String, recordID: String? = nil, time: Timestamp, identifiers: [IdentifierDraft],
        attributes: [UInt8]? = nil, behaviour: [UInt8]? = nil, decisions: [DecisionDraft] = [], hasGPC: Bool = false,
        context: [UInt8]? = nil
    ) {
        self.id = id
        self.source = source
        self.recordID = recordID
        self.time = time
        self.identifiers = identifiers
        self.attributes = attributes
        self.behaviour = behaviour
        self.decisions = decisions
        self.hasGPC = hasGPC
        self.context = context
    }
}

extension ObservationDraft {
    /// Reads one line of JSON, for which no key is needed.
    package init(jsonLine line: Span<UInt8>, limits: Limits) throws(Refusal) {
        guard line.count <= limits.lineBytes else {
            throw Refusal(reason: .tooLarge, field: "", advice: "a line is at most \(limits.lineBytes) bytes")
        }
        var reader = DraftReader(line, limits: limits)
        self = try reader.draft()
    }
}

extension ObservationDraft: CustomStringConvertible {
    package var description: String { "<redacted>" }
}

/// An identifier as the graph knows it.
package struct KeyedIdentifier: Hashable, Sendable {
    /// Where the namespace stands in `Configuration.namespaces`.
    package var namespace: Int
    package var key: IdentityKey

    package init(namespace: Int, key: IdentityKey) {
        self.namespace = namespace
        self.key = key
    }
}

/// A row of a source's own table.
package struct KeyedRecord: Hashable, Sendable {
    /// In the namespace `record`: over source, NUL, record id.
    package var key: IdentityKey
    package var recordID: String
    /// Over identity keys, attributes as sent, and behaviour, not over time or order: equal content, equal hash.
    package var contentHash: Digest
    /// The bytes of a `RecordEncoding`; nil where the record has no attribute to compare.
    package var attributes: [UInt8]?

    package init(key: IdentityKey, recordID: String, contentHash: Digest, attributes: [UInt8]?) {
        self.key = key
        self.recordID = recordID
        self.contentHash = contentHash
        self.attributes = attributes
    }
}

/// An observation without raw identifiers: what a command may carry.
package struct KeyedObservation: Hashable, Sendable {
    package var id: String?
    /// The source's name as declared.
    package var source: String
    package var time: Timestamp
    /// Each once, in the order sent.
    package var identifiers: [KeyedIdentifier]
    package var record: KeyedRecord?
    /// What an event shows of its device and network; records have theirs in their attributes.
    package var sighting: Sighting?
    package var behaviour: [UInt8]?
    /// In force whatever becomes of the evidence.
    package var decisions: [KeyedDecision]
    package var context: [UInt8]?
    /// Identifiers left out because they were placeholders: the observation stands without them.
    package var droppedIdentifiers: [Refusal]

    package init(
        id: String? = nil, source: String, time: Timestamp, identifiers: [KeyedIdentifier],
        record: KeyedRecord? = nil, sighting: Sighting? = nil, behaviour: [UInt8]? = nil,
        decisions: [KeyedDecision] = [], context: [UInt8]? = nil, droppedIdentifiers: [Refusal] = []
    ) {
        self.id = id
        self.source = source
        self.time = time
        self.identifiers = identifiers
        self.record = record
        self.sighting = sighting
        self.behaviour = behaviour
        self.decisions = decisions
        self.context = context
        self.droppedIdentifiers = droppedIdentifiers
    }
}
