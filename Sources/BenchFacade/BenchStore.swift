internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// A store for `bench/`: the verbs that are measured and no more. Errors are those of the layers below.
///
/// Opened for writing; one thread records, any thread resolves with its own intake, which this holds one of.
public final class BenchStore {
    let engine: Engine
    let intake: Intake
    let email: Int
    let environment: Environment
    /// For the purpose `service`, which is granted by default.
    private let request: ViewRequest
    private let access: AuditedAccess

    /// 16 GiB of address space: under a profiler that runs the program on a processor of its own, a TiB is refused.
    private static let configuration = "limits: {map_bytes: 17179869184}"

    /// Identifiers as sent, seen together by one source at one time.
    public struct Observation: Sendable {
        fileprivate let draft: ObservationDraft

        /// - Parameter milliseconds: since 1970, UTC.
        public init(source: String, milliseconds: Int64, identifiers: [(namespace: String, value: String)]) {
            draft = ObservationDraft(
                source: source, time: Timestamp(milliseconds: milliseconds),
                identifiers: identifiers.map { IdentifierDraft(namespace: $0.namespace, value: .raw($0.value)) })
        }

        /// A row of a source's own table.
        ///
        /// - Parameter attributes: JSON.
        public init(
            source: String, milliseconds: Int64, recordID: String,
            identifiers: [(namespace: String, value: String)], attributes: [UInt8]
        ) {
            var said = ObservationDraft(
                source: source, time: Timestamp(milliseconds: milliseconds),
                identifiers: identifiers.map { IdentifierDraft(namespace: $0.namespace, value: .raw($0.value)) })
            said.recordID = recordID
            said.attributes = attributes
            draft = said
        }

        /// A decision for the whole person on one identifier.
        public init(
            source: String, milliseconds: Int64, identifier: (namespace: String, value: String), purpose: String,
            decision: String
        ) {
            var said = DecisionDraft()
            said.purpose = purpose
            said.decision = decision
            said.scope = "profile"
            draft = ObservationDraft(
                source: source, time: Timestamp(milliseconds: milliseconds),
                identifiers: [IdentifierDraft(namespace: identifier.namespace, value: .raw(identifier.value))],
                decisions: [said])
        }
    }

    /// SHA-256 of a value in canonical form, as a partner hashes it: 32 bytes.
    public static func sha256(_ canonical: String) -> [UInt8] {
        Digest(sha256: Array(canonical.utf8).span).bytes
    }

    /// Makes an empty store with the built-in configuration; its root key lies in the directory.
    public static func create(directory: String) throws {
        try Store.create(
            directory: directory, configuration: try Configuration(yaml: configuration, file: "bench"), keyFile: nil,
            random: SystemRandom())
    }

    public init(directory: String) throws {
        engine = try Engine(directory: directory, mode: .write(program: "bench"))
        environment = engine.store.environment
        // A fixed clock, after every observation of a bench.
        intake = try engine.intake { Timestamp(milliseconds: 4_000_000_000_000) }
        // Grants of the bench are given weeks before it.
        let now = Timestamp(milliseconds: 1_765_000_000_000)
        request = engine.request(try engine.purpose(named: "service"), at: now)
        access = try engine.access(
            by: "bench", role: .admin, action: "resolve", reason: "measuring", subjects: [], at: now)
        email = engine.store.configuration.namespaceIndex(named: "email") ?? 0
    }

    // MARK: What is measured

    /// Normalises, keys and applies the observations in one durable transaction; one that is refused is an error.
    public func record(_ observations: [Observation]) throws {
        var keyed: [KeyedObservation] = []
        keyed.reserveCapacity(observations.count)
        for observation in observations { keyed.append(try intake.key(observation.draft)) }
        let report = try engine.apply(.record(keyed))
        if let refusal = report.outcomes.lazy.compactMap(\.refusal).first { throw refusal }
    }

    /// Normalises, keys and enters decisions in one durable transaction.
    public func decide(_ decisions: [Observation]) throws {
        var keyed: [KeyedObservation] = []
        keyed.reserveCapacity(decisions.count)
        for decision in decisions { keyed.append(try intake.key(decision.draft)) }
        try engine.apply(.decide(keyed))
    }

    /// The members that a purpose may see of the profile of a raw e-mail address; 0 where the outcome is generic.
    public func view(email value: String, purpose: UInt8) throws -> Int {
        let key = try intake.identityKey(namespace: email, value: value)
        let asked = ViewRequest(purpose: purpose, now: request.now, context: request.context)
        guard case .profile(let profile) = try engine.view(key, asked) else { return 0 }
        return profile.members.count
    }

    /// As a service does at its start: unknown addresses are judged over components that are denied.
    public func refreshDecoys() throws { try engine.refreshDecoys() }

    /// The members that a purpose may see now, by the decoys in use; 0 where the outcome is generic.
    public func ask(email value: String, purpose: UInt8) throws -> Int {
        let key = try intake.identityKey(namespace: email, value: value)
        let asked = engine.request(purpose, at: Timestamp(milliseconds: request.now))
        guard case .profile(let profile) = try engine.view(key, asked) else { return 0 }
        return profile.members.count
    }

    /// The store's number of a purpose.
    public func purpose(named name: String) throws -> UInt8 { try engine.purpose(named: name) }

    /// The members of the profile of a raw e-mail address; 0 where it is unknown.
    public func resolve(email value: String) throws -> Int {
        let key = try intake.identityKey(namespace: email, value: value)
        guard case .profile(let profile) = try engine.view(key, request) else { return 0 }
        return profile.members.count
    }

    /// The same without consent: the whole cluster from the same component, which nothing but a bench may read.
    public func resolveWhole(email value: String) throws -> Int {
        let key = try intake.identityKey(namespace: email, value: value)
        return try engine.resolve(key, under: access)?.members.count ?? 0
    }

    /// The identity key of a raw e-mail address, as two words.
    public func identityKey(email value: String) throws -> (high: UInt64, low: UInt64) {
        let key = try intake.identityKey(namespace: email, value: value)
        return (key.high, key.low)
    }
}
