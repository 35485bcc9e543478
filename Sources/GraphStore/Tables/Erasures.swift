package import Identity
package import LMDB

extension Tables {
    /// Requests for erasure and how far each has come, by number.
    package static let erasures = Table<SequenceCodec, ErasureCodec>(
        name: "erasures", number: 22,
        erasure: .none(reason: "whom a request is about is sealed, and goes when the erasure is verified"))

    /// What an erasure looks for afterwards: node ids, identity keys, profile ids, seals; each piece sealed.
    package static let needles = Table<NeedleKeyCodec, BytesCodec>(
        name: "needles", number: 23, erasure: .none(reason: "sealed, and overwritten once they have been looked for"))
}

/// A row of table `erasures`.
package struct ErasureRow: Hashable, Sendable {
    /// How far it has come; the numbers are stored.
    package enum State: UInt8, Hashable, Sendable, CaseIterable {
        case requested = 1
        case approved = 2
        case fenced = 3
        case shredded = 4
        case deleted = 5
        case scrubbed = 6
        case verified = 7
        case certified = 8
        case rejected = 9
        case expired = 10
    }

    /// One step: when, and by whom; empty for the store's own.
    package struct Step: Hashable, Sendable {
        package var state: State
        package var time: Timestamp
        package var principal: String

        package init(state: State, time: Timestamp, principal: String) {
            self.state = state
            self.time = time
            self.principal = principal
        }
    }

    /// What was taken and what was left, in numbers.
    package struct Counts: Hashable, Sendable {
        package var identifiers: UInt32 = 0
        package var records: UInt32 = 0
        /// Identifiers that others have too: they lost their links to the subject.
        package var shared: UInt32 = 0
        /// Identifiers joined by likeness alone: they stay.
        package var likely: UInt32 = 0
        package var needles: UInt32 = 0

        package init() {}
    }

    package var steps: [Step]
    package var due: Timestamp
    /// Only the identifier that is named, whatever is joined to it.
    package var isOnly: Bool
    /// How many principals it takes: 1 or 2.
    package var approvals: UInt8
    /// The approval holds until then; zero before it is given.
    package var approvalEnds: Timestamp
    /// Of all that the approver was shown: SHA-256.
    package var requestHash: Digest
    package var reason: String
    package var counts: Counts
    /// Whom it is about, sealed; empty once the needles are verified.
    package var subject: [UInt8]
    /// The generation that the scrub made.
    package var generation: String
    /// The certificate, in words and as JSON; empty before there is one.
    package var certificate = ""
    package var certificateJSON = ""

    package init(
        steps: [Step], due: Timestamp, isOnly: Bool, approvals: UInt8, requestHash: Digest, reason: String,
        subject: [UInt8]
    ) {
        self.steps = steps
        self.due = due
        self.isOnly = isOnly
        self.approvals = approvals
        approvalEnds = Timestamp(milliseconds: 0)
        self.requestHash = requestHash
        self.reason = reason
        counts = Counts()
        self.subject = subject
        generation = ""
    }

    package var state: State { steps.last?.state ?? .requested }

    /// The step by which a state was reached; nil where it was not.
    package func step(_ state: State) -> Step? { steps.last { $0.state == state } }

    /// Whether nothing is left to be done.
    package var isFinished: Bool { [.certified, .rejected, .expired].contains(state) }

    /// Whether the subject is out of sight and not all of it gone.
    package var isUnderWay: Bool { (State.fenced.rawValue..<State.deleted.rawValue).contains(state.rawValue) }
}

extension ErasureRow.State: CustomStringConvertible {
    package var description: String {
        switch self {
        case .requested: "requested"
        case .approved: "approved"
        case .fenced: "fenced"
        case .shredded: "shredded"
        case .deleted: "deleted"
        case .scrubbed: "scrubbed"
        case .verified: "verified"
        case .certified: "certified"
        case .rejected: "rejected"
        case .expired: "expired"
        }
    }
}

///     0     6      7           8               14             46       66
///     +-----+------+-----------+---------------+--------------+--------+
///     | due | only | approvals | approval ends | request hash | counts |
///     +-----+------+-----------+---------------+--------------+--------+
///     reason, generation  | length 2 | UTF-8 |  each
///     subject, certificate in words, as JSON | length 4 | sealed or UTF-8 |  each
///     steps               | count 1 | count x (state 1, time 6, principal: length 2, UTF-8) |
///
/// Counts are five numbers of 4 bytes: identifiers, records, shared, likely, needles.
package enum ErasureCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing ErasureRow, into writer: inout ByteWriter) {
        writer.append48(UInt64(row.due.milliseconds))
        writer.append(UInt8(row.isOnly ? 1 : 0))
        writer.append(row.approvals)
        writer.append48(UInt64(row.approvalEnds.milliseconds))
        writer.append(contentsOf: row.requestHash.bytes)
        let counts = row.counts
        for count in [counts.identifiers, counts.records, counts.shared, counts.likely, counts.needles] {
            writer.append(count)
        }
        append(row.reason, to: &writer)
        append(row.generation, to: &writer)
        for bytes in [row.subject, Array(row.certificate.utf8), Array(row.certificateJSON.utf8)] {
            writer.append(UInt32(bytes.count))
            writer.append(contentsOf: bytes)
        }
        writer.append(UInt8(row.steps.count))
        for step in row.steps {
            writer.append(step.state.rawValue)
            writer.append48(UInt64(step.time.milliseconds))
            append(step.principal, to: &writer)
        }
    }

    private static func append(_ text: String, to writer: inout ByteWriter) {
        let bytes = Array(text.utf8)
        writer.append(UInt16(bytes.count))
        writer.append(contentsOf: bytes)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> ErasureRow {
        var reader = ByteReader(bytes)
        let due = try time(&reader)
        let isOnly = try reader.readUInt8() == 1
        let approvals = try reader.readUInt8()
        let approvalEnds = try time(&reader)
        guard let hash = Digest(try ByteArray.decode(&reader, count: Digest.byteCount)) else { throw .truncated }
        var counts = ErasureRow.Counts()
        counts.identifiers = try reader.readUInt32()
        counts.records = try reader.readUInt32()
        counts.shared = try reader.readUInt32()
        counts.likely = try reader.readUInt32()
        counts.needles = try reader.readUInt32()
        let reason = try text(&reader)
        let generation = try text(&reader)
        let subject = try ByteArray.decode(&reader, count: Int(try reader.readUInt32()))
        let certificate = try TextBytes.decode(&reader, count: Int(try reader.readUInt32()))
        let certificateJSON = try TextBytes.decode(&reader, count: Int(try reader.readUInt32()))
        var steps: [ErasureRow.Step] = []
        for _ in 0..<(try reader.readUInt8()) {
            guard let state = ErasureRow.State(rawValue: try reader.readUInt8()) else { throw .invalid("state") }
            let time = try time(&reader)
            steps.append(ErasureRow.Step(state: state, time: time, principal: try text(&reader)))
        }
        try reader.finish()
        var row = ErasureRow(
            steps: steps, due: due, isOnly: isOnly, approvals: approvals, requestHash: hash, reason: reason,
            subject: subject)
        row.approvalEnds = approvalEnds
        row.counts = counts
        row.generation = generation
        row.certificate = certificate
        row.certificateJSON = certificateJSON
        return row
    }

    private static func time(_ reader: inout ByteReader) throws(CodecError) -> Timestamp {
        Timestamp(milliseconds: Int64(try reader.readUInt48()))
    }

    private static func text(_ reader: inout ByteReader) throws(CodecError) -> String {
        try TextBytes.decode(&reader, count: Int(try reader.readUInt16()))
    }
}

/// A key of table `needles`.
package struct NeedleKey: Hashable, Sendable {
    package var erasure: UInt64
    package var piece: UInt32

    package init(erasure: UInt64, piece: UInt32) {
        self.erasure = erasure
        self.piece = piece
    }
}

///     0         8       12
///     +---------+-------+
///     | erasure | piece |
///     +---------+-------+
package enum NeedleKeyCodec: KeyCodec {
    package static var width: Int { 12 }

    package static func encode(_ key: NeedleKey, into writer: inout ByteWriter) {
        writer.append(key.erasure)
        writer.append(key.piece)
    }

    package static func decode(_ bytes: RawSpan) -> NeedleKey {
        NeedleKey(erasure: bytes.bigEndianUInt64(at: 0), piece: bytes.bigEndianUInt32(at: 8))
    }
}
