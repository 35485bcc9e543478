internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// The stages of a load behind the spill, in order, and what they count.
struct Stages {
    private let load: Load
    private let plan: SpillPlan
    private(set) var report = BackfillReport()
    private var areIdentifiersWritten = false
    /// Events whose behaviour is noted after the building.
    private let behaviours: Int
    private var marks: StageMarks
    /// Keeps the marks in the checkpoint.
    private let save: (StageMarks) throws -> Void

    init(_ load: Load, _ plan: SpillPlan, _ marks: StageMarks, save: @escaping (StageMarks) throws -> Void) {
        self.load = load
        self.plan = plan
        self.marks = marks
        self.save = save
        var counts = SpillCounts()
        for segment in plan.segments { counts.add(segment.counts) }
        report.observations = counts.events + counts.observations
        report.replayed = counts.observations
        behaviours = counts.behaviours
        if counts.retracted > 0 { report.refused[RefusalReason.retracted.rawValue] = counts.retracted }
        if counts.suppressed > 0 { report.refused[RefusalReason.suppressed.rawValue] = counts.suppressed }
        if counts.olderThanPurge > 0 { report.refused[RefusalReason.olderThanPurge.rawValue] = counts.olderThanPurge }
    }

    /// From the spill to ranges that can be written: reads the store and changes nothing of it.
    ///
    /// - Parameter generation: into which identifiers are written already while their links are found, where none of them
    ///   can be known or merged; nil: nothing is written.
    mutating func prepare(for generation: Generation?) throws -> Build {
        let numbering = try Numbering.run(load, &marks)
        try save(marks)
        var early: EarlyIdentifiers?
        if let generation, load.isNew, !marks.isBuilt {
            early = try EarlyIdentifiers(IdentifierWriter(load, numbering, generation, isMerged: nil))
        }
        defer { early?.join() }
        let links = try LinkPass(load, numbering).run(&marks)
        try save(marks)
        let hubs = try HubPass(load, numbering, links).run()
        for (reason, count) in hubs { report.hubs[reason.description] = count }
        let groups = try Groups.run(load, numbering, links)
        let placed = try Placement(load, numbering, links, groups).run()
        load.end()
        try early?.end()
        areIdentifiersWritten = early != nil
        count(numbering)
        report.stages = load.stages
        return Build(load: load, numbering: numbering, links: links, groups: groups, placed: placed)
    }

    private mutating func count(_ numbering: Numbering) {
        var new: [UInt16: Int] = [:]
        var known: [UInt16: Int] = [:]
        for number in 0..<numbering.count {
            let namespace = numbering.namespaces[number]
            if number < numbering.knownCount {
                known[namespace, default: 0] += 1
            } else {
                new[namespace, default: 0] += 1
            }
        }
        report.identifiers = Set(new.keys).union(known.keys).sorted().map {
            BackfillReport.Identifiers(
                namespace: load.state.namespaceName(NamespaceID($0)), new: new[$0] ?? 0, known: known[$0] ?? 0)
        }
    }

    /// Writes the next generation: what is new, then what joins the store's own, then what has to be recorded.
    mutating func write(_ build: Build, to generation: Generation, _ recorder: EvidenceRecorder) throws {
        let wasBuilt = marks.isBuilt
        var state = wasBuilt ? try generation.state() : try writeBuilt(build, generation, recorder)
        var merging = try Merging(build, generation, state: state)
        state = try merging.run(from: marks.mergedRanges) { [marks, save] ranges in
            var marks = marks
            marks.mergedRanges = ranges
            try save(marks)
        }
        if build.groups.mergedCount > 0 { marks.mergedRanges = Placement.ranges }
        try replay(generation, &state, recorder)
        let isMore = !load.isNew || build.groups.mergedCount > 0 || report.replayed > 0
        if wasBuilt || isMore { try countStore(generation) }
        load.end()
        report.stages = load.stages
        report.bytesWritten = report.stages.reduce(0) { $0 + $1.bytes }
        report.peakMemory = load.peakMemory
    }

    /// Writes what is built from the load alone.
    private mutating func writeBuilt(
        _ build: Build, _ generation: Generation, _ recorder: EvidenceRecorder
    ) throws -> StoreState {
        var state = load.state
        state.nextNode += UInt64(build.numbering.count - build.numbering.knownCount)
        if !load.isNew { try sweep(generation, &state, recorder) }
        if !areIdentifiersWritten {
            load.begin("identifiers", total: 1)
            let isMerged = build.groups.isMerged
            try IdentifierWriter(load, build.numbering, generation, isMerged: isMerged).run()
        }
        let written = try BuildWriter(build, generation, state: state).run()
        marks.isBuilt = true
        try save(marks)
        report.components = written.counts.components
        report.profiles = written.counts.profiles
        report.largestComponents = written.counts.largest
        report.links = written.counts.activeLinks + build.placed.suspended
        return written.state
    }

    /// Brings what the store holds to the hour of the load's end.
    private func sweep(_ generation: Generation, _ state: inout StoreState, _ recorder: EvidenceRecorder) throws {
        load.begin("sweep", total: 1)
        let configuration = load.store.configuration
        var held = try generation.environment.read { try StoreState($0, configuration: configuration) }
        guard held.clock < state.clock else { return }
        var transaction = try generation.environment.beginWrite()
        try recorder.sweep(state.clock, load.store, &held, &transaction)
        try transaction.commit()
        state.takeCounters(of: held)
    }

    /// Records what is more than events, a group at a time; a group that is recorded twice changes nothing.
    private mutating func replay(_ generation: Generation, _ state: inout StoreState, _ recorder: EvidenceRecorder)
        throws
    {
        guard report.replayed + behaviours > 0 else { return }
        load.begin("records", total: report.replayed + behaviours)
        let group = load.store.configuration.limits.groupRecords
        var waiting: [KeyedObservation] = []
        var pieces = 0
        for segment in plan.segments {
            guard let file = try segment.openObservations(in: plan.directory) else { continue }
            try ObservationSpill.forEachPiece(of: file, segment.number, plan) { observations in
                pieces += 1
                guard pieces > marks.recordedPieces else { return }
                waiting += observations
                guard waiting.count >= group else { return }
                try record(waiting, generation, &state, recorder)
                waiting.removeAll(keepingCapacity: true)
                marks.recordedPieces = pieces
                try save(marks)
            }
        }
        if !waiting.isEmpty { try record(waiting, generation, &state, recorder) }
    }

    private mutating func record(
        _ observations: [KeyedObservation], _ generation: Generation, _ state: inout StoreState,
        _ recorder: EvidenceRecorder
    ) throws {
        var transaction = try generation.environment.beginWrite()
        let plain = observations.filter { $0.record == nil && $0.decisions.isEmpty }
        var refused: [Refusal] = []
        if plain.count < observations.count {
            let others = observations.filter { $0.record != nil || !$0.decisions.isEmpty }
            refused = try recorder.record(others, load.store, &state, &transaction)
        }
        if !plain.isEmpty { try recorder.noteFacts(plain, load.store, &state, &transaction) }
        try transaction.commit()
        for refusal in refused { report.refused[refusal.reason.rawValue, default: 0] += 1 }
        for _ in observations { try load.step() }
    }

    /// Counts what the store holds where that is more than what was built.
    private mutating func countStore(_ generation: Generation) throws {
        load.begin("counting", total: 1)
        var counts = AssemblyCounts()
        var suspended = 0
        try generation.environment.read { transaction in
            try transaction.scan(Tables.components) { _, payload in
                guard ComponentCodec.isComponent(payload) else { return .proceed }
                let view = try ComponentView(payload)
                counts.note(members: view.memberCount)
                counts.activeLinks += view.linkCount
                counts.profiles += view.livingClusters
                return .proceed
            }
            try transaction.scan(Tables.suspended) { ends, _ in
                if ends.first <= ends.second { suspended += 1 }
                return .proceed
            }
        }
        report.components = counts.components
        report.profiles = counts.profiles
        report.largestComponents = counts.largest
        report.links = counts.activeLinks + suspended
    }
}
