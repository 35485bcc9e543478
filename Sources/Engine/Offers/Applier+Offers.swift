internal import GraphStore
internal import Identity
internal import LMDB
internal import Offers
internal import Scoring
internal import Stitching

/// Decisions with what they reserve, and what became of them: each in one transaction with its counters.
extension Applier {
    mutating func apply(
        _ command: OfferCommand, _ report: inout CommandReport, _ transaction: inout WriteTransaction
    ) throws {
        switch command {
        case .keepScores(let bytes, let time):
            report.number = UInt64(try keep(bytes, .scores, time, &transaction))
        case .loadCatalogue(let bytes, let time):
            report.number = UInt64(try keep(bytes, .catalogue, time, &transaction))
        case .decide(let questions):
            for question in questions { report.offers.append(try decide(question, &transaction)) }
        case .outcomes(let outcomes):
            for outcome in outcomes { report.effects.append(try enter(outcome, &transaction)) }
        case .release(let time):
            var desk = try takeDesk(transaction)
            report.number = UInt64(try release(until: time, &desk, &transaction))
            self.desk = desk
        }
    }

    private func keep(
        _ bytes: [UInt8], _ kind: ArtefactKey.Kind, _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws -> UInt32 {
        let version = (try transaction.latest(kind)?.version ?? 0) + 1
        var bytes = bytes
        if kind == .scores {
            var models = try ScoreModels(decoding: bytes)
            models.version = UInt64(version)
            bytes = models.encoded()
        }
        try transaction.put(Tables.artefacts, ArtefactKey(kind, version), Artefact(time: time, bytes: bytes))
        return version
    }

    /// The desk as the transaction has it: read anew where something else has written since.
    private mutating func takeDesk(_ transaction: borrowing WriteTransaction) throws -> OfferDesk {
        if var desk, try desk.isCurrent(transaction) {
            if !isDeskFresh { try desk.refresh(transaction) }
            isDeskFresh = true
            return desk
        }
        isDeskFresh = true
        return try OfferDesk(transaction)
    }

    // MARK: Deciding

    private mutating func decide(
        _ question: OfferQuestion, _ transaction: inout WriteTransaction
    ) throws -> OfferAnswer {
        var desk = try takeDesk(transaction)
        _ = try release(until: question.now, &desk, &transaction)
        let reader = OfferReader(
            facts: SealedFacts(keyRing, sealing), masks: sourceMasks, configuration: state.configuration)
        let request = ViewRequest(
            purpose: question.purpose, now: question.now.milliseconds, context: viewContext(state))
        let purpose = state.purposes[Int(question.purpose)]
        let asked = try reader.situation(question, request, purpose: purpose, desk, transaction)
        let (decision, terms, trace) = desk.decide(
            asked.situation, draw: question.draw, wantsTrace: question.wantsTrace)
        let number = try desk.takeNumber(&transaction)
        let key = OfferDecisionKey(node: asked.home ?? NodeID(0), number: number)
        let record = asked.record(decision, terms, question, desk)
        var row = Self.row(decision, record, question, desk)
        try SealedDecisions(keyRing, sealing).seal(record, into: &row, key, &transaction)
        try transaction.put(Tables.decisions, key, row)
        if row.state == .held {
            try transaction.put(Tables.reservations, ReservationKey(expires: row.expires, decision: key), ())
        }
        try desk.count(nil, row, &transaction)
        try desk.learn(record, exposures: 1, responses: 0, &transaction)
        self.desk = desk
        var answer = desk.answer(decision, asked, trace)
        answer.id = OfferDecisionID(key, keyRing.profileCipher)
        if row.state == .held { answer.expires = row.expires }
        return answer
    }

    private static func row(
        _ decision: Decision, _ record: OfferRecord, _ question: OfferQuestion, _ desk: OfferDesk
    ) -> OfferDecisionRow {
        let seconds = Int64(min(max(question.holdSeconds, 1), OfferQuestion.longestHold))
        var row = OfferDecisionRow(
            state: .none, isContact: false, time: question.now,
            expires: Timestamp(milliseconds: question.now.milliseconds + seconds * 1_000), offer: OfferDesk.noName,
            channel: 0, units: 0, money: 0, contentHash: [], sealed: [])
        guard let arm = decision.arm else { return row }
        row.state = .held
        row.isContact = true
        row.offer = desk.offerNames[Int(arm.offer)]
        row.channel = desk.channelNames[Int(arm.channel)]
        row.units = desk.compiled.catalogue.offers[Int(arm.offer)].inventory == nil ? 0 : 1
        row.money = decision.discount + decision.extra
        return row
    }

    // MARK: Outcomes

    private mutating func enter(
        _ outcome: OfferOutcome, _ transaction: inout WriteTransaction
    ) throws -> OutcomeEffect {
        var desk = try takeDesk(transaction)
        _ = try release(until: outcome.time, &desk, &transaction)
        guard let key = outcome.decision.key(keyRing.profileCipher),
            let old = try transaction.get(Tables.decisions, key)
        else {
            self.desk = desk
            return .unknown
        }
        let sealer = SealedDecisions(keyRing, sealing)
        guard let before = try sealer.record(old, key) else {
            self.desk = desk
            return .unknown
        }
        var record = before
        record.outcomes.add(outcome.kind, at: outcome.time, amount: outcome.amount)
        var row = old
        let isUse = outcome.kind == .redeemed || outcome.kind == .bought
        if isUse, old.hasOffer, old.state == .held || old.state == .released {
            row.state = old.state == .held || desk.hasRoom(old) ? .used : .late
        }
        if outcome.kind != .returned, row.hasOffer { row.isContact = true }
        guard record != before || row != old else {
            self.desk = desk
            return .unchanged
        }
        try sealer.seal(record, into: &row, key, &transaction)
        try transaction.put(Tables.decisions, key, row)
        if old.state == .held, row.state != .held {
            _ = try transaction.delete(Tables.reservations, ReservationKey(expires: old.expires, decision: key))
        }
        try desk.count(old, row, &transaction)
        let exposures: Int64 = row.hasOffer && row.isContact && !old.isContact ? 1 : 0
        let responses: Int64 = record.outcomes.hasConverted && !before.outcomes.hasConverted ? 1 : 0
        try desk.learn(record, exposures: exposures, responses: responses, &transaction)
        self.desk = desk
        return row.state == .late && old.state != .late ? .late : .entered
    }

    /// Gives back what decisions hold past their time; one that was never shown is no contact.
    ///
    /// - Returns: how many.
    private func release(
        until now: Timestamp, _ desk: inout OfferDesk, _ transaction: inout WriteTransaction
    ) throws -> Int {
        var due: [ReservationKey] = []
        try transaction.scan(Tables.reservations) { key, _ in
            guard key.expires <= now, due.count < Self.pieceSize else { return .stop }
            due.append(key)
            return .proceed
        }
        let sealer = SealedDecisions(keyRing, sealing)
        for key in due {
            _ = try transaction.delete(Tables.reservations, key)
            guard let old = try transaction.get(Tables.decisions, key.decision), old.state == .held else { continue }
            let record = try sealer.record(old, key.decision)
            var row = old
            row.state = .released
            row.isContact =
                record.map { record in OutcomeKind.allCases.contains { record.outcomes[$0] != nil } } ?? false
            try transaction.put(Tables.decisions, key.decision, row)
            try desk.count(old, row, &transaction)
            if let record, !row.isContact { try desk.learn(record, exposures: -1, responses: 0, &transaction) }
        }
        return due.count
    }
}
