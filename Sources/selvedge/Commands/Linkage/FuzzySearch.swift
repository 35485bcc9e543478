internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import Stitching

/// A search by attributes: each look is on record, though it names nobody.
struct FuzzySearch {
    let attributes: String
    let access: AccessOptions
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

    func run(_ target: Target) throws {
        let found =
            switch target {
            case .store(let store): try search(store)
            case .server(let server): try search(server)
            }
        if json { return try JSONLine.print(Answer(found: found)) }
        guard !found.isEmpty else { return try Console.line("nothing is like that") }
        var table = TextTable(["profile", "record", "bits", "probability"])
        for one in found {
            table.add([
                one.profile, "record:\(one.record.source):\(one.record.recordID)", decimal(one.bits, digits: 1),
                decimal(one.probability, digits: 2),
            ])
        }
        try table.print()
    }

    private func search(_ store: StorePlace) throws -> [Answer.Found] {
        let engine = try store.openForWriting("resolve")
        let intake = try engine.intakeNow()
        guard let document = try intake.document(Array(attributes.utf8), field: "attributes") else {
            throw Failure(
                .refusedInput, "--fuzzy takes a JSON object of attributes, such as {\"family_name\":\"Miller\"}")
        }
        let encoding = try intake.encoding(document: document)
        let leave = try access.demandedLooker().access("resolve fuzzy", [], engine)
        return try engine.search(encoding, limit: Self.limit, under: leave).map {
            Answer.Found(
                record: $0.record, profile: $0.profile.description, bits: $0.bits, probability: $0.probability)
        }
    }

    private func search(_ server: ServerStore) throws -> [Answer.Found] {
        guard let look = access.look else { throw Failure(.wrongUsage, "--reason TEXT is required") }
        let attributes = Array(attributes.utf8)
        return try server.ask { try await $0.search(attributes, limit: UInt32(Self.limit), by: look) }.map {
            Answer.Found(
                record: RecordName(source: $0.record.source, recordID: $0.record.recordID), profile: $0.profileID,
                bits: $0.bits, probability: $0.probability)
        }
    }
}
