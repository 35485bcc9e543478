public import Wire

/// What a purpose sees behind a subject.
public enum Resolution: Hashable, Sendable {
    case profile(ResolvedProfile)
    /// Unknown, not permitted, suppressed, erased or forged: all look alike.
    case generic
    /// Of a batch: what was sent is no identifier.
    case refused(SelvedgeRefusal)

    /// The profile, where there is one that the purpose may see.
    public var profile: ResolvedProfile? {
        if case .profile(let profile) = self { return profile }
        return nil
    }

    init(_ response: SelvedgeResolveResponse) throws(SelvedgeError) {
        switch response.outcome {
        case .profile:
            self = .profile(
                ResolvedProfile(
                    id: response.profileID, memberCount: Int(response.memberCount), members: response.members,
                    view: response.hasView ? response.view : nil))
        case .generic: self = .generic
        case .refused: self = .refused(response.refusal)
        case .unspecified, .UNRECOGNIZED: throw .unreadable
        }
    }
}

/// A profile as one purpose sees it.
public struct ResolvedProfile: Hashable, Sendable {
    /// The view's own: `prf_` and 26 characters. Another purpose may see another.
    public let id: String
    /// How many identifiers and records the purpose sees.
    public let memberCount: Int
    /// In order of namespace and key; empty unless they were asked for.
    public let members: [SelvedgeMember]
    /// With a look and a purpose: what the purpose sees, and why.
    public let view: SelvedgePurposeView?
}
