internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Erasure as `bench/` measures it.
extension BenchStore {
    /// How long the parts of an erasure took.
    public struct ErasureTimes: Sendable {
        public var fence: Duration
        /// From the request to the deletion, the fence included.
        public var deletion: Duration
    }

    /// Makes an empty store in which one principal may erase, and nothing is scrubbed of itself.
    public static func createForErasure(directory: String) throws {
        let yaml = "limits: {map_bytes: 17179869184}\nprivacy: {approvals: 1, scrub_identifiers: 0}\n"
        try Store.create(
            directory: directory, configuration: try Configuration(yaml: yaml, file: "bench"), keyFile: nil,
            random: SystemRandom())
    }

    /// Erases the person of a raw e-mail address, but for the scrub.
    public func erase(email value: String) throws -> ErasureTimes {
        let key = try intake.identityKey(namespace: email, value: value)
        let act = PrivacyAct(by: "bench", reason: "measuring", at: Timestamp(milliseconds: 1_765_000_000_000))
        let subject = PrivacySubject.key(KeyedIdentifier(namespace: email, key: key))
        let start = ContinuousClock.now
        let number = try engine.requestErasure(of: subject, act).number
        let fencing = ContinuousClock.now
        try engine.fenceErasure(number, at: act.time)
        let fence = fencing.duration(to: .now)
        try engine.runErasure(number, at: act.time)
        return ErasureTimes(fence: fence, deletion: start.duration(to: .now))
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
    /// - Parameter opens: whether it is opened, or only read.
    /// - Returns: how many records, and how long that took.
    public func readRecords(opens: Bool) throws -> (records: Int, time: Duration) {
        let sealing = engine.store.sealing
        return try engine.store.environment.read { snapshot in
            var keys: [RecordKey] = []
            try snapshot.scan(Tables.records) { key, _ in
                keys.append(key)
                return .proceed
            }
            let start = ContinuousClock.now
            for key in keys {
                guard case .held(let held)? = try snapshot.get(Tables.records, key), opens else { continue }
                _ = try sealing.open(held.sealed, in: Tables.records, key, schema: 1, subject: held.node)
            }
            return (keys.count, start.duration(to: .now))
        }
    }
}
