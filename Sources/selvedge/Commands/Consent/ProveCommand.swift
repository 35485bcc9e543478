internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Export the decisions on an identifier as consent records, in JSON.",
        discussion: """
            An array, one record for each decision, with the fields of ISO/IEC TS 27560. The records of an identifier \
            are a chain that can be verified without the store: record_sha256 is the SHA-256 of record_bytes, and \
            previous_record_sha256, which those bytes hold at offset 36, is the record_sha256 before it (zeros for the \
            first). The audit keeps who looked, why, and at whom.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var access: AccessOptions

    @Option(name: .long, help: ArgumentHelp("This decision alone.", valueName: "id"))
    var decision: String?

    @Flag(name: .long, help: "Indented, for reading.")
    var pretty = false

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE or NAMESPACE#sha256:HEX.", valueName: "identifier"))
    var identifier: String

    func validate() throws {
        try access.check(target, .mustLook)
        if let decision, DecisionID(decision) == nil {
            throw ValidationError("--decision is not a decision's id: 32 hexadecimal digits")
        }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let looker = try access.demandedLooker()
        let engine = try store.openForWriting("consent prove")
        let identifier = try IdentifierArgument.identifier(identifier, engine.intakeNow())
        let audited = try looker.access("consent prove", [identifier.key], engine)
        var records = try engine.proof(of: identifier.key, at: Clock.now, under: audited)
        if let decision = decision.flatMap({ DecisionID($0) }) {
            records.removeAll { $0.recordID != decision.description }
            guard !records.isEmpty else { throw Self.noSuchDecision }
        }
        try Console.line(JSONLine.text(records, pretty: pretty))
    }

    private func run(_ server: ServerStore) throws {
        let subject = try SelvedgeSubject(evidence: identifier)
        let look = access.look ?? SelvedgeLook()
        var records = try server.ask { try await $0.prove(subject, by: look) }
        if let decision = decision.flatMap({ DecisionID($0) }) {
            records = try records.filter { try Self.recordID($0) == decision.description }
            guard !records.isEmpty else { throw Self.noSuchDecision }
        }
        // As the server wrote them, but for white space: what is proved is not written anew.
        let text = "[\(records.joined(separator: ","))]"
        guard pretty else { return try Console.line(text) }
        let array = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let shown = try JSONSerialization.data(
            withJSONObject: array, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        try Console.line(String(decoding: shown, as: UTF8.self))
    }

    private static func recordID(_ record: String) throws -> String? {
        struct Named: Decodable {
            var recordID: String

            private enum CodingKeys: String, CodingKey { case recordID = "record_id" }
        }
        return try JSONDecoder().decode(Named.self, from: Data(record.utf8)).recordID
    }

    private static let noSuchDecision = Failure(
        .refusedInput, "the identifier's ledger has no such decision; see `selvedge consent ledger`")
}
