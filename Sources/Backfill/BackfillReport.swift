/// What a load did. Counts and names only.
package struct BackfillReport: Sendable {
    /// The identifiers of one namespace that the load names.
    package struct Identifiers: Hashable, Sendable {
        package var namespace: String
        /// Those that the store did not have.
        package var new: Int
        package var known: Int

        package init(namespace: String, new: Int, known: Int) {
            self.namespace = namespace
            self.new = new
            self.known = known
        }
    }

    /// Where the time went.
    package struct Stage: Hashable, Sendable {
        package var name: String
        package var seconds: Double
        /// Bytes that it wrote.
        package var bytes: Int

        package init(name: String, seconds: Double, bytes: Int) {
            self.name = name
            self.seconds = seconds
            self.bytes = bytes
        }
    }

    package var identifiers: [Identifiers] = []
    package var observations = 0
    /// Observations that went through the recorder, one by one.
    package var replayed = 0
    /// Links of the whole store, suspended ones included, each once.
    package var links = 0
    package var components = 0
    package var profiles = 0
    /// Members, the largest first; at most ten.
    package var largestComponents: [Int] = []
    /// Identifiers that are hubs, by reason.
    package var hubs: [String: Int] = [:]
    /// Observations that the store refused, by reason.
    package var refused: [String: Int] = [:]
    package var bytesWritten = 0
    /// Bytes resident at most, the map excluded where the system says so.
    package var peakMemory = 0
    package var stages: [Stage] = []

    package init() {}
}

/// How far a load is; told a few times a second.
package struct BackfillProgress: Sendable {
    /// Such as `links`; a stage's name is the same in every load.
    package var stage: String
    package var done: Int
    /// In the same unit as `done`; 0: not known.
    package var total: Int

    package init(stage: String, done: Int, total: Int) {
        self.stage = stage
        self.done = done
        self.total = total
    }
}
