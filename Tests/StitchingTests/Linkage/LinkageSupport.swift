import Identity
import Stitching

/// Bytes 0, 1, 2...
struct LinkageKeyBytes: RandomSource {
    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        for index in buffer.indices { unsafe buffer[index] = UInt8(truncatingIfNeeded: index) }
    }
}

typealias Attributes = [(name: String, value: String)]

func linkageEncoder() throws -> FeatureEncoder {
    FeatureEncoder(schema: .standard, keyRing: try KeyRing(root: RootKey(random: LinkageKeyBytes())))
}

/// A key that follows from a number, in an order that is not that of the numbers.
func recordKey(_ number: Int) -> IdentityKey {
    var generator = SeededGenerator(seed: UInt64(number))
    return IdentityKey(high: generator.next(), low: UInt64(number))
}

func encoded(_ records: [Attributes]) throws -> [(key: IdentityKey, encoding: RecordEncoding)] {
    var encoder = try linkageEncoder()
    return try records.enumerated().map { (recordKey($0), try encoder.encode($1)) }
}

/// Small people: some with a second record that has errors, some in pairs of one household.
struct SmallTown {
    private(set) var records: [Attributes] = []
    /// By record.
    private(set) var people: [Int32] = []

    private static let syllables = ["ka", "lo", "mi", "ru", "ten", "sa", "vo", "wi", "bra", "dor", "fel", "gu"]

    init(people count: Int, seed: UInt64, duplicated: Double = 0.5) {
        var generator = SeededGenerator(seed: seed)
        let given = (0..<120).map { _ in Self.word(2, &generator) }
        let families = (0..<500).map { _ in Self.word(3, &generator) }
        let streets = (0..<400).map { _ in Self.word(3, &generator) + " street" }
        func pick(_ words: [String]) -> String {
            words[
                min(
                    Int.random(in: 0..<words.count, using: &generator),
                    Int.random(in: 0..<words.count, using: &generator))]
        }
        var home: (family: String, street: String, number: String, code: String)?
        for person in 0..<count {
            let isAtHome = person % 3 == 1
            if !isAtHome || home == nil {
                home = (
                    pick(families), pick(streets), "\(Int.random(in: 1...200, using: &generator))",
                    "\(Int.random(in: 1_000...9_999, using: &generator))"
                )
            }
            guard let home else { continue }
            var day = "\(Int.random(in: 1_940...2_005, using: &generator))"
            day += "-\(Int.random(in: 10...12, using: &generator))-\(Int.random(in: 10...28, using: &generator))"
            let values: Attributes = [
                ("given_name", pick(given)), ("family_name", home.family), ("birth_date", day),
                ("street_address", home.street), ("house_number", home.number), ("postal_code", home.code),
            ]
            add(values, Int32(person))
            if Double.random(in: 0..<1, using: &generator) < duplicated {
                add(values.map { ($0.name, Self.mistyped($0.value, &generator)) }, Int32(person))
            }
        }
    }

    private mutating func add(_ values: Attributes, _ person: Int32) {
        records.append(values)
        people.append(person)
    }

    private static func word(_ count: Int, _ generator: inout SeededGenerator) -> String {
        (0..<count).map { _ in syllables[Int.random(in: 0..<syllables.count, using: &generator)] }.joined()
    }

    private static func mistyped(_ value: String, _ generator: inout SeededGenerator) -> String {
        guard Double.random(in: 0..<1, using: &generator) < 0.15 else { return value }
        var bytes = Array(value.utf8)
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] =
            bytes[place] &- 48 < 10
            ? 48 + UInt8.random(in: 0..<10, using: &generator) : 97 + UInt8.random(in: 0..<26, using: &generator)
        return String(decoding: bytes, as: UTF8.self)
    }
}
