internal import Engine
package import Identity
internal import Stitching

/// What is left of a scenario without somebody, and whom an erasure should take: naively, from the steps alone.
extension Scenario {
    /// The steps without some keys: as if their evidence had never come.
    ///
    /// An event that loses identifiers still says what it says of the others together; of one that is left alone it says
    /// something only where nothing else is held of it.
    package func without(_ gone: Set<IdentityKey>) -> [Step] {
        let held = HeldEvidence(steps, configuration)
        func isKnown(_ key: IdentityKey) -> Bool {
            held.events.keys.contains { $0.contains(key) && !gone.contains($0.other(than: key)) }
                || held.records.contains { !gone.contains($0.key) && $0.identifiers.contains(key) }
        }
        return steps.flatMap { step -> [Step] in
            switch step {
            case .observe(let observation): Self.without(gone, observation, isKnown)
            case .decide(var observation):
                if gone.isDisjoint(with: observation.decisions.map(\.identifier.key)) {
                    [step]
                } else {
                    [.decide(Self.keepDecisions(&observation, gone))]
                }
            case .assert(let assertion):
                gone.isDisjoint(with: [assertion.first.key, assertion.second.key]) ? [step] : []
            case .retractRecord(_, let record, _): gone.contains(record) ? [] : [step]
            case .retractSource: [step]
            }
        }
    }

    private static func without(
        _ gone: Set<IdentityKey>, _ observation: KeyedObservation, _ isKnown: (IdentityKey) -> Bool
    ) -> [Step] {
        var rest = observation
        _ = keepDecisions(&rest, gone)
        rest.identifiers.removeAll { gone.contains($0.key) }
        let isGone = observation.record.map { gone.contains($0.key) } ?? rest.identifiers.isEmpty
        let isLeftAlone =
            observation.record == nil && rest.identifiers.count == 1 && observation.identifiers.count > 1
        if isGone || (isLeftAlone && isKnown(rest.identifiers[0].key)) {
            return rest.decisions.isEmpty ? [] : [.decide(rest)]
        }
        return [.observe(rest)]
    }

    private static func keepDecisions(
        _ observation: inout KeyedObservation, _ gone: Set<IdentityKey>
    ) -> KeyedObservation {
        observation.decisions.removeAll { gone.contains($0.identifier.key) }
        return observation
    }
}

extension Oracle {
    /// Whom an erasure by one key takes: its profile, but for identifiers that others have too, and what hangs on it alone.
    package func erased(by key: IdentityKey) -> Set<IdentityKey> {
        guard let own = cluster(of: key) else { return remains([key], own: []) }
        return remains(own.filter { isRecord($0) || !isShared($0, own) }, own: own)
    }

    private func isShared(_ key: IdentityKey, _ own: Set<IdentityKey>) -> Bool {
        if hubs.contains(key) { return true }
        return links.contains { link in
            guard link.pair.contains(key), link.pair.low != link.pair.high else { return false }
            let other = link.pair.other(than: key)
            guard !own.contains(other), !isRecord(other) else { return false }
            if evidence.cannotLinks.contains(link.pair) { return false }
            if policy(key).kind == .person, policy(other).kind != .person { return false }
            return !isOfTwo(link)
        }
    }

    /// Two identifiers of a namespace of which a profile has but one.
    private func isOfTwo(_ link: OracleLink) -> Bool {
        policy(link.pair.low).name == policy(link.pair.high).name
            && refused.contains { $0.verdict == .uniquePerProfile && $0.link.pair == link.pair }
    }

    /// With what has expired, hubs and records that hang on what goes and on nobody else who can be seen.
    private func remains(_ taken: Set<IdentityKey>, own: Set<IdentityKey>) -> Set<IdentityKey> {
        var gone = taken
        var isGrowing = !taken.isEmpty
        func isOwn(_ record: HeldEvidence.Record) -> Bool {
            record.identifiers.allSatisfy {
                gone.contains($0) || own.contains($0) || hidden.contains($0) || hubs.contains($0)
            }
        }
        func isRest(_ key: IdentityKey) -> Bool { hidden.contains(key) || (hubs.contains(key) && isAlone(key)) }
        while isGrowing {
            isGrowing = false
            for key in hidden.union(hubs).subtracting(gone) where isRest(key) {
                // A hub that has expired is a hub still: it may be anybody's.
                let hasExpired = !hubs.contains(key)
                let others = evidence.pairs.union(evidence.events.keys).filter { $0.contains(key) }
                    .map { $0.other(than: key) }.filter { $0 != key }
                guard others.contains(where: { gone.contains($0) && !isRecord($0) }) else { continue }
                let isFree = others.allSatisfy { other in
                    gone.contains(other) || (hasExpired && (hidden.contains(other) || hubs.contains(other)))
                }
                let listers = evidence.records.filter { $0.identifiers.contains(key) }
                let areOwn = listers.allSatisfy { record in
                    if gone.contains(record.key) { return true }
                    return isOwn(record) && (hasExpired || !gone.isDisjoint(with: record.identifiers))
                }
                guard isFree, areOwn else { continue }
                gone.insert(key)
                isGrowing = true
            }
        }
        for record in evidence.records where !gone.contains(record.key) {
            if !gone.isDisjoint(with: record.identifiers), isOwn(record) { gone.insert(record.key) }
        }
        return gone
    }

    /// Whether nobody else is in its profile, if it is in any.
    private func isAlone(_ key: IdentityKey) -> Bool { cluster(of: key).map { $0.count == 1 } ?? true }
}
