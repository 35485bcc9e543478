internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

/// Looks past consent: each is an entry of the audit before anything is read.
extension Handlers {
    /// Most subjects of one entry of the audit.
    private static let auditedSubjects = 1_000

    /// Leave to look, by the caller's own name.
    ///
    /// - Throws: where the caller has no role for it, or gives no reason.
    func access(
        _ look: SelvedgeLook, _ subjects: [IdentityKey], _ call: Call, purpose: String = ""
    ) async throws(CallError) -> AuditedAccess {
        try judge(call, .view(purpose: purpose, look: true))
        guard (1...1_024).contains(look.reason.utf8.count) else {
            throw CallError(
                .missingField, "a look takes a reason of 1 to 1,024 bytes: it is kept in the audit",
                field: "look.reason", limit: 1_024)
        }
        let role: PrivacyRole = call.grants.roles.contains(.privacy) ? .privacy : .admin
        let principal = String(call.grants.principal.name.prefix(256))
        let action = AuditWord(checking: "\(call.method)") ?? "look"
        let (reason, time) = (look.reason, now)
        return try await writer.perform { engine in
            var access: AuditedAccess?
            var rest = subjects[...]
            repeat {
                let granted = try engine.access(
                    by: principal, role: role, action: action, reason: reason,
                    subjects: Array(rest.prefix(Self.auditedSubjects)), at: time)
                access = access ?? granted
                rest = rest.dropFirst(Self.auditedSubjects)
            } while !rest.isEmpty
            guard let access else { throw EngineError.stopped }
            return access
        }
    }

    func look(_ request: SelvedgeResolveRequest, _ call: Call) async throws(CallError) -> SelvedgeResolveResponse {
        let key: SubjectKey
        do throws(Refusal) { key = try self.key(request.subject) } catch { throw CallError(error) }
        // First, as a look that is refused leaves no entry.
        let purpose = try optionalPurpose(request.purpose)
        let leave = try await access(request.look, [key.audited], call, purpose: request.purpose)
        return try await readers.read {
            try self.whole(key, purpose, members: request.members, under: leave)
        }
    }

    func look(
        _ request: SelvedgeResolveBatchRequest, _ call: Call
    ) async throws(CallError) -> SelvedgeResolveBatchResponse {
        guard !request.subjects.isEmpty else {
            throw CallError(.batchEmpty, "the batch has no subject", field: "subjects")
        }
        guard request.subjects.count <= limits.batch else { throw tooLarge(request.subjects.count, field: "subjects") }
        let keys: [Result<SubjectKey, Refusal>] = request.subjects.map { subject in
            do throws(Refusal) { return .success(try key(subject)) } catch { return .failure(error) }
        }
        let purpose = try optionalPurpose(request.purpose)
        let leave = try await access(
            request.look, keys.compactMap { try? $0.get().audited }, call, purpose: request.purpose)
        return try await readers.read {
            var response = SelvedgeResolveBatchResponse()
            for item in keys {
                switch item {
                case .success(let key):
                    response.results.append(try self.whole(key, purpose, members: request.members, under: leave))
                case .failure(let refusal):
                    var result = SelvedgeResolveResponse()
                    result.outcome = .refused
                    result.refusal = SelvedgeRefusal(refusal)
                    response.results.append(result)
                }
            }
            return response
        }
    }

    /// The store's number of a purpose; nil where none was given.
    func optionalPurpose(_ name: String) throws(CallError) -> UInt8? {
        name.isEmpty ? nil : try purposeNumber(name)
    }

    /// The store's number of a purpose.
    func purposeNumber(_ name: String) throws(CallError) -> UInt8 {
        guard purposeNames.contains(name), let number = try? engine.purpose(named: name) else {
            throw unknownPurpose(isGiven: !name.isEmpty)
        }
        return number
    }

    private func whole(
        _ key: SubjectKey, _ purpose: UInt8?, members wanted: Bool, under access: AuditedAccess
    ) throws -> SelvedgeResolveResponse {
        let profile: Profile?
        switch key {
        case .identity(let key): profile = try engine.resolve(key, under: access)
        case .profile(let id): profile = try engine.resolve(id, under: access)
        }
        var response = SelvedgeResolveResponse()
        response.outcome = profile == nil ? .generic : .profile
        if let profile {
            response.profileID = engine.profileID(profile.anchor).description
            response.memberCount = UInt32(profile.members.count)
            if wanted { response.members = try members(of: profile) }
        }
        if let purpose { response.view = try view(of: key, purpose) }
        return response
    }

    private func view(of key: SubjectKey, _ purpose: UInt8) throws -> SelvedgePurposeView {
        let request = engine.request(purpose, at: now)
        let outcome: ViewOutcome
        switch key {
        case .identity(let key): outcome = try engine.view(key, request)
        case .profile(let id): outcome = try engine.view(id, request)
        }
        var view = SelvedgePurposeView()
        view.purpose = try engine.state().purposes[Int(purpose)]
        switch outcome {
        case .generic(let reason): view.reason = reason.rawValue
        case .profile(let profile):
            view.profileID = engine.profileID(profile.anchor).description
            view.members = try members(of: profile)
        }
        return view
    }
}
