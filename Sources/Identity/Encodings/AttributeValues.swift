/// The raw values of one record, by the attributes of a schema: scratch of an encoder.
struct AttributeValues: Sendable {
    private var bytes: [UInt8] = []
    /// Empty: not given.
    private var extents: [Range<Int>]
    private var given: [Bool]

    init(count: Int) {
        extents = Array(repeating: 0..<0, count: count)
        given = Array(repeating: false, count: count)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        for index in extents.indices {
            extents[index] = 0..<0
            given[index] = false
        }
    }

    /// Whether the attribute was not given before.
    mutating func add(_ index: Int, _ value: Span<UInt8>) -> Bool {
        guard !given[index] else { return false }
        given[index] = true
        put(index, value)
        return true
    }

    private mutating func put(_ index: Int, _ value: Span<UInt8>) {
        let start = bytes.count
        for position in 0..<value.count { bytes.append(value[position]) }
        extents[index] = start..<bytes.count
    }

    /// The value of an attribute; empty where there is none.
    func withValue<Result>(_ index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        body(bytes.span.extracting(extents[index]))
    }

    func isEmpty(_ index: Int) -> Bool { extents[index].isEmpty }

    /// Fills the names that were not given from a full name: "Family, Given Middle", or the last word as family name and
    /// the first as given name. One word alone is a family name.
    mutating func spreadFullName(in schema: AttributeSchema) {
        guard let full = schema.index(of: "full_name"), !extents[full].isEmpty else { return }
        // The names stand first, in the schema as among the attributes.
        let family = Int(FieldID.familyName.rawValue)
        let given = Int(FieldID.givenName.rawValue)
        guard extents[family].isEmpty, extents[given].isEmpty else { return }
        var words = Self.words(bytes[extents[full]])
        if let comma = words.firstIndex(where: { $0.last == UInt8(ascii: ",") }), comma + 1 < words.count {
            words = words[(comma + 1)...] + words[...comma]
        } else {
            words = words[...]
        }
        guard let last = words.last else { return }
        put(family, last.span)
        guard words.count > 1, let first = words.first else { return }
        put(given, first.span)
        let between = words.dropFirst().dropLast().reduce(into: [UInt8]()) { $0 += $1 }
        if extents[Int(FieldID.additionalName.rawValue)].isEmpty {
            put(Int(FieldID.additionalName.rawValue), between.span)
        }
    }

    /// A comma stays with the word before it.
    private static func words(_ text: ArraySlice<UInt8>) -> ArraySlice<[UInt8]> {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for byte in text {
            if byte != UInt8(ascii: " ") { word.append(byte) }
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: ","), !word.isEmpty {
                words.append(word)
                word = []
            }
        }
        if !word.isEmpty { words.append(word) }
        return words[...]
    }
}
