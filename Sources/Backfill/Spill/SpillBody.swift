internal import Identity
internal import LMDB
internal import Stitching

/// What a writer holds: a value of its own, so that a row costs one check of access and not one for each field.
struct SpillBody: ~Copyable {
    private let plan: SpillPlan
    private var events: BlockWriter?
    private var observations: ObservationSpill?
    private var segment: Segment
    private var row = ByteWriter(capacity: 256)
    /// Tombstones by the load's number of a source.
    private var tombstones: [Int64] = []
    private var kept: [KeyedIdentifier] = []

    init(_ plan: SpillPlan) {
        self.plan = plan
        segment = Segment(number: plan.takeSegmentNumber())
    }

    mutating func append(source: Int, time: Timestamp, identifiers: Span<KeyedIdentifier>) throws {
        _ = try take(source: source, time: time, identifiers: identifiers)
    }

    /// - Returns: whether it was taken and none of its identifiers is suppressed.
    private mutating func take(source: Int, time: Timestamp, identifiers: Span<KeyedIdentifier>) throws -> Bool {
        guard !identifiers.isEmpty, try isTaken(source, time) else { return false }
        precondition(identifiers.count <= min(plan.identifierLimit, 255), "more identifiers than an event may have")
        kept.removeAll(keepingCapacity: true)
        for index in 0..<identifiers.count where !kept.contains(identifiers[index]) { kept.append(identifiers[index]) }
        let all = kept.count
        var isWhole = true
        if !plan.suppressed.isEmpty {
            try kept.removeAll { try plan.suppressed.contains($0.key) }
            guard !kept.isEmpty else {
                segment.counts.suppressed += 1
                segment.counts.clock = max(segment.counts.clock, time.milliseconds)
                return false
            }
            isWhole = kept.count == all
        }
        if let purgeHour = plan.purgeHour {
            keepUnpurged(time, purgeHour)
            guard !kept.isEmpty else {
                segment.counts.olderThanPurge += 1
                return false
            }
        }
        try write(source, time)
        return isWhole
    }

    mutating func append(_ observation: KeyedObservation) throws {
        if observation.record == nil, observation.decisions.isEmpty {
            let source = try plan.number(ofSource: observation.source)
            let isWhole = try take(
                source: source, time: observation.time, identifiers: observation.identifiers.span)
            // What was done is noted once the identifiers are there; a context is read, checked and let go.
            guard isWhole, try tellsFacts(observation) else { return }
            try spill(observation)
            segment.counts.behaviours += 1
            return try rollWhenLong()
        }
        try spill(observation)
        segment.counts.observations += 1
        segment.counts.clock = max(segment.counts.clock, observation.time.milliseconds)
        try rollWhenLong()
    }

    private func tellsFacts(_ observation: KeyedObservation) throws -> Bool {
        if observation.sighting != nil { return true }
        guard let document = observation.behaviour else { return false }
        return try Behaviour(document: document).count > 0
    }

    private mutating func spill(_ observation: KeyedObservation) throws {
        if observations == nil { observations = try ObservationSpill(segment.number, plan) }
        try observations?.append(observation)
    }

    private mutating func write(_ source: Int, _ time: Timestamp) throws {
        let events = try writer()
        let moment = UInt64(time.milliseconds)
        row.removeAll()
        row.append(moment << 16 | UInt64(source))
        row.append(UInt8(kept.count))
        for index in kept.indices {
            let identifier = plan.stored(kept[index])
            let stream = Int(identifier.key.high >> 56)
            let namespace = plan.namespaces[identifier.namespace].rawValue
            try events.append(
                identifier.key.high, identifier.key.low, moment << 16 | UInt64(namespace), to: stream)
            row.append(UInt8(truncatingIfNeeded: stream))
        }
        try Self.append(row, to: events)
        segment.counts.events += 1
        segment.counts.identifiers += kept.count
        segment.counts.note(time.milliseconds, source: source)
        if events.file.length > SpillPlan.segmentBytes { try close() }
    }

    private static func append(_ row: borrowing ByteWriter, to events: BlockWriter) throws {
        try events.append(row.bytes, to: SpillPlan.rowStream)
    }

    private mutating func writer() throws -> BlockWriter {
        if let events { return events }
        let made = try BlockWriter(
            Segment.eventsPath(segment.number, in: plan.directory), streams: SpillPlan.partitions + 1)
        events = made
        return made
    }

    // MARK: What is refused

    /// A retraction that is not older than the event refuses it; the clock moves all the same, as in recording.
    private mutating func isTaken(_ source: Int, _ time: Timestamp) throws -> Bool {
        while tombstones.count <= source { tombstones.append(plan.source(tombstones.count).tombstone) }
        guard time.milliseconds <= tombstones[source] else { return true }
        segment.counts.retracted += 1
        segment.counts.clock = max(segment.counts.clock, time.milliseconds)
        return false
    }

    /// Leaves those identifiers that have a link which a purge would have left.
    private mutating func keepUnpurged(_ time: Timestamp, _ purgeHour: Int32) {
        let all = kept
        kept.removeAll(keepingCapacity: true)
        for first in all {
            let near = plan.namespaces[first.namespace]
            let stays = all.contains { second in
                guard first != second || all.count == 1 else { return false }
                return !plan.policies.isPurged(time, near, plan.namespaces[second.namespace], at: purgeHour)
            }
            if stays { kept.append(first) }
        }
    }

    // MARK: Segments

    private mutating func rollWhenLong() throws {
        if let observations, observations.byteCount > SpillPlan.segmentBytes { try close() }
    }

    /// Writes what waits, synced, and begins another segment.
    mutating func close() throws {
        if let events {
            let file = try events.finish()
            try file.file.sync()
            segment.eventBytes = file.file.length
            segment.blocks = events.blocks
        }
        if let observations { segment.observationBytes = try observations.finish() }
        if segment.eventBytes > 0 || segment.observationBytes > 0 || segment.counts != SpillCounts() {
            plan.add(segment)
        }
        events = nil
        observations = nil
        segment = Segment(number: plan.takeSegmentNumber())
    }
}

extension Policies {
    /// Whether a purge at an hour would have taken an event's word on a link of two namespaces.
    func isPurged(_ time: Timestamp, _ left: NamespaceID, _ right: NamespaceID, at purgeHour: Int32) -> Bool {
        timeToLive(left, right).map { Evidence.expiryHour(time, timeToLive: $0) <= purgeHour } ?? false
    }
}
