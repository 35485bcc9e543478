internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching

/// A search by attributes: each look is on record, though it names nobody.
struct FuzzySearch {
    let attributes: String
    let looker: Looker
    let json: Bool

    private static let limit = 20

    private struct Answer: Encodable {
        struct Found: Encodable {
            var record: RecordName
            var profile: String
            var bits: Double
            var probability: Double
        }

        var found: [Found]
    }

    func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("resolve")
        let intake = try engine.intakeNow()
        guard let document = try intake.document(Array(attributes.utf8), field: "attributes") else {
            throw Failure(
                .refusedInput, "--fuzzy takes a JSON object of attributes, such as {\"family_name\":\"Miller\"}")
        }
        let encoding = try intake.encoding(document: document)
        let access = try looker.access("resolve fuzzy", [], engine)
        let found = try engine.search(encoding, limit: Self.limit, under: access)
        if json {
            return try JSONLine.print(
                Answer(
                    found: found.map {
                        Answer.Found(
                            record: $0.record, profile: $0.profile.description, bits: $0.bits,
                            probability: $0.probability)
                    }))
        }
        guard !found.isEmpty else { return try Console.line("nothing is like that") }
        var table = TextTable(["profile", "record", "bits", "probability"])
        for one in found {
            table.add([
                one.profile.description, "record:\(one.record.source):\(one.record.recordID)",
                decimal(one.bits, digits: 1), decimal(one.probability, digits: 2),
            ])
        }
        try table.print()
    }
}
