internal import GraphStore
package import Identity
package import LMDB

/// What a search of a data directory's files saw: made by a process of its own, which proves first that it can see.
package struct FileSearch: Codable, Hashable, Sendable {
    package struct Canaries: Codable, Hashable, Sendable {
        package var place: String
        package var planted: Int
        package var seen: Int

        package init(place: String, planted: Int, seen: Int) {
            self.place = place
            self.planted = planted
            self.seen = seen
        }
    }

    package var files = 0
    package var bytes = 0
    package var hits = 0
    /// What is no file with bytes, such as a socket.
    package var skipped = 0
    package var filesWithHits: [String] = []
    package var canaries: [Canaries] = []
    /// Of the program that has searched.
    package var version = ""

    package init() {}
}

/// What the end of an erasure needs from outside of the store.
package struct ErasureTools: Sendable {
    /// What a certificate tells of.
    package struct Ending: Sendable {
        package var status: ErasureStatus
        package var verification: ErasureVerification
        package var search: FileSearch
        package var began: Timestamp
        package var ended: Timestamp
        /// Backups that can still be read, and when the last of them ends.
        package var backups: Backups?
        /// When the sealed entries of the feed are trimmed that tell of it; nil: there are none.
        package var feed: Feed?
    }

    package struct Feed: Hashable, Sendable {
        package var entries: Int
        package var until: Timestamp
    }

    package struct Backups: Hashable, Sendable {
        package var count: Int
        package var until: Timestamp
    }

    /// Searches the files of a directory for patterns, in a process of its own: closing LMDB's files would drop this one's
    /// locks.
    package var search: @Sendable (_ directory: String, _ patterns: [[UInt8]]) throws -> FileSearch
    /// The certificate in words and as JSON.
    package var certificate: @Sendable (Ending) throws -> (text: String, json: String)
    package var now: @Sendable () -> Timestamp

    package init(
        search: @escaping @Sendable (_ directory: String, _ patterns: [[UInt8]]) throws -> FileSearch,
        certificate: @escaping @Sendable (Ending) throws -> (text: String, json: String),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.search = search
        self.certificate = certificate
        self.now = now
    }
}

extension Engine {
    /// Takes an approved erasure to its end, or goes on with it: out of sight, deleted, scrubbed where the store is small,
    /// searched for, certified. Can be called again after an end at any point.
    ///
    /// - Parameters:
    ///   - scrubs: whether a large store is scrubbed too; else the erasure stays deleted until somebody scrubs it.
    ///   - turn: of the writer; others write between its turns, and readers never wait.
    ///   - didStep: called between steps; what it throws stops the run there.
    @discardableResult
    package func completeErasure(
        _ number: UInt64, _ tools: ErasureTools, scrubs: Bool = false,
        options: Environment.Options = Environment.Options(), turn: WriterTurn = .caller,
        didStep: () throws -> Void = {}
    ) throws -> ErasureStatus {
        var status = try runErasure(number, at: tools.now(), turn: turn, didStep: didStep)
        if status.state == .deleted, try scrubs || isScrubbedAtOnce() {
            let act = PrivacyAct(by: "selvedge", role: "admin", reason: "erasure \(number)", at: tools.now())
            _ = try scrub(act, options: options, turn: turn) { _ in try didStep() }
            status = try erasure(number)
            try didStep()
        }
        if status.state == .scrubbed { status = try endErasure(number, tools, turn, didStep) }
        return status
    }

    private func endErasure(
        _ number: UInt64, _ tools: ErasureTools, _ turn: WriterTurn, _ didStep: () throws -> Void
    ) throws -> ErasureStatus {
        let began = tools.now()
        let left = try overwriteOldGenerations()
        guard left == 0 else {
            throw EngineError.notVerified(number, ErasureVerification(oldGenerations: left))
        }
        try didStep()
        let found = try tools.search(store.directory, try patterns(ofErasure: number))
        let verification = try checkErasure(number, fileHits: found.hits)
        try didStep()
        var status = try erasure(number)
        let ended = max(tools.now(), began, status.row.steps.last?.time ?? began)
        status.row.steps.append(.init(state: .verified, time: ended, principal: ""))
        let keys = try backupKeys()
        _ = try keys?.expire(at: ended)
        let backups = try keys?.pending().map { ErasureTools.Backups(count: $0.count, until: $0.until) }
        let certificate = try tools.certificate(
            ErasureTools.Ending(
                status: status, verification: verification, search: found, began: began, ended: ended,
                backups: backups, feed: feed(of: status)))
        return try turn {
            try self.certifyErasure(number, text: certificate.text, json: certificate.json, at: ended)
        }
    }
}

extension Engine {
    /// The feed is trimmed by the store's clock: an entry stays `limits.feed_days` at most.
    private func feed(of status: ErasureStatus) -> ErasureTools.Feed? {
        let nodes = Int(status.row.counts.identifiers + status.row.counts.records)
        guard nodes > 0, let time = status.row.step(.deleted)?.time else { return nil }
        let days = Int64(store.configuration.limits.feedDays)
        return ErasureTools.Feed(
            entries: (nodes + ChangeRow.othersLimit - 1) / ChangeRow.othersLimit,
            until: Timestamp(milliseconds: time.milliseconds + days * 86_400_000))
    }
}
