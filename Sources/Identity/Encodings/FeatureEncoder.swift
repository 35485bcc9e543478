/// Turns the attributes of records into encodings, under the feature key.
///
/// Holds scratch memory and tables of the tokens that repeat, so a thread has one of its own and keeps it. Raw values live
/// in that scratch until the next record: an encoder is not kept beside a store for longer than it is used.
package struct FeatureEncoder: Sendable {
    package let schema: AttributeSchema

    let hasher: FeatureHasher
    let prefixes: [FeatureHasher.Prefix]
    /// By field: the tokens of all pairs of `BigramTable`'s characters; fields of one namespace share a table.
    let bigrams: [BigramTable?]
    /// By field: the attribute that fills it as a whole.
    let wholeAttributes: [Int]
    /// Of dates, "00" to "99".
    let monthsOrDays: [FieldID: [UInt32]]

    var values: AttributeValues
    /// The normal form at hand, a scalar value to an element.
    var text: [UInt32] = []
    var message: [UInt8] = []
    var payload: [UInt32] = []
    private var fields: [(field: FieldID, start: Int)] = []

    /// Most bytes of one value: longer than any name, street or User-Agent.
    package static let valueBytes = 1_024
    /// Characters of a value from which omissions and bigrams are made; what follows counts for equality alone.
    package static let comparedCharacters = 64

    package init(schema: AttributeSchema, keyRing: KeyRing) {
        self.schema = schema
        let hasher = FeatureHasher(keyRing.feature)
        self.hasher = hasher
        let prefixes = schema.fields.map { hasher.prefix(namespace: $0.namespace) }
        var tables: [String: BigramTable] = [:]
        var bigrams: [BigramTable?] = []
        var monthsOrDays: [FieldID: [UInt32]] = [:]
        for (index, field) in schema.fields.enumerated() {
            if field.kind == .date {
                monthsOrDays[FieldID(UInt8(index))] = (0..<UInt8(100)).map { number in
                    let digits = [UInt8(ascii: "0") + number / 10, UInt8(ascii: "0") + number % 10]
                    return hasher.token(prefixes[index], .monthOrDay, digits)
                }
            }
            guard field.kind == .name || field.kind == .text else {
                bigrams.append(nil)
                continue
            }
            let table = tables[field.namespace] ?? BigramTable(hasher, prefixes[index])
            tables[field.namespace] = table
            bigrams.append(table)
        }
        self.prefixes = prefixes
        self.bigrams = bigrams
        self.monthsOrDays = monthsOrDays
        wholeAttributes = schema.fields.indices.map { index in
            schema.attributes.firstIndex { $0.field == FieldID(UInt8(index)) } ?? 0
        }
        values = AttributeValues(count: schema.attributes.count)
    }

    /// The encoding of attributes by name. Values that are empty, or cannot be read as what they should be, are left out.
    /// Throws `unknownField` with the list of known ones, `duplicateField`, `valueTooLong` or `invalidUTF8`.
    package mutating func encode(_ attributes: [(name: String, value: String)]) throws(Refusal) -> RecordEncoding {
        values.removeAll()
        for (name, value) in attributes {
            let index = try index(of: name)
            let bytes = Array(value.utf8)
            try add(index, bytes.span)
        }
        return finish()
    }

    /// The encoding of attributes as a record holds them: a JSON object of texts, numbers, lists of numbers and nulls.
    package mutating func encode(document: Span<UInt8>) throws(Refusal) -> RecordEncoding {
        values.removeAll()
        do throws(RefusalReason) {
            var reader = JSONReader(document)
            try reader.expect("{")
            if !reader.take("}") {
                repeat { try readMember(&reader) } while reader.take(",")
                try reader.expect("}")
            }
            try reader.expectEnd()
        } catch {
            throw refusal(error)
        }
        return finish()
    }

    private mutating func readMember(_ reader: inout JSONReader) throws(RefusalReason) {
        guard let index = schema.index(of: try reader.string()) else { throw .unknownField }
        try reader.expect(":")
        if reader.takeNull() { return }
        var value: [UInt8] = []
        switch reader.peek() {
        case UInt8(ascii: "\""): value += try reader.string().utf8
        case UInt8(ascii: "["):
            try reader.expect("[")
            if !reader.take("]") {
                repeat {
                    guard reader.peek() != nil else { throw .malformedJSON }
                    try reader.number(into: &value)
                    value.append(UInt8(ascii: " "))
                } while reader.take(",")
                try reader.expect("]")
            }
        case let byte? where byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10:
            try reader.number(into: &value)
        default: throw reader.mismatch()
        }
        guard values.add(index, value.span) else { throw .duplicateField }
        guard value.count <= Self.valueBytes else { throw .valueTooLong }
    }

    private func index(of name: String) throws(Refusal) -> Int {
        guard let index = schema.index(of: name) else { throw refusal(.unknownField) }
        return index
    }

    private mutating func add(_ index: Int, _ value: Span<UInt8>) throws(Refusal) {
        let field = "attributes.\(schema.attributes[index].name)"
        guard value.count <= Self.valueBytes else { throw Refusal(reason: .valueTooLong, field: field) }
        guard values.add(index, value) else { throw Refusal(reason: .duplicateField, field: field) }
    }

    private func refusal(_ reason: RefusalReason) -> Refusal {
        guard reason == .unknownField else { return Refusal(reason: reason, field: "attributes") }
        return Refusal(
            reason: reason, field: "attributes",
            advice: "the attributes are \(schema.names.joined(separator: ", ")), and those of the configuration")
    }

    private mutating func finish() -> RecordEncoding {
        payload.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        values.spreadFullName(in: schema)
        values.separateNames(in: schema)
        values.spreadAddress(in: schema)
        for (index, field) in schema.fields.enumerated() {
            let start = payload.count
            let id = FieldID(UInt8(index))
            switch field.kind.shape {
            case .likeness: appendLikeness(id, field.kind)
            case .category: appendCategory(id, field.kind)
            case .date: appendDate(id)
            case .cells: appendCells(id)
            case .ladder: appendLadder(id, field.kind)
            case .set: appendHours(id)
            }
            if payload.count > start { fields.append((id, start)) }
        }
        return RecordEncoding(fields: fields, payload: payload)
    }
}

/// The tokens of all pairs of a to z, 0 to 9 and the padding: made once, as a record has dozens of them.
struct BigramTable: Sendable {
    private var tokens: [UInt32] = []

    static let padding: UInt32 = 0
    private static let alphabet = 37

    init(_ hasher: FeatureHasher, _ prefix: FeatureHasher.Prefix) {
        let characters = [UInt8(ascii: "_")] + Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        for first in characters {
            for second in characters { tokens.append(hasher.token(prefix, .bigram, [first, second])) }
        }
    }

    /// Nil where one of the two is no character of the table's.
    @inline(__always)
    func token(_ first: UInt32, _ second: UInt32) -> UInt32? {
        let left = Self.number(first)
        let right = Self.number(second)
        return left < 0 || right < 0 ? nil : tokens[left * Self.alphabet + right]
    }

    @inline(__always)
    private static func number(_ character: UInt32) -> Int {
        if character == padding { return 0 }
        if character &- 97 < 26 { return Int(character) - 96 }
        return character &- 48 < 10 ? Int(character) - 21 : -1
    }
}
