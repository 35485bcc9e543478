/// What was done to erase a person, how it was checked, and what is still to come: for whoever asks, a regulator among them.
/// It names nobody: the request is known by its hash, what was looked for by its number.
package struct ErasureCertificate: Hashable, Sendable {
    /// The states of an erasure, in their order.
    package enum State: String, Hashable, Sendable, CaseIterable {
        case requested, approved, fenced, shredded, deleted, scrubbed, verified
    }

    package struct Step: Hashable, Sendable {
        package var state: State
        package var time: CertificateTime

        package init(_ state: State, at time: CertificateTime) {
            self.state = state
            self.time = time
        }
    }

    /// What was removed, by the store's own words for it.
    package struct Removal: Hashable, Sendable {
        /// A table's name, or `key_slots`.
        package var what: String
        package var count: Int

        package init(what: String, count: Int) {
            self.what = what
            self.count = count
        }
    }

    /// The search of the data directory, and of the tables' rows.
    package struct Search: Hashable, Sendable {
        package var started: CertificateTime
        package var ended: CertificateTime
        /// Values that were looked for, each in every form.
        package var needles: Int
        package var files: Int
        package var bytes: Int
        package var hits: Int
        /// What lay there and is no file with bytes, such as sockets.
        package var skipped: Int
        /// The first files with hits: where, never what.
        package var filesWithHits: [String]
        /// Rows of tables that were read one by one for the person's internal numbers.
        package var rows: Int
        package var rowHits: Int

        package init(
            _ report: ScanReport, needles: Int, rows: Int, rowHits: Int, started: CertificateTime,
            ended: CertificateTime
        ) {
            self.started = started
            self.ended = ended
            self.needles = needles
            files = report.files.count
            bytes = report.bytes
            hits = report.hitCount
            skipped = report.skipped.count
            filesWithHits = Array(report.files.filter { $0.hits > 0 }.map(\.path).prefix(100))
            self.rows = rows
            self.rowHits = rowHits
        }
    }

    /// What is not done yet, or what nobody can do from here.
    package enum Pending: Hashable, Sendable {
        /// Encrypted backups of before hold the person until the last of them expires.
        case backups(count: Int, until: CertificateTime)
        /// Entries of the change feed that say that somebody was erased, sealed, until the feed is trimmed.
        case feedEntries(count: Int, until: CertificateTime)
        /// The store is scrubbed later: until then bytes may lie in pages that are not in use.
        case scrub(by: CertificateTime)
        /// The file system copies on write, or cannot be asked: overwritten bytes may lie in blocks that it has freed.
        case freedBlocks
        /// Processes that still read the generation of before.
        case readers(count: Int)
    }

    /// The erasure's number in its store.
    package var reference: UInt64
    /// SHA-256 of the request as it was approved.
    package var requestHash: [UInt8]
    /// Principals: who asked and who approved; nil where a configuration lets one act alone.
    package var requester: String
    package var approver: String?
    package var steps: [Step]
    package var removals: [Removal]
    /// Identifiers that were left because others use them too, each with its links to the person gone.
    package var sharedIdentifiersKept: Int
    /// Identifiers that were alike only, and stayed.
    package var likenessesKept: Int
    package var search: Search?
    package var canaries: CanaryProof?
    package var pending: [Pending]
    package var toolVersion: String
    package var issued: CertificateTime

    package init(
        reference: UInt64, requestHash: [UInt8], requester: String, approver: String?, steps: [Step],
        removals: [Removal], sharedIdentifiersKept: Int = 0, likenessesKept: Int = 0, search: Search?,
        canaries: CanaryProof?, pending: [Pending], toolVersion: String, issued: CertificateTime
    ) {
        self.reference = reference
        self.requestHash = requestHash
        self.requester = requester
        self.approver = approver
        self.steps = steps
        self.removals = removals
        self.sharedIdentifiersKept = sharedIdentifiersKept
        self.likenessesKept = likenessesKept
        self.search = search
        self.canaries = canaries
        self.pending = pending
        self.toolVersion = toolVersion
        self.issued = issued
    }
}

extension ErasureCertificate {
    /// What it comes to.
    package enum Verdict: Hashable, Sendable {
        /// Every step was taken, and the search found nothing.
        case erased
        /// The same, and something is pending.
        case erasedWithPending
        /// It cannot be said that the person is erased.
        case notProven([Doubt])
    }

    package enum Doubt: String, Hashable, Sendable, CaseIterable {
        /// A step was not taken, or out of its order.
        case stepMissing = "step_missing"
        case notSearched = "not_searched"
        /// No proof that the search sees, or one with a canary missed.
        case notProvenToSee = "not_proven_to_see"
        case found
        /// One acted alone though two must, or both are the same.
        case samePrincipal = "same_principal"
    }

    package var verdict: Verdict {
        var doubts: [Doubt] = []
        let inOrder =
            steps.map(\.state) == State.allCases && zip(steps, steps.dropFirst()).allSatisfy { $0.time <= $1.time }
        if !inOrder { doubts.append(.stepMissing) }
        if search == nil { doubts.append(.notSearched) }
        if canaries?.isWhole != true { doubts.append(.notProvenToSee) }
        if let search, search.hits + search.rowHits > 0 { doubts.append(.found) }
        if approver == requester { doubts.append(.samePrincipal) }
        if !doubts.isEmpty { return .notProven(doubts) }
        return pending.isEmpty ? .erased : .erasedWithPending
    }
}
