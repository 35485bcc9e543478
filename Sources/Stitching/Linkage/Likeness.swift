package import Identity

/// A probabilistic link: what a model found two records to have in common.
package struct Likeness: Hashable, Sendable {
    /// What one of the two records says of itself.
    package struct End: Hashable, Sendable {
        package var source: SourceID
        package var time: Timestamp

        package init(source: SourceID, time: Timestamp) {
            self.source = source
            self.time = time
        }
    }

    package var weight: LinkWeight
    /// Of the model.
    package var version: UInt32
    /// Of the record with the lower node id, and of the other.
    package var ends: (End, End)

    package init(weight: LinkWeight, version: UInt32, ends: (End, End)) {
        self.weight = weight
        self.version = version
        self.ends = ends
    }

    package static func == (left: Likeness, right: Likeness) -> Bool {
        left.weight == right.weight && left.version == right.version && left.ends == right.ends
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(weight)
        hasher.combine(version)
        hasher.combine(ends.0)
        hasher.combine(ends.1)
    }
}

extension Likeness {
    /// As a link holds it: a fold for each record, first and last seen at its time, with version and weight in place of days.
    package var evidence: Evidence {
        let word = UInt64(version) << 32 | UInt64(UInt32(bitPattern: weight.rawValue))
        return Evidence(
            folds: [ends.0, ends.1].map { Fold(source: $0.source, first: $0.time, last: $0.time, days: word) })
    }

    /// Nil where a link's evidence holds none.
    package init?(_ evidence: Evidence) {
        guard evidence.folds.count == 2, evidence.records.isEmpty, let first = evidence.folds.first,
            let second = evidence.folds.last
        else { return nil }
        weight = LinkWeight(rawValue: Int32(bitPattern: UInt32(truncatingIfNeeded: first.days)))
        version = UInt32(truncatingIfNeeded: first.days >> 32)
        ends = (End(source: first.source, time: first.last), End(source: second.source, time: second.last))
    }

    /// The likeness seen at one hour: it lives while both records' word does, and ranks as the lesser of their sources. Its weight is
    /// that of the pair, in 1/1024 bit.
    package func standing(at hour: Int32, timeToLive: Int32?, policies: Policies) -> Standing {
        let ranks = [ends.0, ends.1].map { policies.sources[Int($0.source.rawValue)].partyRank }
        var standing = Standing(
            isLive: true, partyRank: max(ranks[0], ranks[1]),
            weight: UInt16(clamping: weight.rawValue), nextLook: nil)
        // Of devices that never expire as well.
        guard let timeToLive = timeToLive ?? policies.likenessHours else { return standing }
        let expiry = Evidence.expiryHour(min(ends.0.time, ends.1.time), timeToLive: timeToLive)
        standing.isLive = hour < expiry
        standing.nextLook = standing.isLive ? expiry : nil
        return standing
    }
}

extension Policies {
    /// The purposes that a likeness may serve: those that both records' sources may, and that take probabilistic links.
    package func serving(_ likeness: Likeness) -> UInt32 {
        let both = [likeness.ends.0, likeness.ends.1].map { sources[Int($0.source.rawValue)].purposes }
        return both[0] & both[1] & (consent?.probabilistic ?? .max)
    }

    /// What a link of a kind is worth at an hour.
    package func standing(_ evidence: Evidence, _ kind: LinkKind, at hour: Int32, timeToLive: Int32?) -> Standing {
        switch kind {
        case .mustLink: Standing(isLive: true, partyRank: 0, weight: 0, nextLook: nil)
        case .probabilistic:
            Likeness(evidence)?.standing(at: hour, timeToLive: timeToLive, policies: self)
                ?? Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
        case .deterministic, .tie: evidence.standing(at: hour, timeToLive: timeToLive, policies: self)
        }
    }

    /// The purposes that evidence may serve at an hour: of any source whose word still stands.
    package func serving(_ evidence: Evidence, at hour: Int32, timeToLive: Int32?) -> UInt32 {
        var mask: UInt32 = 0
        func lives(_ time: Timestamp) -> Bool {
            timeToLive.map { hour < Evidence.expiryHour(time, timeToLive: $0) } ?? true
        }
        for fold in evidence.folds where lives(fold.last) { mask |= sources[Int(fold.source.rawValue)].purposes }
        for record in evidence.records where lives(record.time) {
            mask |= sources[Int(record.source.rawValue)].purposes
        }
        return mask
    }

    /// The purposes that a link of a kind may serve at an hour.
    package func serving(_ evidence: Evidence, _ kind: LinkKind, at hour: Int32, timeToLive: Int32?) -> UInt32 {
        switch kind {
        case .mustLink: .max
        case .probabilistic: Likeness(evidence).map(serving) ?? 0
        case .deterministic, .tie: serving(evidence, at: hour, timeToLive: timeToLive)
        }
    }
}
