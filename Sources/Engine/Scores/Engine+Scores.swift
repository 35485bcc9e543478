package import GraphStore
package import Identity
internal import LMDB
package import Scoring
internal import Stitching

/// Every score of a person for a purpose, with what it rests on.
package struct ScoreAnswer: Sendable {
    package var card: ScoreCard
    /// Names of the categories by their numbers.
    package var categories: [String]
    package var currency: Currency
    package var horizonDays: Int
    /// The day before which lies what the models were fitted to, in days since 1970-01-01.
    package var trainedBefore: Int32
    /// Why there is no model, by its name.
    package var refusals: [String: String]
    /// How many facts of each kind went in.
    package var facts: [FactKind: Int] = [:]
    /// Categories that the person has said to like.
    package var declared: [String] = []
}

extension ScoreAnswer {
    /// Every score with its name: those of lifetimes and orders, categories, bands of discount, hours.
    package var estimates: [(name: String, score: Score)] {
        var list: [(name: String, score: Score)] = []
        func add(_ name: String, _ score: Score?) { if let score { list.append((name, score)) } }
        add("active", card.active)
        add("purchases", card.purchases)
        add("any_purchase", card.anyPurchase)
        add("order_value", card.orderValue)
        add("lifetime_value", card.lifetimeValue)
        for entry in card.categories {
            let place = Int(entry.category)
            add("affinity: \(categories.indices.contains(place) ? categories[place] : "?")", entry.score)
        }
        for entry in card.discounts { add("discount: \(entry.band.name)", entry.score.score) }
        for entry in card.hours { add("hour: \(entry.hour)", entry.score) }
        return list
    }
}

extension Engine {
    /// The latest score models; nil: none were trained.
    package func scoreModels() throws -> ScoreModels? {
        try store.environment.read { transaction in
            try transaction.latest(.scores).map { try ScoreModels(decoding: $0.artefact.bytes) }
        }
    }

    /// The scores of a person as of the moment of the request. Without consent, and of nobody known, they are generic: what
    /// the models say of everyone.
    ///
    /// - Throws: `noScores` where no models were trained.
    package func score(_ key: IdentityKey, _ request: ViewRequest) throws -> ScoreAnswer {
        try reading().score(.key(key), request)
    }

    /// Fits every model to what people did who allow a purpose: nothing is kept yet.
    ///
    /// - Parameter progress: called every few thousand profiles with how many were read; what it throws stops the training.
    package func trainScores(
        _ options: ScoreTraining.Options, _ request: ViewRequest, progress: (Int) throws -> Void = { _ in }
    ) throws -> (models: ScoreModels, report: TrainingReport) {
        let transaction = try store.environment.beginRead()
        let sealer = SealedFacts(store.keyRing, store.sealing)
        let masks = sourceMasks
        let configuration = store.configuration
        var training = ScoreTraining(options)
        var read = 0
        try transaction.scan(Tables.components) { _, payload in
            guard ComponentCodec.isComponent(payload) else { return .proceed }
            for key in try Self.anchors(of: ComponentView(payload)) {
                read += 1
                if read % 4_096 == 0 { try progress(read) }
                guard let profile = try transaction.view(of: key, request).profile else { continue }
                training.add(
                    try masks.log(of: profile.members, for: request.purpose, sealer, configuration, transaction))
            }
            return .proceed
        }
        return training.run(version: 0)
    }

    /// The same, where something could be fitted: what fits nothing, once kept, would take the place of a version that
    /// foretells something.
    ///
    /// - Throws: `cannotFit`, with the reason of each model.
    package func fitScores(
        _ options: ScoreTraining.Options, _ request: ViewRequest, progress: (Int) throws -> Void = { _ in }
    ) throws -> (models: ScoreModels, report: TrainingReport) {
        let fitted = try trainScores(options, request, progress: progress)
        guard !TrainingAnswer(fitted.models, fitted.report).models.isEmpty else {
            throw EngineError.cannotFit(fitted.models.refusals)
        }
        return fitted
    }

    /// An identifier of each profile of a component: its first that is not hidden, a record's only where there is no other.
    private static func anchors(of view: borrowing ComponentView) -> [IdentityKey] {
        var found: [UInt16: Member] = [:]
        for index in 0..<view.memberCount {
            let member = view.member(index)
            if member.flags.contains(.hidden) { continue }
            guard let held = found[member.cluster] else {
                found[member.cluster] = member
                continue
            }
            if held.namespace == .record, member.namespace != .record { found[member.cluster] = member }
        }
        return found.keys.sorted().compactMap { found[$0]?.key }
    }
}

extension Reading {
    /// As `Engine.score`.
    ///
    /// - Parameter length: what takes more reading is a `LongRead`.
    package func score(
        _ subject: ViewSubject, _ request: borrowing ViewRequest, length: ReadLength = .any
    ) throws -> ScoreAnswer {
        guard let shared = try engine.sharedModels.latest(transaction) else { throw EngineError.noScores }
        let models = shared.models
        let store = engine.store
        let members = try transaction.view(of: subject, request, store.keyRing.profileCipher).profile?.members ?? []
        var log: FactLog?
        var confidence = IdentityConfidence.certain
        if !members.isEmpty {
            log = try engine.sourceMasks.log(
                of: members, for: request.purpose, SealedFacts(store.keyRing, store.sealing), store.configuration,
                length: length, transaction)
            confidence = try transaction.confidence(in: members)
        }
        let card = ScoreCard(
            models, log?.summary { models.category(named: $0) },
            asOf: Int32(clamping: request.now / 86_400_000), cohort: nil, confidence: confidence, terms: models.terms,
            nobody: shared.nobody)
        var answer = ScoreAnswer(
            card: card, categories: models.categories, currency: models.currency, horizonDays: models.horizonDays,
            trainedBefore: models.before, refusals: models.refusals)
        for fact in log?.facts ?? [] { answer.facts[fact.kind, default: 0] += 1 }
        answer.declared = log?.declared ?? []
        return answer
    }
}
