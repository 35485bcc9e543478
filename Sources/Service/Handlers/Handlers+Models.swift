internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Scoring
internal import Stitching
internal import SwiftProtobuf
internal import Wire

/// Models: how records of one person differ, and what people will do. Role admin. They are made beside the writer; what keeps
/// them, and what links by them, is the writer's.
extension Handlers {
    /// Of a model that is sent.
    private static let largestModel = 1 << 20

    func listModels(_ request: SelvedgeListModelsRequest, _ call: Call) async throws(CallError)
        -> SelvedgeListModelsResponse
    {
        try judge(call, .nothing)
        let engine = engine
        return try await readers.read {
            let models = try engine.models()
            return .with { $0.models = models.map { SelvedgeLinkageModelSummary($0) } }
        }
    }

    func showModel(
        _ request: SelvedgeShowModelRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let (engine, version) = (engine, request.hasVersion ? request.version : nil)
        let response: SelvedgeShowModelResponse = try await readers.read {
            let kept = try engine.model(version)
            let counts = kept.isActive ? try engine.pairCounts() : []
            return .with {
                $0.summary = SelvedgeLinkageModelSummary(kept)
                $0.model = Data(kept.model.withoutFrequencies.bytes)
                $0.counts = counts.map { entry in
                    .with { ($0.bits, $0.pairs) = (Int32(clamping: entry.bits), UInt64(entry.count)) }
                }
            }
        }
        try await send(response, stream)
    }

    func trainLinkage(
        _ request: SelvedgeTrainLinkageRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let known = try model(request.from)
        let engine = engine
        let report = try await readers.readLong { try engine.trained(from: known) }
        _ = try await writer.apply(.keepModel(report.model.bytes, time: now))
        try await send(SelvedgeTrainLinkageResponse(report), stream)
    }

    /// Nil where none was sent.
    private func model(_ bytes: Data) throws(CallError) -> LinkageModel? {
        if bytes.isEmpty { return nil }
        let problem: String
        if bytes.count > Self.largestModel {
            problem = "a model is at most \(Self.largestModel) bytes"
        } else {
            do {
                let bytes = Array(bytes)
                return try LinkageModel(bytes: bytes.span)
            } catch { problem = "it is no linkage model (\(error)); send what `selvedge model export` has written" }
        }
        throw CallError(.invalidField, problem, field: "from")
    }

    func link(_ request: SelvedgeLinkRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try judge(call, .nothing)
        guard !(request.none && request.hasModel) else {
            throw CallError(.invalidField, "give a model or none, not both", field: "none")
        }
        let engine = engine
        var version: UInt32?
        if !request.none {
            let wanted = request.hasModel ? request.model : nil
            version = try await readers.read { try engine.modelToLink(wanted) }
        }
        let report = try await writer.apply(.link(version: version))
        let linking = version
        let waiting = linking == nil ? 0 : try await readers.read { try engine.reviewCount() }
        let response = SelvedgeLinkResponse.with {
            if let linking { $0.model = linking }
            $0.recordsEvaluated = UInt64(report.componentsEvaluated)
            $0.waiting = UInt64(waiting)
        }
        try await send(response, stream)
    }

    func trainScores(
        _ request: SelvedgeTrainScoresRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let purpose = try purposeNumber(request.purpose)
        let moment = now
        let options = try options(request, moment)
        let (engine, view) = (engine, engine.request(purpose, at: moment))
        var (models, report) = try await readers.readLong { try engine.fitScores(options, view) }
        if !request.dryRun {
            let kept = try await writer.apply(.offers(.keepScores(models.encoded(), time: moment)))
            models.version = kept.number
        }
        let answer = TrainingAnswer(models, report)
        let json = try Self.json(answer)
        let response = SelvedgeTrainScoresResponse.with {
            ($0.version, $0.json) = (answer.version, json)
        }
        try await send(response, stream)
    }

    private func options(
        _ request: SelvedgeTrainScoresRequest, _ moment: Timestamp
    ) throws(CallError) -> ScoreTraining.Options {
        let before = request.hasBeforeMs ? Timestamp(milliseconds: request.beforeMs) : moment
        guard Timestamp.accepted.contains(before.milliseconds) else {
            throw CallError(.invalidField, "a time from 1970 on, in milliseconds", field: "before_ms")
        }
        let horizon = request.horizonDays == 0 ? 90 : Int(request.horizonDays)
        guard (1...3_650).contains(horizon) else {
            throw CallError(.invalidField, "1 to 3,650 days; 0 is 90", field: "horizon_days")
        }
        let share = request.hasMarginShare ? request.marginShare : 0.3
        guard (0...1).contains(share) else { throw CallError(.invalidField, "0 to 1", field: "margin_share") }
        let currency = Currency(request.currency)
        guard request.currency.isEmpty || currency != nil else {
            throw CallError(.invalidField, "three capital letters of ISO 4217, such as EUR", field: "currency")
        }
        return ScoreTraining.Options(
            before: Int32(clamping: before.milliseconds / 86_400_000), horizonDays: horizon, marginShare: share,
            currency: currency)
    }

    /// As the command line prints it.
    static func json(_ value: some Encodable) throws(CallError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch { throw CallError(.internal, "the answer could not be put into JSON") }
    }
}

extension SelvedgeLinkageModelSummary {
    init(_ kept: Engine.KeptModel) {
        self.init()
        version = kept.version
        active = kept.isActive
        timeMs = kept.time.milliseconds
        records = UInt64(kept.model.trainedRecords)
        attributes = kept.model.comparisons.map(\.name)
    }
}

extension SelvedgeTrainLinkageResponse {
    init(_ report: LinkageTrainingReport) {
        self.init()
        let outcome = report.outcome
        version = report.model.version
        (records, anchors) = (UInt64(report.records), UInt64(report.anchors))
        attributes = report.model.comparisons.map(\.name)
        estimatedMatches = UInt64(max(0, (outcome?.estimatedMatches ?? 0).rounded()))
        iterations = UInt32(clamping: outcome?.trace.count ?? 0)
        rules = UInt32(clamping: report.model.blocking.entries.count)
        coverage = outcome?.coverage ?? 0
        notLearnt = (outcome?.refusal ?? report.refusal)?.description ?? ""
        switch report.devices {
        case .none: break
        case .refused(let refusal): devices = .with { $0.refusal = refusal.description }
        case .trained(let found):
            devices = .with {
                $0.trained = UInt64(found.devices)
                ($0.thresholdBits, $0.precision) = (found.model.linkThreshold.bits, found.model.precision)
                ($0.knownPairs, $0.knownLinked) = (UInt64(found.known), UInt64(found.knownLinked))
                $0.knownWrong = UInt64(found.knownWrong)
            }
        }
    }
}
