import GraphStore
import Identity
import Stitching
import TestSupport

/// People whose records differ by a typing error here and there, encoded under a key of their own.
struct LikePeople {
    private var generator: SeededGenerator
    private var encoder: FeatureEncoder

    private static let given = ["anna", "bernard", "clara", "dietmar", "elisabeth", "francis", "gloria", "hanna"]
    private static let family = [
        "miller", "schneider", "fisher", "weber", "jackson", "becker", "hoffmann", "richter", "klein", "wolff",
        "neumann", "schwarz",
    ]
    private static let towns = ["berlin", "hamburg", "muenchen", "koeln", "dresden"]

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        encoder = try Self.encoder()
    }

    /// The same key in every run, so that what one world has learnt holds in another.
    private static func encoder() throws -> FeatureEncoder {
        FeatureEncoder(schema: .standard, keyRing: try KeyRing(root: RootKey(random: OneByOne())))
    }

    struct Person {
        var attributes: [(name: String, value: String)]
    }

    mutating func person() -> Person {
        func digits(_ number: Int, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - "\(number)".utf8.count)) + "\(number)"
        }
        let date =
            "\(generator.int(1940...2005))-\(digits(generator.int(1...12), 2))-\(digits(generator.int(1...28), 2))"
        return Person(attributes: [
            ("given_name", generator.pick(Self.given)), ("family_name", generator.pick(Self.family)),
            ("birth_date", date), ("locality", generator.pick(Self.towns)),
            ("postal_code", digits(generator.int(10_000...10_080), 5)),
        ])
    }

    /// A record without an error.
    mutating func exact(_ person: Person) throws -> RecordEncoding { try encoder.encode(person.attributes) }

    /// What one record says of a person: now and then a letter too few, or nothing.
    mutating func encoding(_ person: Person) throws -> RecordEncoding {
        var said: [(name: String, value: String)] = []
        for (name, value) in person.attributes {
            if generator.chance(6) { continue }
            var text = value
            if generator.chance(12), name != "birth_date" {
                text.remove(at: text.index(text.startIndex, offsetBy: generator.int(0...text.count - 1)))
            }
            said.append((name, text))
        }
        return try encoder.encode(said)
    }

    /// Versions of records: of each person one to three records, some of them replaced later.
    mutating func observations(people: Int, _ builder: EvidenceBuilder) throws -> [KeyedObservation] {
        var made: [KeyedObservation] = []
        var number = 0
        for _ in 0..<people {
            let person = person()
            for _ in 0..<generator.int(1...3) {
                number += 1
                for version in 0..<(generator.chance(25) ? 2 : 1) {
                    let identifiers = generator.chance(30) ? [("email", generator.int(1...people))] : []
                    let source = generator.chance(50) ? "crm" : "shop"
                    var one = builder.record(
                        number, identifiers, source: version == 0 ? source : "crm", hours: version * 10,
                        version: version)
                    one.record?.attributes = try encoding(person).bytes
                    made.append(one)
                }
            }
        }
        return made
    }

    /// A model of such people, made once.
    static let model: LinkageModel = {
        do {
            var world = try LikePeople(seed: 1)
            var records: [(key: IdentityKey, encoding: RecordEncoding)] = []
            for number in 0..<400 {
                let person = world.person()
                for copy in 0..<2 {
                    let key = EvidenceBuilder.key("training", 2 * number + copy)
                    records.append((key, try world.encoding(person)))
                }
            }
            return try Training.train(RecordTable(records), schema: .standard).model
        } catch {
            preconditionFailure("no model of the tests' people: \(error)")
        }
    }()

    /// The same with small blocks: they fill and empty all the time.
    static func model(blockLimit: Int, version: UInt32 = 1) throws -> LinkageModel {
        var small = model
        small.version = version
        small.blocking = try BlockingPlan([
            .init(rule: BlockingRule([(.whole, .familyName)]), blockLimit: blockLimit),
            .init(rule: BlockingRule([(.year, .birthDate)]), blockLimit: blockLimit),
            .init(rule: BlockingRule([(.whole, .givenName), (.whole, .postalCode)]), blockLimit: blockLimit),
        ])
        return small
    }
}

/// Bytes 0, 1, 2...
private struct OneByOne: RandomSource {
    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        for index in buffer.indices { unsafe buffer[index] = UInt8(truncatingIfNeeded: index) }
    }
}
