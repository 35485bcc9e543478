internal import Foundation
internal import Identity
internal import LMDB

/// How far a load has come: a file replaced atomically and synced, with a hash of its content in front.
struct Checkpoint: Sendable {
    /// What the load was begun with.
    var configuration: [UInt8] = []
    /// The store's generation.
    var generation = ""
    /// What the store suppresses (`Suppressed.fingerprint`).
    var suppressed: UInt64 = 0
    var inputs: [InputSignature] = []
    var positions: [InputPosition] = []
    var note: [UInt8] = []
    var sources: [String] = []
    var segments: [Segment] = []
    var marks = StageMarks()
    /// The generation that is about to be published; empty while there is none.
    var publishing = ""

    static func path(in directory: String) -> String { directory + "/checkpoint" }
    private static let version: UInt8 = 3

    // MARK: Files

    /// Nil where there is none.
    static func read(in directory: String) throws -> Checkpoint? {
        let path = path(in: directory)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let file = try SpillFile.open(path)
        let buffer = FileBuffer(capacity: max(file.length, 16))
        try file.read(at: 0, count: file.length, into: buffer)
        let bytes = buffer.bytes.byteArray
        guard bytes.count > Digest.byteCount,
            Digest(sha256: Array(bytes[Digest.byteCount...]).span).bytes == Array(bytes[..<Digest.byteCount])
        else { throw BackfillError.damaged(path: path, problem: "it is not what was written") }
        do {
            return try Checkpoint(Array(bytes[Digest.byteCount...]))
        } catch is CodecError {
            throw BackfillError.damaged(path: path, problem: "it is not of this program")
        }
    }

    func write(in directory: String) throws {
        let path = Self.path(in: directory)
        let body = encoded()
        let file = try SpillFile.create(path + ".new")
        try file.append(Digest(sha256: body.span).bytes.rawBytes)
        try file.append(body.rawBytes)
        try file.sync()
        try SpillFile.replace(path, with: path + ".new", in: directory)
    }

    // MARK: Bytes

    private func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 4096)
        writer.append(Self.version)
        for bytes in [configuration, Array(generation.utf8), note, Array(publishing.utf8)] {
            ObservationCodec.append(bytes, to: &writer)
        }
        writer.append(suppressed)
        writer.append(UInt32(inputs.count))
        for input in inputs {
            ObservationCodec.append(Array(input.name.utf8), to: &writer)
            ObservationCodec.append(input.digest, to: &writer)
        }
        writer.append(UInt32(positions.count))
        for position in positions {
            writer.append(UInt64(position.input))
            writer.append(position.bytes)
            writer.append(position.rows)
            writer.append(UInt8(position.isComplete ? 1 : 0))
        }
        writer.append(UInt32(sources.count))
        for source in sources { ObservationCodec.append(Array(source.utf8), to: &writer) }
        writer.append(UInt32(segments.count))
        for segment in segments { Self.encode(segment, into: &writer) }
        marks.encode(into: &writer)
        return writer.bytes.byteArray
    }

    private init(_ bytes: [UInt8]) throws {
        var reader = ByteReader(bytes.rawBytes)
        guard try reader.readUInt8() == Self.version else { throw CodecError.invalid("version") }
        configuration = try ObservationCodec.document(&reader)
        generation = try ObservationCodec.text(&reader)
        note = try ObservationCodec.document(&reader)
        publishing = try ObservationCodec.text(&reader)
        suppressed = try reader.readUInt64()
        for _ in 0..<(try reader.readUInt32()) {
            inputs.append(
                InputSignature(
                    name: try ObservationCodec.text(&reader), digest: try ObservationCodec.document(&reader)))
        }
        for _ in 0..<(try reader.readUInt32()) {
            positions.append(
                InputPosition(
                    input: Int(try reader.readUInt64()), bytes: try reader.readUInt64(),
                    rows: try reader.readUInt64(), isComplete: try reader.readUInt8() == 1))
        }
        for _ in 0..<(try reader.readUInt32()) { sources.append(try ObservationCodec.text(&reader)) }
        for _ in 0..<(try reader.readUInt32()) { segments.append(try Self.segment(&reader)) }
        marks = try StageMarks(&reader)
        try reader.finish()
    }

    init() {}

    private static func encode(_ segment: Segment, into writer: inout ByteWriter) {
        let counts = segment.counts
        for number in [
            segment.number, segment.eventBytes, segment.observationBytes, counts.events, counts.observations,
            counts.behaviours, counts.identifiers, counts.retracted, counts.olderThanPurge, counts.suppressed,
        ] { writer.append(UInt64(number)) }
        writer.append(counts.clock)
        writer.append(UInt32(counts.newest.count))
        for source in counts.newest.indices {
            writer.append(counts.oldest[source])
            writer.append(counts.newest[source])
        }
        BlockEntry.encode(segment.blocks, into: &writer)
    }

    private static func segment(_ reader: inout ByteReader) throws -> Segment {
        var segment = Segment(number: Int(try reader.readUInt64()))
        segment.eventBytes = Int(try reader.readUInt64())
        segment.observationBytes = Int(try reader.readUInt64())
        segment.counts.events = Int(try reader.readUInt64())
        segment.counts.observations = Int(try reader.readUInt64())
        segment.counts.behaviours = Int(try reader.readUInt64())
        segment.counts.identifiers = Int(try reader.readUInt64())
        segment.counts.retracted = Int(try reader.readUInt64())
        segment.counts.olderThanPurge = Int(try reader.readUInt64())
        segment.counts.suppressed = Int(try reader.readUInt64())
        segment.counts.clock = try reader.readInt64()
        for _ in 0..<(try reader.readUInt32()) {
            segment.counts.oldest.append(try reader.readInt64())
            segment.counts.newest.append(try reader.readInt64())
        }
        segment.blocks = try BlockEntry.decode(&reader)
        return segment
    }
}
