internal import GraphStore
internal import Identity
internal import LMDB
internal import Offers
internal import Scoring
internal import Stitching

/// What decisions are made with: the latest catalogue and models, and the counters as the snapshot has them.
struct OfferDesk: Sendable {
    let version: UInt32
    let compiled: CompiledCatalogue
    private(set) var decider: Decider
    let models: ScoreModels?
    /// The models' numbers of the catalogue's categories; `UInt32.max` for one that they do not have.
    let categories: [UInt32]
    /// By offer, by arm and by channel.
    let offerNames: [Bytes16]
    let armNames: [Bytes16]
    let channelNames: [UInt32]
    /// By offer and by arm, as counted.
    private(set) var offers: [CounterRow]
    private(set) var arms: [CounterRow]
    private(set) var fallback: CounterRow
    /// What is left, by offer.
    private(set) var counters: Counters
    private var effects: ArmEffects
    private var number: UInt64
    /// `genericScores` of a day.
    var generic: (day: Int32, scores: ProfileScores)?

    /// The name of the fallback.
    static let noName = Bytes16(high: 0, low: 0)

    /// - Throws: `EngineError.noCatalogue` where none is loaded.
    init(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        guard let (version, artefact) = try snapshot.latest(.catalogue) else { throw EngineError.noCatalogue }
        let text = String(decoding: artefact.bytes, as: UTF8.self)
        let compiled = CompiledCatalogue(try Catalogue(yaml: text, file: "(store)"))
        self.version = version
        self.compiled = compiled
        decider = Decider(compiled)
        models = try snapshot.latest(.scores).map { try ScoreModels(decoding: $0.artefact.bytes) }
        categories = compiled.catalogue.categories.map { [models] in models?.category(named: $0) ?? .max }
        offerNames = compiled.catalogue.offers.map { OfferName.hash($0.name) }
        armNames = compiled.arms.map { arm in
            let offer = compiled.catalogue.offers[Int(arm.offer)]
            return OfferName.hash(
                offer.name, offer.variants[Int(arm.variant)].name,
                compiled.catalogue.channels[Int(arm.channel)].name)
        }
        channelNames = compiled.catalogue.channels.map { OfferName.short($0.name) }
        (offers, arms, fallback, number) = ([], [], CounterRow(), 0)
        counters = Counters(full: compiled)
        effects = ArmEffects(arms: compiled.arms.count)
        try refresh(snapshot)
    }

    /// Whether catalogue and models are still the latest.
    func isCurrent(_ snapshot: borrowing some Snapshot & ~Copyable) throws -> Bool {
        let next = ArtefactKey(.catalogue, version + 1)
        let scores = ArtefactKey(.scores, UInt32(clamping: models?.version ?? 0) + 1)
        return try !snapshot.contains(Tables.artefacts, next) && !snapshot.contains(Tables.artefacts, scores)
    }

    /// Reads the counters.
    mutating func refresh(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        offers = try offerNames.map { try snapshot.get(Tables.counters, CounterKey(.offer, $0)) ?? CounterRow() }
        arms = try armNames.map { try snapshot.get(Tables.counters, CounterKey(.arm, $0)) ?? CounterRow() }
        fallback = try snapshot.get(Tables.counters, CounterKey(.arm, Self.noName)) ?? CounterRow()
        number = UInt64(clamping: try snapshot.get(Tables.counters, CounterKey(.numbers))?.values[0] ?? 0)
        for place in offers.indices { countDown(place) }
        effects = ArmEffects(arms.map(\.record), fallback: fallback.record)
    }

    // MARK: Deciding

    mutating func decide(
        _ situation: Situation, draw: Double, wantsTrace: Bool
    ) -> (decision: Decision, trace: Trace?) {
        guard wantsTrace else { return (decider.decide(situation, counters, effects, draw: draw), nil) }
        let both = decider.trace(situation, counters, effects, draw: draw)
        return (both.decision, both.trace)
    }

    /// The terms of what was decided. Before it is counted.
    mutating func terms(of decision: Decision, _ situation: Situation) -> ValueTerms {
        decider.valueTerms(of: decision, situation, counters, effects)
    }

    /// What is left of an offer, by what of it is held and used.
    private mutating func countDown(_ place: Int) {
        let (offer, row) = (compiled.catalogue.offers[place], offers[place])
        if let units = offer.inventory?.units {
            counters.stock[place] = max(0, units - row[.heldUnits] - row[.usedUnits])
        }
        if let budget = offer.budget {
            counters.budget[place] = max(0, budget - row[.heldMoney] - row[.usedMoney])
        }
    }

    // MARK: Counting

    /// The number of the next decision.
    mutating func takeNumber(_ transaction: inout WriteTransaction) throws -> UInt64 {
        number += 1
        var row = CounterRow()
        row.values[0] = Int64(number)
        try transaction.put(Tables.counters, CounterKey(.numbers), row)
        return number
    }

    /// Whether an offer has as much left as a decision would take: after it was given back.
    func hasRoom(_ row: OfferDecisionRow) -> Bool {
        guard let place = offerNames.firstIndex(of: row.offer) else { return true }
        return counters.stock[place] >= Int64(row.units) && counters.budget[place] >= row.money
    }

    /// Counts what a row of a decision has in place of what it had.
    mutating func count(
        _ old: OfferDecisionRow?, _ new: OfferDecisionRow, _ transaction: inout WriteTransaction
    ) throws {
        guard new.hasOffer else { return }
        let key = CounterKey(.offer, new.offer)
        let place = offerNames.firstIndex(of: new.offer)
        var sums = try place.map { offers[$0] } ?? transaction.get(Tables.counters, key) ?? CounterRow()
        if let old { sums.count(old, sign: -1) }
        sums.count(new)
        if let place {
            offers[place] = sums
            countDown(place)
        }
        try transaction.put(Tables.counters, key, sums)
    }

    /// Counts a decision towards what its arm is known by, or takes it out again.
    mutating func learn(
        _ record: OfferRecord, exposures: Int64, responses: Int64, _ transaction: inout WriteTransaction
    ) throws {
        let name =
            record.offer.isEmpty ? Self.noName : OfferName.hash(record.offer, record.variant, record.channel)
        let place = armNames.firstIndex(of: name)
        let key = CounterKey(.arm, name)
        var sums: CounterRow
        if name == Self.noName {
            sums = fallback
        } else if let place {
            sums = arms[place]
        } else {
            sums = try transaction.get(Tables.counters, key) ?? CounterRow()
        }
        sums.learn(record, exposures: exposures, responses: responses)
        if name == Self.noName {
            fallback = sums
            effects.update(fallback: sums.record)
        } else if let place {
            arms[place] = sums
            effects.update(place, sums.record)
        }
        try transaction.put(Tables.counters, key, sums)
    }
}

/// Names as counters and rows have them: fixed hashes, free of the catalogue's numbers.
enum OfferName {
    static func hash(_ parts: String...) -> Bytes16 {
        let bytes = Digest(sha256: Array(parts.joined(separator: "\0").utf8).span).bytes
        return Bytes16(
            high: bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) } | 1)
    }

    /// Of a channel, among a few.
    static func short(_ name: String) -> UInt32 { UInt32(truncatingIfNeeded: hash(name).high >> 32) }
}

/// Of an arm: exposures, responses, and sums of baseline, lift · relevance and p (1 - p), in units of 2⁻³²: integers, so that
/// what is taken out leaves what was there before.
extension CounterRow {
    private static let unit = 0x1p32

    mutating func learn(_ record: OfferRecord, exposures: Int64, responses: Int64) {
        func units(_ value: Double) -> Int64 { Int64((min(max(value, -4), 4) * Self.unit).rounded()) }
        values[0] += exposures
        values[1] += responses
        values[2] += exposures * units(record.baseline)
        values[3] += exposures * units(record.lift * record.relevance)
        values[4] += exposures * units(record.probability * (1 - record.probability))
    }

    var record: ArmRecord {
        var record = ArmRecord()
        record.exposures = Int(values[0])
        record.responses = Int(values[1])
        record.baseline = Double(values[2]) / Self.unit
        record.lift = Double(values[3]) / Self.unit
        record.variance = Double(values[4]) / Self.unit
        return record
    }
}
