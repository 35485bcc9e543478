package import Identity

/// What one source's events say of a link: a join-semilattice, so that duplicates and disorder change nothing.
package struct Fold: Hashable, Sendable {
    package var source: SourceID
    package var first: Timestamp
    package var last: Timestamp
    /// One bit of 64 for each UTC day, by a fixed hash of the source's name and the day.
    package var days: UInt64

    @inlinable
    package init(source: SourceID, first: Timestamp, last: Timestamp, days: UInt64) {
        self.source = source
        self.first = first
        self.last = last
        self.days = days
    }

    /// The fold of one event.
    @inlinable
    package init(source: SourceID, traits: SourceTraits, time: Timestamp) {
        self.init(source: source, first: time, last: time, days: Fold.dayBit(traits, time))
    }

    @inlinable
    package static func dayBit(_ traits: SourceTraits, _ time: Timestamp) -> UInt64 {
        1 << (FixedHash.mix(traits.sketchSeed ^ UInt64(bitPattern: time.day)) >> 58)
    }

    /// Idempotent, commutative, associative.
    @inlinable
    package mutating func join(_ other: Fold) {
        first = min(first, other.first)
        last = max(last, other.last)
        days |= other.days
    }
}

/// What one record says of a link; replaced or retracted with the record.
package struct RecordContribution: Hashable, Sendable {
    package var record: NodeID
    package var source: SourceID
    package var time: Timestamp

    @inlinable
    package init(record: NodeID, source: SourceID, time: Timestamp) {
        self.record = record
        self.source = source
        self.time = time
    }
}

/// All that is held on one link: events folded by source, records one by one.
package struct Evidence: Hashable, Sendable {
    /// Ascending by source.
    package var folds: [Fold]
    /// Ascending by record.
    package var records: [RecordContribution]

    @inlinable
    package init(folds: [Fold] = [], records: [RecordContribution] = []) {
        self.folds = folds
        self.records = records
    }

    @inlinable
    package var isEmpty: Bool { folds.isEmpty && records.isEmpty }

    /// - Returns: whether anything changed.
    package mutating func join(_ fold: Fold) -> Bool {
        if folds.isEmpty {
            folds = [fold]
            return true
        }
        for index in folds.indices where folds[index].source == fold.source {
            let before = folds[index]
            folds[index].join(fold)
            return folds[index] != before
        }
        let place = folds.firstIndex { fold.source < $0.source } ?? folds.endIndex
        folds.insert(fold, at: place)
        return true
    }

    package mutating func set(_ contribution: RecordContribution) {
        for index in records.indices where records[index].record == contribution.record {
            records[index] = contribution
            return
        }
        let place = records.firstIndex { contribution.record < $0.record } ?? records.endIndex
        records.insert(contribution, at: place)
    }

    package mutating func removeRecord(_ record: NodeID) {
        records.removeAll { $0.record == record }
    }

    /// Union with what another row holds of the same link.
    package mutating func join(_ other: Evidence) {
        for fold in other.folds { _ = join(fold) }
        for contribution in other.records { set(contribution) }
    }
}

/// A link's evidence seen at one hour.
package struct Standing: Hashable, Sendable {
    /// Whether any contribution is within its time to live.
    package var isLive: Bool
    /// 0 where a zero- or first-party source supports it now, else 1.
    package var partyRank: UInt8
    /// Bits set in the union of the live sketches, 0...64 a source.
    package var weight: UInt16
    /// The next hour at which a contribution expires; nil: none will.
    package var nextLook: Int32?

    package init(isLive: Bool, partyRank: UInt8, weight: UInt16, nextLook: Int32?) {
        self.isLive = isLive
        self.partyRank = partyRank
        self.weight = weight
        self.nextLook = nextLook
    }
}

extension Evidence {
    /// The first hour at which a contribution of `time` is hidden.
    @inlinable
    package static func expiryHour(_ time: Timestamp, timeToLive: Int32) -> Int32 {
        time.hour + 1 + timeToLive
    }

    /// The evidence at `hour` (hours since the epoch), a contribution living `timeToLive` hours.
    package func standing(at hour: Int32, timeToLive: Int32?, policies: Policies) -> Standing {
        var standing = Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
        if records.isEmpty {
            for fold in folds { standing.add(fold, at: hour, timeToLive: timeToLive, policies: policies) }
            return standing
        }
        var recordDays: UInt64 = 0
        for fold in folds where standing.admit(fold.last, hour, timeToLive) {
            let source = Int(fold.source.rawValue)
            standing.partyRank = min(standing.partyRank, policies.sources[source].partyRank)
            var days = fold.days
            for record in records where record.source == fold.source && Self.lives(record.time, hour, timeToLive) {
                days |= Fold.dayBit(policies.sources[source], record.time)
            }
            standing.weight += UInt16(days.nonzeroBitCount)
        }
        for (index, record) in records.enumerated() where standing.admit(record.time, hour, timeToLive) {
            let traits = policies.sources[Int(record.source.rawValue)]
            standing.partyRank = min(standing.partyRank, traits.partyRank)
            if folds.contains(where: { $0.source == record.source && Self.lives($0.last, hour, timeToLive) }) {
                continue
            }
            let isFirstOfSource = !records[..<index].contains {
                $0.source == record.source && Self.lives($0.time, hour, timeToLive)
            }
            guard isFirstOfSource else { continue }
            recordDays = 0
            for other in records[index...]
            where other.source == record.source && Self.lives(other.time, hour, timeToLive) {
                recordDays |= Fold.dayBit(traits, other.time)
            }
            standing.weight += UInt16(recordDays.nonzeroBitCount)
        }
        return standing
    }

    @inlinable
    package static func lives(_ time: Timestamp, _ hour: Int32, _ timeToLive: Int32?) -> Bool {
        guard let timeToLive else { return true }
        return hour < expiryHour(time, timeToLive: timeToLive)
    }
}

extension Standing {
    /// Counts in the events of one source, of a link that has no records.
    package mutating func add(_ fold: Fold, at hour: Int32, timeToLive: Int32?, policies: borrowing Policies) {
        guard admit(fold.last, hour, timeToLive) else { return }
        partyRank = min(partyRank, policies.sources[Int(fold.source.rawValue)].partyRank)
        weight += UInt16(fold.days.nonzeroBitCount)
    }

    /// Counts a contribution in if it is within its time to live, and notes when it will not be.
    fileprivate mutating func admit(_ time: Timestamp, _ hour: Int32, _ timeToLive: Int32?) -> Bool {
        guard let timeToLive else {
            isLive = true
            return true
        }
        let expiry = Evidence.expiryHour(time, timeToLive: timeToLive)
        guard hour < expiry else { return false }
        isLive = true
        nextLook = min(nextLook ?? expiry, expiry)
        return true
    }
}
