/// What one event shows of its device and its network, as keyed tokens of 32 bits; 0 stands for what is not known.
///
///     | network 3 | browser 3 | screen | time zone | language 2 | place 4 |
///
///     network   the address, /24, /16; of version 6 /64, /48, /32, as the rest of it changes every day
///     browser   the text without digits, browser and system, system
///     language  the tag, its first part
///     place     four overlapping cells of 2.5 km
package struct Sighting: Hashable, Sendable {
    /// As drawn.
    package private(set) var words: [UInt32]

    package static let wordCount = 14
    /// Bytes of an encoding.
    package static let byteCount = 4 * wordCount

    /// - Precondition: `wordCount` words.
    package init(words: [UInt32]) {
        precondition(words.count == Self.wordCount, "a sighting has \(Self.wordCount) words")
        self.words = words
    }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// The words, big-endian.
    package var bytes: [UInt8] {
        words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    /// Nil where the bytes are not as many as a sighting has.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        words = stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }
}

extension Sighting: CustomStringConvertible {
    package var description: String { "<redacted>" }
}

extension FeatureEncoder {
    /// The attributes of an event that matter to matching devices; all others are passed over.
    private static let ofTraffic: Set<String> = [
        "ip", "user_agent", "screen", "time_zone", "language", "latitude", "longitude",
    ]

    /// What an event shows, from its attributes as a JSON object in canonical form; nil: nothing that can be compared.
    package mutating func sighting(document: Span<UInt8>) throws(Refusal) -> Sighting? {
        values.removeAll()
        do throws(RefusalReason) {
            var reader = JSONReader(document)
            try reader.expect("{")
            if !reader.take("}") {
                repeat { try readTraffic(&reader) } while reader.take(",")
            }
        } catch {
            throw Refusal(reason: error, field: "attributes")
        }
        payload.removeAll(keepingCapacity: true)
        appendNetwork()
        appendBrowser()
        appendWords(of: .screen, 1) { $0.appendCategory(.screen, .screen) }
        appendWords(of: .timeZone, 1) { $0.appendCategory(.timeZone, .category) }
        appendLanguage()
        appendPlace()
        let sighting = Sighting(words: payload)
        return sighting.isEmpty ? nil : sighting
    }

    private mutating func readTraffic(_ reader: inout JSONReader) throws(RefusalReason) {
        let name = try reader.string()
        try reader.expect(":")
        var value: [UInt8] = []
        guard Self.ofTraffic.contains(name), let index = schema.index(of: name) else {
            return try reader.canonicalValue(into: &value)
        }
        switch reader.peek() {
        case UInt8(ascii: "\""): value += try reader.string().utf8
        case let byte? where byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10:
            try reader.number(into: &value)
        default:
            // Of another kind than it should be: it says nothing.
            var ignored: [UInt8] = []
            try reader.canonicalValue(into: &ignored)
        }
        guard value.count <= Self.valueBytes else { throw .valueTooLong }
        guard !value.isEmpty else { return }
        values.put(index, value.span)
    }

    /// So many words of a field, zeros where it says nothing.
    private mutating func appendWords(of field: FieldID, _ count: Int, _ body: (inout Self) -> Void) {
        let start = payload.count
        body(&self)
        while payload.count < start + count { payload.append(0) }
    }

    private mutating func appendNetwork() {
        let index = attributeIndex(of: .ip)
        let rungs = values.isEmpty(index) ? [] : values.withValue(index) { InternetAddress($0)?.trafficRungs ?? [] }
        for position in 0..<3 {
            guard position < rungs.count else {
                payload.append(0)
                continue
            }
            let message = [UInt8(ascii: "t") + UInt8(position)] + rungs[position]
            payload.append(hasher.token(prefixes[Int(FieldID.ip.rawValue)], .rung, message))
        }
    }

    /// Versions go up, of the system too: the text counts without any digit.
    private mutating func appendBrowser() {
        appendWords(of: .userAgent, 3) { $0.appendLadder(.userAgent, .userAgent) }
        let start = payload.count - 3
        guard payload[start] != 0 else { return }
        let text = values.bytes(attributeIndex(of: .userAgent)).filter { byte in
            byte &- UInt8(ascii: "0") >= 10 && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "_")
        }
        let prefix = prefixes[Int(FieldID.userAgent.rawValue)]
        payload[start] = hasher.token(prefix, .rung, [UInt8(ascii: "t")] + text)
    }

    private mutating func appendLanguage() {
        let start = payload.count
        appendWords(of: .language, 3) { $0.appendLadder(.language, .language) }
        // Of the three rungs the middle one is empty.
        payload.remove(at: start + 1)
    }

    private mutating func appendPlace() {
        let start = payload.count
        appendCells(.place)
        let cells = Array(payload[start...])
        payload.removeSubrange(start...)
        payload += cells.count == 12 ? Array(cells[4..<8]) : [0, 0, 0, 0]
    }
}

extension InternetAddress {
    /// What a device's networks are compared by: of version 6 no more than the prefix that a household has.
    var trafficRungs: [[UInt8]] {
        bytes.count == 4 ? rungs : [Array(bytes.prefix(8)), Array(bytes.prefix(6)), Array(bytes.prefix(4))]
    }
}
