internal import Identity
internal import LMDB

/// An observation as a load keeps it until it is recorded. What nothing depends on (placeholders that were left out, and
/// the delivery id where there is no behaviour) is not kept.
///
///     flags 1 | time 8 | source | count 1 | identifiers x (namespace 2, key 16)
///     record      key 16 | id | hash 32 | attributes          flag 1; attributes: flag 2
///     behaviour                                               flag 4
///     context                                                 flag 8
///     decisions   count 2 | decisions                         flag 16
///     delivery id                                             flag 32
///     sighting    14 words of 4                               flag 64
///
/// Texts and documents are a length of 4 and bytes.
enum ObservationCodec {
    private struct Flags: OptionSet {
        var rawValue: UInt8
        static let record = Flags(rawValue: 1)
        static let attributes = Flags(rawValue: 2)
        static let behaviour = Flags(rawValue: 4)
        static let context = Flags(rawValue: 8)
        static let decisions = Flags(rawValue: 16)
        static let id = Flags(rawValue: 32)
        static let sighting = Flags(rawValue: 64)
    }

    static func encode(_ observation: KeyedObservation, into writer: inout ByteWriter) {
        var flags: Flags = []
        if observation.record != nil { flags.insert(.record) }
        if observation.record?.attributes != nil { flags.insert(.attributes) }
        if observation.behaviour != nil { flags.insert(.behaviour) }
        if observation.context != nil { flags.insert(.context) }
        if !observation.decisions.isEmpty { flags.insert(.decisions) }
        let id = observation.behaviour == nil ? nil : observation.id
        if id != nil { flags.insert(.id) }
        if observation.sighting != nil { flags.insert(.sighting) }
        writer.append(flags.rawValue)
        writer.append(observation.time.milliseconds)
        append(Array(observation.source.utf8), to: &writer)
        writer.append(UInt8(observation.identifiers.count))
        for identifier in observation.identifiers { append(identifier, to: &writer) }
        if let record = observation.record {
            append(record.key, to: &writer)
            append(Array(record.recordID.utf8), to: &writer)
            writer.append(contentsOf: record.contentHash.bytes)
            if let attributes = record.attributes { append(attributes, to: &writer) }
        }
        if let behaviour = observation.behaviour { append(behaviour, to: &writer) }
        if let context = observation.context { append(context, to: &writer) }
        if !observation.decisions.isEmpty {
            writer.append(UInt16(observation.decisions.count))
            for decision in observation.decisions { DecisionCodec.encode(decision, into: &writer) }
        }
        if let id { append(Array(id.utf8), to: &writer) }
        if let sighting = observation.sighting { writer.append(contentsOf: sighting.bytes) }
    }

    static func decode(_ bytes: [UInt8], rows: Int) throws -> [KeyedObservation] {
        var reader = ByteReader(bytes.rawBytes)
        var observations: [KeyedObservation] = []
        observations.reserveCapacity(rows)
        for _ in 0..<rows { observations.append(try decode(&reader)) }
        try reader.finish()
        return observations
    }

    private static func decode(_ reader: inout ByteReader) throws -> KeyedObservation {
        let flags = Flags(rawValue: try reader.readUInt8())
        let time = Timestamp(milliseconds: try reader.readInt64())
        let source = try text(&reader)
        var identifiers: [KeyedIdentifier] = []
        for _ in 0..<(try reader.readUInt8()) { identifiers.append(try identifier(&reader)) }
        var observation = KeyedObservation(source: source, time: time, identifiers: identifiers)
        if flags.contains(.record) {
            let key = try key(&reader)
            let id = try text(&reader)
            let hash = try reader.readBytes(Digest.byteCount).byteArray
            guard let digest = Digest(hash) else { throw CodecError.invalid("hash") }
            observation.record = KeyedRecord(
                key: key, recordID: id, contentHash: digest,
                attributes: flags.contains(.attributes) ? try document(&reader) : nil)
        }
        if flags.contains(.behaviour) { observation.behaviour = try document(&reader) }
        if flags.contains(.context) { observation.context = try document(&reader) }
        if flags.contains(.decisions) {
            for _ in 0..<(try reader.readUInt16()) { observation.decisions.append(try DecisionCodec.decode(&reader)) }
        }
        if flags.contains(.id) { observation.id = try text(&reader) }
        if flags.contains(.sighting) {
            observation.sighting = Sighting(bytes: try reader.readBytes(Sighting.byteCount).byteArray)
        }
        return observation
    }

    // MARK: Parts

    static func append(_ bytes: [UInt8], to writer: inout ByteWriter) {
        writer.append(UInt32(bytes.count))
        writer.append(contentsOf: bytes)
    }

    static func append(_ key: IdentityKey, to writer: inout ByteWriter) {
        writer.append(key.high)
        writer.append(key.low)
    }

    static func append(_ identifier: KeyedIdentifier, to writer: inout ByteWriter) {
        writer.append(UInt16(identifier.namespace))
        append(identifier.key, to: &writer)
    }

    static func document(_ reader: inout ByteReader) throws(CodecError) -> [UInt8] {
        try reader.readBytes(Int(try reader.readUInt32())).byteArray
    }

    static func text(_ reader: inout ByteReader) throws(CodecError) -> String {
        String(decoding: try document(&reader), as: UTF8.self)
    }

    static func key(_ reader: inout ByteReader) throws(CodecError) -> IdentityKey {
        IdentityKey(high: try reader.readUInt64(), low: try reader.readUInt64())
    }

    static func identifier(_ reader: inout ByteReader) throws(CodecError) -> KeyedIdentifier {
        KeyedIdentifier(namespace: Int(try reader.readUInt16()), key: try key(&reader))
    }
}
