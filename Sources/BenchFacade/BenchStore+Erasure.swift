internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Erasure as `bench/` measures it.
extension BenchStore {
    /// Makes an empty store in which one principal may erase, and nothing is scrubbed of itself.
    public static func createForErasure(directory: String) throws {
        let yaml = "limits: {map_bytes: 17179869184}\nprivacy: {approvals: 1, scrub_identifiers: 0}\n"
        try Store.create(
            directory: directory, configuration: try Configuration(yaml: yaml, file: "bench"), keyFile: nil,
            random: SystemRandom())
    }

    /// Puts the person of a raw e-mail address out of sight; how long that took, without the request.
    public func fence(email value: String) throws -> Duration {
        let number = try requestErasure(email: value)
        let start = ContinuousClock.now
        try engine.fenceErasure(number, at: Self.erasing)
        return start.duration(to: .now)
    }

    /// Erases the person of a raw e-mail address, but for the scrub; how long that took from the request on.
    public func erase(email value: String) throws -> Duration {
        let start = ContinuousClock.now
        try engine.runErasure(try requestErasure(email: value), at: Self.erasing)
        return start.duration(to: .now)
    }

    private static let erasing = Timestamp(milliseconds: 1_765_000_000_000)

    private func requestErasure(email value: String) throws -> UInt64 {
        let key = try intake.identityKey(namespace: email, value: value)
        let act = PrivacyAct(by: "bench", reason: "measuring", at: Self.erasing)
        let subject = PrivacySubject.key(KeyedIdentifier(namespace: email, key: key))
        return try engine.requestErasure(of: subject, act).number
    }

    /// Builds the store's files anew and overwrites the old ones.
    ///
    /// - Returns: rows that were copied, how long that took, and the overwriting.
    public func scrub() throws -> (rows: Int, copying: Duration, overwriting: Duration) {
        let act = PrivacyAct(
            by: "bench", role: "admin", reason: "measuring", at: Timestamp(milliseconds: 1_765_000_000_000))
        let report = try engine.scrub(act)
        let start = ContinuousClock.now
        _ = try engine.overwriteOldGenerations()
        return (report.rows, report.duration, start.duration(to: .now))
    }

    /// Reads records one by one, and opens what is sealed in each.
    ///
    /// - Parameters:
    ///   - most: as many at most, the first by key.
    ///   - opens: whether it is opened, or only read.
    /// - Returns: how many records, and how long that took.
    public func readRecords(_ most: Int, opens: Bool) throws -> (records: Int, time: Duration) {
        let sealing = engine.store.sealing
        return try engine.store.environment.read { snapshot in
            var keys: [RecordKey] = []
            try snapshot.scan(Tables.records) { key, _ in
                keys.append(key)
                return keys.count < most ? .proceed : .stop
            }
            let start = ContinuousClock.now
            for key in keys {
                guard case .held(let held)? = try snapshot.get(Tables.records, key), opens else { continue }
                _ = try sealing.open(held.sealed, in: Tables.records, key, schema: 1, subject: held.node)
            }
            return (keys.count, start.duration(to: .now))
        }
    }

    /// Has every data key unwrapped anew when it is next needed.
    public func forgetKeys() throws { try engine.store.sealing.slots()?.forgetKeys() }
}
