package import Identity

/// Effective consent and the views of purposes, written from DESIGN ("Consent") with sets of keys: no masks, no increments,
/// nothing of the store's own algorithm. Clear, not fast.
package struct ConsentOracle {
    package let oracle: Oracle
    private let ledger: NaiveLedger
    private let configuration: Configuration

    package init(_ scenario: Scenario) {
        self.init(scenario.steps, scenario.configuration, asOf: scenario.asOf)
    }

    package init(_ steps: [Step], _ configuration: Configuration, asOf time: Timestamp) {
        oracle = Oracle(steps, configuration, asOf: time)
        ledger = NaiveLedger(steps, configuration)
        self.configuration = configuration
    }

    /// What a caller is shown who asks by `key` for a purpose (an index in the configuration) at `now`; nil: the generic outcome.
    package func visible(_ key: IdentityKey, _ purpose: Int, now: Int64) -> Set<IdentityKey>? {
        guard let cluster = oracle.cluster(of: key) else { return nil }
        let question = Question(cluster: cluster, purpose: purpose, now: now)
        if isDeniedForAll(purpose, question) { return nil }
        let usable = cluster.filter { isUsable($0, asked: key, question) }
        guard usable.contains(key) else { return nil }
        return reached(from: [key], among: usable, question)
    }

    /// Whether a member is hidden by somebody's explicit word on the purpose: its own, or one for the whole person.
    package func isHiddenByDecision(_ key: IdentityKey, _ purpose: Int, now: Int64) -> Bool {
        guard let cluster = oracle.cluster(of: key) else { return false }
        let question = Question(cluster: cluster, purpose: purpose, now: now)
        let own = state(key, purpose, question)
        return own == .denied || own == .deniedForAll || isDeniedForAll(purpose, question)
    }

    private struct Question {
        let cluster: Set<IdentityKey>
        /// What is asked for.
        let purpose: Int
        let now: Int64
    }

    // MARK: Consent

    /// The latest decision of the identifier that has not aged and that nobody has taken back.
    private func state(_ key: IdentityKey, _ purpose: Int, _ question: Question) -> NaiveState {
        let standing = ledger.decisions(key, purpose).filter {
            !ledger.isAged($0, now: question.now) && !isTakenBack($0, question)
        }
        return NaiveLedger.state(ledger.latest(standing))
    }

    /// A grant for the whole person that is its identifier's latest takes back what it names in its cluster; a hub's does not.
    private func isTakenBack(_ decision: KeyedDecision, _ question: Question) -> Bool {
        guard decision.kind != .granted else { return false }
        return question.cluster.contains { member in
            guard !oracle.hubs.contains(member),
                let grant = ledger.latest(ledger.decisions(member, decision.purpose)),
                grant.kind == .granted, grant.scope == .profile, !ledger.isAged(grant, now: question.now)
            else { return false }
            return grant.lifts.contains(decision.id) && decision.time <= grant.time
        }
    }

    /// Across identifiers any denial or withdrawal for the whole person wins; a hub's binds the hub alone.
    private func isDeniedForAll(_ purpose: Int, _ question: Question) -> Bool {
        question.cluster.contains { !oracle.hubs.contains($0) && state($0, purpose, question) == .deniedForAll }
    }

    /// Whether a purpose, or a feature, is granted for one member.
    private func isGranted(_ member: IdentityKey, _ purpose: Int, _ question: Question) -> Bool {
        if isDeniedForAll(purpose, question) { return false }
        switch state(member, purpose, question) {
        case .granted, .grantedForAll: return true
        case .denied, .deniedForAll: return false
        case .undecided: break
        }
        if isGrantedByDefault(purpose, question.cluster) { return true }
        let grantors = question.cluster.filter {
            !oracle.hubs.contains($0) && state($0, purpose, question) == .grantedForAll
        }
        return reached(from: grantors, among: question.cluster, question).contains(member)
    }

    /// The strictest default of the members' jurisdictions; an identifier without one has the store's.
    private func isGrantedByDefault(_ purpose: Int, _ cluster: Set<IdentityKey>) -> Bool {
        let home = configuration.jurisdictionIndex(named: configuration.homeJurisdiction) ?? 0
        var laws: Set<Int> = []
        for member in cluster where !oracle.isRecord(member) {
            let named = ledger.jurisdictions(member)
            laws.formUnion(named.isEmpty ? [home] : named)
        }
        if laws.isEmpty { laws = [home] }
        let policy = configuration.purposes[purpose]
        return laws.allSatisfy { index in
            let law = configuration.jurisdictions[index]
            if let given = policy.defaults[law.name] { return given == .granted }
            return policy.legalBasis != .consent || law.regime == .optOut
        }
    }

    // MARK: Usability

    private func isUsable(_ member: IdentityKey, asked: IdentityKey, _ question: Question) -> Bool {
        guard isGranted(member, question.purpose, question), isSupported(member, question.purpose) else { return false }
        let rests = configuration.purposes[question.purpose].legalBasis == .consent
        guard rests, member != asked else { return true }
        let isDevice = [.device, .session].contains(oracle.policy(member).kind)
        for (feature, policy) in configuration.purposes.enumerated() {
            let isConcerned =
                switch policy.kind {
                case .purpose: false
                case .linkDevices: isDevice
                case .combineSources: oracle.isRecord(member)
                }
            if isConcerned, !isGranted(member, feature, question) { return false }
        }
        return true
    }

    /// Whether a source that may serve the purpose says anything of the member now. A record is its own source's; of an
    /// identifier that is said to be somebody, whoever says so speaks for every purpose.
    private func isSupported(_ member: IdentityKey, _ purpose: Int) -> Bool {
        if oracle.isRecord(member) {
            return oracle.evidence.records.contains { $0.key == member && serves($0.source, purpose) }
        }
        if oracle.links.contains(where: { $0.kind == 0 && $0.pair.contains(member) }) { return true }
        for pair in oracle.evidence.pairs where pair.contains(member) {
            if oracle.liveSources(of: pair).keys.contains(where: { serves($0, purpose) }) { return true }
        }
        return oracle.evidence.records.contains { record in
            record.identifiers.contains(member) && serves(record.source, purpose)
                && oracle.isLive(record.time, record.key, member)
        }
    }

    private func serves(_ source: String, _ purpose: Int) -> Bool {
        guard let purposes = configuration.source(named: source)?.purposes else { return true }
        return purposes.contains(configuration.purposes[purpose].name)
    }

    /// Everything in `among` that links which serve the purpose connect with any of `start`.
    private func reached(
        from start: Set<IdentityKey>, among: Set<IdentityKey>, _ question: Question
    ) -> Set<IdentityKey> {
        let serving = oracle.links.filter { link in
            link.kind == 0 || link.sources.contains { serves($0, question.purpose) }
        }
        var reached = start.intersection(among)
        var grew = true
        while grew {
            grew = false
            for link in serving where reached.contains(link.pair.low) != reached.contains(link.pair.high) {
                guard among.contains(link.pair.low), among.contains(link.pair.high) else { continue }
                reached.formUnion([link.pair.low, link.pair.high])
                grew = true
            }
        }
        return reached
    }
}
