internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching
internal import SwiftProtobuf
internal import Wire

/// Pairs of records that a model has found: how their weight comes about, what a person says of them, and a search by attributes.
extension Handlers {
    /// Pairs in one message.
    private static let reviewPiece = 1_000
    private static let mostReviews: ClosedRange<UInt32> = 1...100_000
    private static let mostFound: ClosedRange<UInt32> = 1...1_000

    func compareRecords(
        _ request: SelvedgeCompareRecordsRequest, _ call: Call
    ) async throws(CallError) -> SelvedgeCompareRecordsResponse {
        try judge(call, .nothing)
        let names = [(request.first, "first"), (request.second, "second")]
        var keys: [(source: String, key: IdentityKey)] = []
        do throws(Refusal) {
            for (name, field) in names { keys.append((name.source, try record(name, field).key)) }
        } catch { throw CallError(error) }
        let (engine, asked) = (engine, keys)
        return try await readers.read {
            let state = try engine.state()
            let records = try asked.map { one in
                guard let source = state.source(named: one.source) else { throw EngineError.unknownRecord }
                return RecordKey(source: source, key: one.key)
            }
            return SelvedgeCompareRecordsResponse(try engine.waterfall(records[0], records[1]))
        }
    }

    func listReviews(
        _ request: SelvedgeListReviewsRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let limit = request.limit == 0 ? 50 : request.limit
        guard Self.mostReviews.contains(limit) else {
            throw CallError(.invalidField, "1 to \(Self.mostReviews.upperBound) pairs; 0 is 50", field: "limit")
        }
        let engine = engine
        var rest = try await readers.read { try engine.reviews(limit: Int(limit)) }[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.reviewPiece)
            rest = rest.dropFirst(Self.reviewPiece)
            try await send(SelvedgeListReviewsResponse.with { $0.pairs = piece.map { .init($0) } }, stream)
        }
    }

    func review(_ request: SelvedgeReviewRequest, _ call: Call) async throws(CallError) -> SelvedgeReviewResponse {
        try judge(call, .nothing)
        guard request.hasAccept else {
            throw CallError(.missingField, "say whether the two records are one person's", field: "accept")
        }
        guard request.reason.utf8.count <= AssertionRow.reasonBytes else {
            throw CallError(
                invalid: "value_too_long", "a reason is at most \(AssertionRow.reasonBytes) bytes", field: "reason")
        }
        let ends: [KeyedIdentifier]
        do throws(Refusal) {
            ends = [try record(request.first, "first"), try record(request.second, "second")]
        } catch { throw CallError(error) }
        let (isAccepted, reason, moment) = (request.accept, request.reason, now)
        let author = call.grants.principal.name.limited(to: AssertionRow.authorBytes)
        return try await writer.perform { engine in
            try engine.review(ends[0], ends[1], isAccepted: isAccepted, by: author, reason: reason, at: moment)
            let profiles = try ends.map { end in
                try engine.anchor(of: end.key).map { engine.profileID($0).description } ?? ""
            }
            return .with { ($0.firstProfileID, $0.secondProfileID) = (profiles[0], profiles[1]) }
        }
    }

    func search(_ request: SelvedgeSearchRequest, _ call: Call) async throws(CallError) -> SelvedgeSearchResponse {
        let limit = request.limit == 0 ? 20 : request.limit
        guard Self.mostFound.contains(limit) else {
            throw CallError(.invalidField, "1 to \(Self.mostFound.upperBound) records; 0 is 20", field: "limit")
        }
        let encoding: RecordEncoding
        do throws(Refusal) {
            guard let document = try intake.document(Array(request.attributes), field: "attributes") else {
                throw Refusal(
                    reason: .missingField, field: "attributes",
                    advice: "give a JSON object of attributes, such as {\"family_name\":\"Miller\"}")
            }
            encoding = try intake.encoding(document: document)
        } catch { throw CallError(error) }
        let leave = try await access(request.look, [], call)
        let engine = engine
        let found = try await readers.read { try engine.search(encoding, limit: Int(limit), under: leave) }
        return .with { $0.found = found.map { .init($0) } }
    }

    /// A record by the name that its source gives it.
    private func record(_ name: SelvedgeRecordName, _ field: String) throws(Refusal) -> KeyedIdentifier {
        do throws(Refusal) {
            return KeyedIdentifier(
                namespace: recordIndex, key: try intake.recordKey(source: name.source, recordID: name.recordID))
        } catch { throw error.placed(in: field) }
    }
}

extension SelvedgeRecordName {
    init(_ name: RecordName) {
        self.init()
        (source, recordID) = (name.source, name.recordID)
    }
}

extension SelvedgeListReviewsResponse.Pair {
    init(_ pair: LikePair) {
        self.init()
        (first, second) = (SelvedgeRecordName(pair.first), SelvedgeRecordName(pair.second))
        (bits, probability) = (pair.bits, pair.probability)
    }
}

extension SelvedgeSearchResponse.Found {
    init(_ found: FoundRecord) {
        self.init()
        record = SelvedgeRecordName(found.record)
        profileID = found.profile.description
        (bits, probability) = (found.bits, found.probability)
    }
}

extension SelvedgeCompareRecordsResponse {
    init(_ waterfall: Waterfall) {
        self.init()
        priorBits = waterfall.prior.bits
        steps = waterfall.steps.map { step in
            .with {
                $0.attribute = step.field
                if let level = step.level { $0.level = level }
                ($0.bits, $0.rarity) = (Double(step.weight) / 1_024, Double(step.rarity) / 1_024)
            }
        }
        otherClassesBits = waterfall.otherClasses.bits
        (bits, probability) = (waterfall.total.bits, waterfall.total.probability)
        decision =
            switch waterfall.decision {
            case .none: .none
            case .review: .review
            case .link: .link
            }
    }
}
