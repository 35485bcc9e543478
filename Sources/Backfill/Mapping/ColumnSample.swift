internal import Identity

/// What the values of one column look like, by a sample. No value is kept.
struct ColumnSample {
    /// What a value may look like.
    enum Look: Int, CaseIterable {
        case email, phone, uuid, sha256, number, flag
    }

    let name: String
    private(set) var count = 0
    private(set) var filled = 0
    private var looks = [Int](repeating: 0, count: Look.allCases.count)
    private var times = [Int](repeating: 0, count: Self.formats.count)
    private var readers: [TimeReader]
    /// Hashes of values, up to a bound.
    private var distinct: Set<Int> = []

    /// In the order in which they are guessed: where two fit, the first.
    static let formats = [
        "rfc3339", "unix_seconds", "unix_milliseconds", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
        "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y",
    ]

    init(_ name: String) {
        self.name = name
        readers = Self.formats.compactMap { TimeReader(format: $0) }
    }

    mutating func add(_ value: [UInt8]) {
        count += 1
        guard !value.isEmpty else { return }
        filled += 1
        for look in Look.allCases where Self.looks(value, look) { looks[look.rawValue] += 1 }
        for index in readers.indices where Self.isTime(value, index, &readers[index]) { times[index] += 1 }
        if distinct.count < 10_000 { distinct.insert(value.hashValue) }
    }

    /// Of the values that are there, 0 to 1.
    func share(_ look: Look) -> Double { filled == 0 ? 0 : Double(looks[look.rawValue]) / Double(filled) }

    var distinctShare: Double { filled == 0 ? 0 : Double(distinct.count) / Double(min(filled, 10_000)) }
    var distinctCount: Int { distinct.count }
    var filledShare: Double { count == 0 ? 0 : Double(filled) / Double(count) }

    /// The format of time that fits most of the values, and how many; nil: none fits nine in ten.
    var time: (format: String, share: Double)? {
        guard filled > 0, let best = times.max() else { return nil }
        let share = Double(best) / Double(filled)
        guard share >= 0.9, let index = times.firstIndex(of: best) else { return nil }
        return (Self.formats[index], share)
    }

    private static func isTime(_ value: [UInt8], _ index: Int, _ reader: inout TimeReader) -> Bool {
        // Of plain digits, seconds since 2001 have ten and milliseconds thirteen.
        if index == 1, value.count != 10 { return false }
        if index == 2, value.count != 13 { return false }
        return (try? reader.time(value.span)) != nil
    }

    private static func looks(_ value: [UInt8], _ look: Look) -> Bool {
        let isDigit = { (byte: UInt8) in byte &- 0x30 < 10 }
        switch look {
        case .email:
            guard let at = value.firstIndex(of: UInt8(ascii: "@")), at > 0 else { return false }
            return value[at...].contains(UInt8(ascii: ".")) && !value.contains(0x20)
        case .phone:
            let digits = value.count(where: isDigit)
            let marks = Array("+ -().".utf8)
            return (8...15).contains(digits) && value.allSatisfy { isDigit($0) || marks.contains($0) }
                && (value[0] == UInt8(ascii: "+") || value[0] == UInt8(ascii: "0") || digits < value.count)
                && !value.contains(UInt8(ascii: ".")) && value.count { $0 == UInt8(ascii: "-") } != 2
        case .uuid:
            return value.count == 36 && [8, 13, 18, 23].allSatisfy { value[$0] == UInt8(ascii: "-") }
        case .sha256: return value.count == 64 && value.allSatisfy { isDigit($0) || (0x61...0x66).contains($0 | 0x20) }
        case .number: return JSONNumber.isNumber(value)
        case .flag:
            let words = ["0", "1", "true", "false", "yes", "no", "y", "n", "t", "f", "granted", "denied", "withdrawn"]
            return words.contains(String(decoding: value, as: UTF8.self).lowercased())
        }
    }
}

extension TimeReader {
    /// For a guess: in UTC.
    fileprivate init?(format: String) {
        let yaml = "{column: x, format: \"\(format)\", zone: UTC}"
        guard let node = try? ConfigurationNode.parse(yaml: yaml, file: ""), let rule = try? Mapping.Time(node) else {
            return nil
        }
        self.init(rule)
    }
}
