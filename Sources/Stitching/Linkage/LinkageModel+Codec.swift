internal import Identity

/// A model in bytes, canonical: equal models have equal bytes.
///
///     | format 1 | model version 4 | trained records 8 | link threshold 4 | review threshold 4 |
///     | classes 1 | share 8 each | comparisons 1 | comparisons | rules 1 | rule 8, block limit 4 each | check 4 |
///
/// and a comparison:
///
///     | name length 2 | name | field 1 | kind 1 | levels 1 | u 8, mean rarity 8, m 8 for each class, each |
///     | total 8 | other count 8 | values 4 | token 4, count 4 each |
///
/// Integers are big-endian, real numbers IEEE 754 by their bits. The check is the CRC-32 of all before it.
extension LinkageModel {
    /// What cannot be read back.
    package enum Damage: Error, Hashable, Sendable {
        case unknownFormat(UInt8)
        case wrongLength
        case wrongCheck
        /// A number that no model has, and where it stands.
        case impossible(String)
    }

    package static let format: UInt8 = 1
    /// With traffic: after the blocking plan the precision that its threshold states, a length, and a model in bytes of its own.
    package static let formatWithTraffic: UInt8 = 2

    package var bytes: [UInt8] {
        var out = ModelWriter()
        out.put(traffic == nil ? Self.format : Self.formatWithTraffic)
        out.put(version)
        out.put(UInt64(trainedRecords))
        out.put(UInt32(bitPattern: linkThreshold.rawValue))
        out.put(UInt32(bitPattern: reviewThreshold.rawValue))
        out.put(UInt8(shares.count))
        for share in shares { out.put(share.bitPattern) }
        out.put(UInt8(comparisons.count))
        for one in comparisons { one.write(to: &out) }
        out.put(UInt8(blocking.entries.count))
        for entry in blocking.entries {
            out.put(entry.rule.number)
            out.put(UInt32(entry.blockLimit))
        }
        if let traffic {
            let bytes = traffic.asLinkageModel.bytes
            out.put(traffic.precision.bitPattern)
            out.put(UInt32(bytes.count))
            out.bytes += bytes
        }
        out.put(Checksum.crc32(out.bytes.span))
        return out.bytes
    }

    package init(bytes: Span<UInt8>) throws(Damage) {
        guard bytes.count > 5 else { throw .wrongLength }
        guard [Self.format, Self.formatWithTraffic].contains(bytes[0]) else { throw .unknownFormat(bytes[0]) }
        var reader = ModelReader(bytes, position: bytes.count - 4)
        guard Checksum.crc32(bytes.extracting(0..<bytes.count - 4)) == (try reader.word()) else { throw .wrongCheck }
        reader = ModelReader(bytes.extracting(0..<bytes.count - 4), position: 1)
        version = try reader.word()
        trainedRecords = try reader.count(most: RecordTable.recordLimit, "trained records")
        linkThreshold = LinkWeight(rawValue: Int32(bitPattern: try reader.word()))
        reviewThreshold = LinkWeight(rawValue: Int32(bitPattern: try reader.word()))
        guard try reader.byte() == UInt8(PairClass.allCases.count) else { throw .impossible("classes") }
        shares = []
        for _ in PairClass.allCases { shares.append(try reader.real(0...1, "share")) }
        guard shares.reduce(0, +) < 1 else { throw .impossible("shares") }
        comparisons = []
        let count = Int(try reader.byte())
        guard count <= Comparison.limit else { throw .impossible("comparisons") }
        for _ in 0..<count { comparisons.append(try ComparisonModel(&reader)) }
        blocking = try Self.plan(&reader)
        if bytes[0] == Self.formatWithTraffic { traffic = try Self.traffic(&reader) }
        guard reader.isAtEnd else { throw .wrongLength }
    }

    private static func traffic(_ reader: inout ModelReader) throws(Damage) -> TrafficModel {
        let precision = try reader.real(0...1, "precision")
        let length = Int(try reader.word())
        var bytes: [UInt8] = []
        for _ in 0..<length { bytes.append(try reader.byte()) }
        let model = try LinkageModel(bytes: bytes.span)
        guard model.traffic == nil, model.comparisons.map(\.comparison) == TrafficField.allCases.map(\.comparison)
        else { throw .impossible("traffic") }
        return TrafficModel(model, precision: precision)
    }

    private static func plan(_ reader: inout ModelReader) throws(Damage) -> BlockingPlan {
        var entries: [BlockingPlan.Entry] = []
        for _ in 0..<(try reader.byte()) {
            guard let rule = BlockingRule(number: try reader.long()) else { throw .impossible("rule") }
            entries.append(BlockingPlan.Entry(rule: rule, blockLimit: Int(try reader.word())))
        }
        do throws(BlockingPlan.Refusal) {
            return try BlockingPlan(entries)
        } catch {
            throw .impossible("blocking plan")
        }
    }
}

extension ComparisonModel {
    fileprivate func write(to out: inout ModelWriter) {
        let name = Array(name.utf8)
        out.put(UInt16(name.count))
        out.bytes += name
        out.put(comparison.field.rawValue)
        out.put(comparison.kind.rawValue)
        out.put(UInt8(levels.count))
        for level in levels {
            out.put(level.u.bitPattern)
            out.put(level.meanRarity.bitPattern)
            for probability in level.m { out.put(probability.bitPattern) }
        }
        out.put(UInt64(frequencies.total))
        out.put(frequencies.otherCount.bitPattern)
        out.put(UInt32(frequencies.tokens.count))
        for (token, count) in zip(frequencies.tokens, frequencies.counts) {
            out.put(token)
            out.put(count)
        }
    }

    fileprivate init(_ reader: inout ModelReader) throws(LinkageModel.Damage) {
        let length = Int(try reader.byte()) << 8 | Int(try reader.byte())
        var text: [UInt8] = []
        for _ in 0..<length { text.append(try reader.byte()) }
        name = String(decoding: text, as: UTF8.self)
        let field = try reader.byte()
        guard field < 64, let kind = ComparisonKind(rawValue: try reader.byte()) else {
            throw .impossible("comparison")
        }
        comparison = Comparison(field: FieldID(field), kind: kind)
        guard try reader.byte() == UInt8(kind.levelCount) else { throw .impossible("levels") }
        levels = []
        for _ in 0..<kind.levelCount {
            let u = try reader.real(.leastNonzeroMagnitude...1, "u")
            let meanRarity = try reader.real(0...1e300, "mean rarity")
            var m: [Double] = []
            for _ in PairClass.allCases { m.append(try reader.real(.leastNonzeroMagnitude...1, "m")) }
            levels.append(LevelModel(u: u, m: m, meanRarity: meanRarity))
        }
        let total = try reader.count(most: RecordTable.recordLimit, "frequencies")
        let otherCount = try reader.real(1...1e10, "other count")
        let values = Int(try reader.word())
        guard values <= FrequencyTable.limit else { throw .impossible("frequencies") }
        var tokens: [UInt32] = []
        var counts: [UInt32] = []
        for index in 0..<values {
            tokens.append(try reader.word())
            counts.append(try reader.word())
            guard index == 0 || tokens[index] > tokens[index - 1] else { throw .impossible("order of tokens") }
        }
        frequencies = FrequencyTable(tokens: tokens, counts: counts, total: total, otherCount: otherCount)
    }
}

private struct ModelWriter {
    var bytes: [UInt8] = []

    mutating func put(_ word: some FixedWidthInteger) {
        for shift in stride(from: word.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

private struct ModelReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var position: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, position: Int) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(LinkageModel.Damage) -> UInt8 {
        guard position < bytes.count else { throw .wrongLength }
        position += 1
        return bytes[position - 1]
    }

    mutating func word() throws(LinkageModel.Damage) -> UInt32 {
        var word: UInt32 = 0
        for _ in 0..<4 { word = word << 8 | UInt32(try byte()) }
        return word
    }

    mutating func long() throws(LinkageModel.Damage) -> UInt64 {
        UInt64(try word()) << 32 | UInt64(try word())
    }

    mutating func count(most: Int, _ what: String) throws(LinkageModel.Damage) -> Int {
        let value = try long()
        guard value <= UInt64(most) else { throw .impossible(what) }
        return Int(value)
    }

    mutating func real(_ range: ClosedRange<Double>, _ what: String) throws(LinkageModel.Damage) -> Double {
        let value = Double(bitPattern: try long())
        guard range.contains(value) else { throw .impossible(what) }
        return value
    }
}
