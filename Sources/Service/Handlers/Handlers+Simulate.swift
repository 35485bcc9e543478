internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

extension Handlers {
    /// How much may be seen of what would be.
    private enum Sight: Sendable {
        case view(ViewRequest)
        case whole(AuditedAccess)
    }

    func simulate(_ request: SelvedgeSimulateRequest, _ call: Call) async throws(CallError) -> SelvedgeSimulateResponse
    {
        guard !request.observations.isEmpty else {
            throw CallError(.batchEmpty, "the batch has no observation", field: "observations")
        }
        guard request.observations.count <= limits.batch else {
            throw tooLarge(request.observations.count, field: "observations")
        }
        let batch = keyedUnchecked(request.observations)
        let observations = batch.observations
        let sight: Sight
        if request.hasLook {
            let subjects = Array(Set(observations.flatMap(Self.keys)))
            sight = .whole(try await access(request.look, subjects, call, purpose: request.purpose))
        } else {
            sight = .view(engine.request(try permitted(request.purpose, call), at: now))
        }
        // On the writer's thread: nothing may be written while what would be is looked at.
        let (before, after) = try await writer.perform { engine in
            (
                try observations.map { try Self.profiles(of: $0, sight, engine) },
                try Self.rehearse(observations, sight, engine)
            )
        }
        if case .view = sight {
            let unseen = Set(before.flatMap(\.unseen)).map(\.budgetMark)
            answeredGeneric(about: unseen, purpose: request.purpose, call)
        }
        return response(batch, before.map(\.profiles), after, call)
    }

    private typealias Extent = SelvedgeSimulateResponse.Extent
    private typealias After = (outcome: ItemOutcome, profile: Extent?)

    private func response(
        _ batch: KeyedBatch, _ before: [[Extent]], _ after: [After], _ call: Call
    ) -> SelvedgeSimulateResponse {
        var response = SelvedgeSimulateResponse()
        var next = 0
        for item in batch.items {
            var result = SelvedgeSimulateResponse.Result()
            switch item {
            case .failure(let refusal): result.outcome = message(.refused(refusal), nil, call.grants)
            case .success(let observation):
                result.outcome = message(after[next].outcome, observation, call.grants)
                result.before = before[next]
                if after[next].outcome.refusal == nil, let extent = after[next].profile { result.after = extent }
                next += 1
            }
            response.results.append(result)
        }
        return response
    }

    private static func rehearse(
        _ observations: [KeyedObservation], _ sight: Sight, _ engine: Engine
    ) throws -> [After] {
        guard !observations.isEmpty else { return [] }
        return try engine.rehearse([.record(observations)]) { transaction, _, reports in
            try zip(reports.flatMap(\.outcomes), observations).map { outcome, observation in
                let profile: Profile?
                switch (keys(of: observation).first, sight) {
                case (nil, _): profile = nil
                case (let key?, .view(let request)): profile = try transaction.view(of: key, request).profile
                case (let key?, .whole(let access)):
                    let stored = try engine.store.storedKeys.stored(key, transaction)
                    profile = try transaction.profile(of: stored, under: access)
                }
                return (outcome, profile.map { extent($0, engine) })
            }
        }
    }

    /// The profiles that an observation's identifiers are in, each once, and the identifiers of which none is seen.
    private static func profiles(
        of observation: KeyedObservation, _ sight: Sight, _ engine: Engine
    ) throws -> (profiles: [Extent], unseen: [IdentityKey]) {
        var found: [Extent] = []
        var unseen: [IdentityKey] = []
        for key in keys(of: observation) {
            let profile: Profile?
            switch sight {
            case .view(let request): profile = try engine.view(key, request).profile
            case .whole(let access): profile = try engine.resolve(key, under: access)
            }
            guard let profile else {
                unseen.append(key)
                continue
            }
            let extent = extent(profile, engine)
            if !found.contains(extent) { found.append(extent) }
        }
        return (found, unseen)
    }

    private static func keys(of observation: KeyedObservation) -> [IdentityKey] {
        observation.identifiers.map(\.key) + (observation.record.map { [$0.key] } ?? [])
    }

    private static func extent(_ profile: Profile, _ engine: Engine) -> Extent {
        var extent = Extent()
        extent.profileID = engine.profileID(profile.anchor).description
        extent.members = UInt32(profile.members.count)
        return extent
    }
}
