internal import GraphStore
internal import Identity
internal import LMDB
internal import Offers
internal import Scoring
internal import Stitching

/// Makes a situation of a question and of what the purpose may know of the person, in one snapshot.
struct OfferReader {
    let facts: SealedFacts
    let masks: SourceMasks
    let configuration: Configuration
    let cipher: ProfileCipher

    init(_ store: Store, _ masks: SourceMasks) {
        facts = SealedFacts(store.keyRing, store.sealing)
        self.masks = masks
        configuration = store.configuration
        cipher = store.keyRing.profileCipher
    }

    init(_ facts: SealedFacts, _ masks: SourceMasks, _ configuration: Configuration, _ cipher: ProfileCipher) {
        self.facts = facts
        self.masks = masks
        self.configuration = configuration
        self.cipher = cipher
    }

    /// A situation, and where its decision is to lie.
    struct Asked {
        var situation: Situation
        /// The earliest visible member; nil: the view is generic.
        var home: NodeID?
        var purpose: UInt8
        /// What the person did.
        var summary: BehaviourSummary?
    }

    /// - Parameter length: what takes more reading is a `LongRead`.
    func situation(
        _ question: OfferQuestion, _ request: borrowing ViewRequest, purpose: String, _ desk: inout OfferDesk,
        length: ReadLength = .any, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> Asked {
        var situation = try frame(question, purpose: purpose, desk)
        let members = try snapshot.view(of: question.subject, request, cipher).profile?.members ?? []
        guard let first = members.first(where: { $0.namespace != .record }) ?? members.first else {
            situation.scores = desk.genericScores(at: question.now)
            if let field = situation.fault(in: desk.compiled) { throw EngineError.offerField(field) }
            return Asked(situation: situation, home: nil, purpose: request.purpose)
        }
        let log = try masks.log(
            of: members, for: request.purpose, facts, configuration, length: length, snapshot)
        let summary = desk.summary(log)
        situation.isPermitted = true
        situation.scores = desk.scores(summary, at: question.now, try snapshot.confidence(in: members))
        situation.isHeldOut =
            Holdout(share: desk.compiled.catalogue.holdout, salt: OfferReader.salt).contains(first.key)
        situation.contacts = try contacts(members, question.now, desk, length, snapshot)
        if let field = situation.fault(in: desk.compiled) { throw EngineError.offerField(field) }
        return Asked(situation: situation, home: first.node, purpose: request.purpose, summary: summary)
    }

    /// What a question itself says, of nobody known.
    ///
    /// - Throws: `offerField` for what cannot be so.
    func frame(_ question: OfferQuestion, purpose: String, _ desk: OfferDesk) throws -> Situation {
        guard question.draw >= 0, question.draw < 1 else { throw EngineError.offerField("draw") }
        let compiled = desk.compiled
        var situation = Situation(
            now: question.now, offsetMinutes: question.offsetMinutes, channels: try channels(question, compiled),
            purpose: compiled.purpose(named: purpose), isPermitted: false, currency: compiled.catalogue.currency,
            basket: try basket(question, compiled),
            scores: ProfileScores(purchaseProbability: 0, orderValue: 0, marginShare: 0))
        if let name = question.cohort {
            guard let cohort = compiled.cohort(named: name) else { throw EngineError.offerField("cohort") }
            situation.cohort = cohort
        }
        for name in question.appliedGroups {
            // A group of no offer stands in nobody's way.
            situation.appliedGroups |= compiled.group(named: name) ?? 0
        }
        if let field = situation.fault(in: compiled) { throw EngineError.offerField(field) }
        return situation
    }

    /// Of the holdout; another one draws other groups.
    static let salt: UInt64 = 1

    private func channels(_ question: OfferQuestion, _ compiled: CompiledCatalogue) throws -> UInt32 {
        if question.channels.isEmpty { return UInt32((UInt64(1) << UInt64(compiled.catalogue.channels.count)) - 1) }
        var mask: UInt32 = 0
        for name in question.channels {
            guard let channel = compiled.channel(named: name) else { throw EngineError.offerField("channels") }
            mask |= 1 << UInt32(channel)
        }
        return mask
    }

    private func basket(_ question: OfferQuestion, _ compiled: CompiledCatalogue) throws -> [BasketLine] {
        guard question.basket.count <= BasketLine.mostLines else { throw EngineError.offerField("basket") }
        return question.basket.map { line in
            BasketLine(
                product: line.product.flatMap { compiled.product(named: $0) } ?? -1,
                category: line.category.flatMap { compiled.category(named: $0) } ?? -1, quantity: line.quantity,
                unitPrice: line.unitPrice, unitCost: line.unitCost)
        }
    }

    /// What the members have been shown within the longest cap's days. What was shown by a clock ahead of the question's is
    /// shown now: whoever asks with a clock behind passes no cap.
    private func contacts(
        _ members: [Member], _ now: Timestamp, _ desk: OfferDesk, _ length: ReadLength,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [Contact] {
        var left = length
        let earliest = now.milliseconds - Int64(Catalogue.Limits.capDays) * 86_400_000
        var contacts: [Contact] = []
        for member in members {
            try snapshot.decisions(of: member.node) { _, row in
                try left.takeRow()
                guard row.isContact, row.hasOffer, row.time.milliseconds > earliest else { return }
                contacts.append(
                    Contact(
                        offer: desk.offerNames.firstIndex(of: row.offer).map { Int32($0) } ?? -1,
                        channel: desk.channelNames.firstIndex(of: row.channel).map { Int16($0) } ?? 31,
                        time: min(row.time, now)))
            }
        }
        return contacts
    }
}

extension OfferReader.Asked {
    /// What the orders of the 90 days before came to in margin, as far as the models say what its share is.
    private func priorMargin(_ now: Timestamp, _ desk: OfferDesk) -> Int64 {
        guard let summary, let share = desk.models?.marginShare else { return 0 }
        let day = Int32(clamping: now.milliseconds / 86_400_000)
        var sum: Int64 = 0
        for order in summary.orders.orders
        where !order.isCancelled && order.currency == desk.compiled.catalogue.currency && order.day < day
            && order.day >= day - 90
        {
            sum += order.value - order.returned
        }
        return Int64((Double(sum) * share).rounded())
    }

    /// What is kept of the decision.
    func record(
        _ decision: Decision, _ terms: ValueTerms, _ question: OfferQuestion, _ desk: OfferDesk
    ) -> OfferRecord {
        var record = OfferRecord()
        record.catalogueVersion = desk.version
        record.modelVersion = desk.models?.version ?? 0
        record.time = question.now
        if let arm = decision.arm {
            let catalogue = desk.compiled.catalogue
            let offer = catalogue.offers[Int(arm.offer)]
            record.offer = offer.name
            record.variant = offer.variants[Int(arm.variant)].name
            record.channel = catalogue.channels[Int(arm.channel)].name
        }
        record.cohort = home == nil ? "" : question.cohort ?? ""
        record.isHeldOut = decision.isHeldOut
        record.isGeneric = home == nil
        record.purpose = purpose
        record.arms = UInt16(clamping: decision.arms)
        record.propensity = decision.propensity
        record.discount = decision.discount
        record.extra = decision.extra
        record.value = decision.value
        record.probability = decision.probability
        record.baseline = terms.probability
        record.lift = terms.lift
        record.relevance = terms.relevance
        record.revenue = terms.revenue
        record.cost = terms.cost
        record.priorMargin = priorMargin(question.now, desk)
        return record
    }
}

extension OfferDesk {
    /// What the models ask of a person's facts.
    func summary(_ log: FactLog) -> BehaviourSummary {
        guard let models else { return log.summary { _ in nil } }
        return log.summary { models.category(named: $0) }
    }

    /// Of nobody known. The same for everyone on a day, and so computed once.
    mutating func genericScores(at now: Timestamp) -> ProfileScores {
        let day = Int32(clamping: now.milliseconds / 86_400_000)
        if let generic, generic.day == day { return generic.scores }
        let scores = scores(nil, at: now, .certain)
        generic = (day, scores)
        return scores
    }

    /// The numbers of a decision; without models nothing is known of anyone, and no discount is thought to lift anything.
    func scores(_ summary: BehaviourSummary?, at now: Timestamp, _ confidence: IdentityConfidence) -> ProfileScores {
        guard let models else { return ProfileScores(purchaseProbability: 0, orderValue: 0, marginShare: 0) }
        let terms = models.terms
        let unit = Double(models.lifetime?.unitDays ?? 1)
        var scores = ProfileScores(
            models, summary, asOf: Int32(clamping: now.milliseconds / 86_400_000), cohort: nil,
            categories: categories, horizon: Double(terms.horizonDays) / unit, terms: terms.lifetime,
            confidence: confidence)
        let most = Double(BasketLine.largestAmount)
        scores.orderValue = min(max(scores.orderValue, 0), most)
        scores.futureMargin = min(max(scores.futureMargin, -most), most)
        return scores
    }

    func answer(_ decision: Decision, _ asked: OfferReader.Asked, _ trace: Trace?) -> OfferAnswer {
        var answer = OfferAnswer(
            id: nil, propensity: decision.propensity, discount: decision.discount, extra: decision.extra,
            value: decision.value, probability: decision.probability, arms: decision.arms,
            isGeneric: asked.home == nil, catalogueVersion: version, modelVersion: models?.version ?? 0,
            currency: compiled.catalogue.currency)
        answer.trace = trace
        if trace != nil { answer.catalogue = compiled.catalogue }
        guard let arm = decision.arm else { return answer }
        let offer = compiled.catalogue.offers[Int(arm.offer)]
        let variant = offer.variants[Int(arm.variant)]
        answer.offer = offer.name
        answer.variant = variant.name
        answer.tokens = variant.tokens
        answer.channel = compiled.catalogue.channels[Int(arm.channel)].name
        return answer
    }
}
