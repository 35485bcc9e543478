internal import GraphStore
internal import Identity

/// What a repartition would change, or has changed.
package struct RepartitionReport: Sendable, Codable {
    /// A profile that changes, and those that it is made of or comes apart into.
    package struct Sample: Sendable, Codable {
        package var profile: String
        package var others: [String]
    }

    package struct Digests: Sendable, Codable {
        package var partition: String
        package var content: String

        init(_ digests: StoreDigests) {
            partition = digests.partition.description
            content = digests.content.description
        }
    }

    /// Whether the store is changed; false: this is a dry run, or there was nothing to change.
    package internal(set) var isApplied = false
    /// What the new configuration has otherwise, one line a field.
    package internal(set) var configurationChanges: [String] = []
    package internal(set) var profilesBefore = 0
    package internal(set) var profilesAfter = 0
    /// Profiles afterwards that are made of two or more.
    package internal(set) var merged = 0
    /// Profiles before that come apart into two or more.
    package internal(set) var split = 0
    /// Profiles afterwards of which no member was in any: what had expired is seen again.
    package internal(set) var created = 0
    /// Profiles before of which no member is in any: all of them has expired.
    package internal(set) var gone = 0
    /// Components that the limit of their size cuts, each evaluated whole.
    package internal(set) var overfullComponents = 0
    package internal(set) var mergedSamples: [Sample] = []
    package internal(set) var splitSamples: [Sample] = []
    package internal(set) var before: Digests
    package internal(set) var after: Digests

    /// Most samples of each kind, and most other profiles named in one.
    static let sampleLimit = 10

    init(before: StoreDigests) {
        self.before = Digests(before)
        after = self.before
    }

    private enum CodingKeys: String, CodingKey {
        case merged, split, created, gone, before, after
        case isApplied = "applied"
        case configurationChanges = "configuration_changes"
        case profilesBefore = "profiles_before"
        case profilesAfter = "profiles_after"
        case overfullComponents = "overfull_components"
        case mergedSamples = "merged_samples"
        case splitSamples = "split_samples"
    }
}

/// How far a repartition has come.
package struct RepartitionProgress: Sendable {
    package enum Stage: UInt8, Sendable, CaseIterable {
        case copying = 1
        case components, suspended, assertions, decisions, overfull, heirs, feed, finished
    }

    package var stage: Stage
    /// Rows of the stage so far, those of an earlier run that was stopped left out.
    package var rows: Int
}

extension RepartitionProgress.Stage: CustomStringConvertible {
    package var description: String {
        switch self {
        case .copying: "copying what does not change"
        case .components: "evaluating components"
        case .suspended: "evaluating suspended links"
        case .assertions: "applying assertions"
        case .decisions: "applying decisions"
        case .overfull: "evaluating over-full components whole"
        case .heirs: "passing on ids of expired identifiers"
        case .feed: "writing the change feed"
        case .finished: "comparing"
        }
    }
}
