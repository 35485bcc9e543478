internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// What a store holds, counted from one snapshot.
package struct StoreStatistics: Sendable, Codable {
    package struct Source: Sendable, Codable {
        package var name: String
        /// The newest of its events and of the records that are held.
        package var newestEvidence: String?
        package var tombstone: String?
        package var records: Int

        private enum CodingKeys: String, CodingKey {
            case name, tombstone, records
            case newestEvidence = "newest_evidence"
        }
    }

    package struct Namespace: Sendable, Codable {
        package var identifiers = 0
        /// In no profile: all that is held on them is past its time to live.
        package var hidden = 0
        package var hubs = 0
    }

    package struct ComponentSize: Sendable, Codable {
        package var members: Int
        package var profiles: Int
        /// The id of its oldest profile.
        package var profile: String
    }

    package struct ProfileSize: Sendable, Codable {
        package var profile: String
        /// Identifiers and records.
        package var members: Int
    }

    package struct Space: Sendable, Codable {
        package var mapBytes: Int
        package var fileBytes: Int
        package var usedBytes: Int
        package var readers: Int
        /// Commits since the oldest snapshot that is being read.
        package var oldestReaderLag: UInt64
        package var lastTransaction: UInt64

        private enum CodingKeys: String, CodingKey {
            case readers
            case mapBytes = "map_bytes"
            case fileBytes = "file_bytes"
            case usedBytes = "used_bytes"
            case oldestReaderLag = "oldest_reader_lag"
            case lastTransaction = "last_transaction"
        }
    }

    package var identifiers: [String: Namespace] = [:]
    package var records = 0
    package var retractedRecords = 0
    package var components = 0
    package var profiles = 0
    package var activeLinks = 0
    /// Active links whose ends a constraint keeps in different profiles, by constraint.
    package var refusedLinks: [String: Int] = [:]
    package var suspendedLinks: [String: Int] = [:]
    package var assertions = 0
    /// Entries of all ledgers.
    package var decisions = 0
    /// Entries of the change feed that are kept.
    package var feedEntries: UInt64 = 0
    /// Looks past consent.
    package var auditEntries = 0
    /// Links that the component limit keeps suspended.
    package var componentLimited = 0
    package var largestComponents: [ComponentSize] = []
    package var largestProfiles: [ProfileSize] = []
    package var clock: String = ""
    package var purgeHorizon: String?
    package var sources: [Source] = []
    package var space: Space

    private enum CodingKeys: String, CodingKey {
        case identifiers, records, components, profiles, assertions, decisions, clock, sources, space
        case feedEntries = "feed_entries"
        case auditEntries = "audit_entries"
        case retractedRecords = "retracted_records"
        case activeLinks = "active_links"
        case refusedLinks = "refused_links"
        case suspendedLinks = "suspended_links"
        case componentLimited = "component_limited"
        case largestComponents = "largest_components"
        case largestProfiles = "largest_profiles"
        case purgeHorizon = "purge_horizon"
    }
}

extension Engine {
    /// Reads the whole store once.
    package func statistics() throws -> StoreStatistics {
        let info = try store.environment.info()
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            var count = StatisticsCount(state: state, profileID: { self.profileID($0).description })
            try count.components(transaction)
            try count.suspended(transaction)
            try count.records(transaction)
            return try count.finished(transaction, info)
        }
    }
}
