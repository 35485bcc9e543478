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

    mutating func put(_ index: Int, _ value: Span<UInt8>) {
        let start = bytes.count
        for position in 0..<value.count { bytes.append(value[position]) }
        extents[index] = start..<bytes.count
    }

    /// The value of an attribute; empty where there is none.
    func withValue<Result>(_ index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        body(bytes.span.extracting(extents[index]))
    }

    /// The bytes of an attribute; empty where there is none.
    func bytes(_ index: Int) -> [UInt8] { Array(bytes[extents[index]]) }

    func isEmpty(_ index: Int) -> Bool { extents[index].isEmpty }
}
