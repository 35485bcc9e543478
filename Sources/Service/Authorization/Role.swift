/// What a principal may do. None implies another.
package enum Role: String, Hashable, Sendable, CaseIterable {
    /// Asks for profiles, for its purposes.
    case resolve
    /// Records observations, for its sources.
    case ingest
    /// Records decisions, for its sources.
    case consent
    /// Looks past consent, with a reason that is kept.
    case privacy
    /// Confirms what another asked for.
    case approve
    /// Reads scores; no method needs it yet.
    case score
    /// Asks for offers; no method needs it yet.
    case offer
    /// Keeps the store.
    case admin
}

package struct RoleSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package init(_ role: Role) {
        switch role {
        case .resolve: self.init(rawValue: 1 << 0)
        case .ingest: self.init(rawValue: 1 << 1)
        case .consent: self.init(rawValue: 1 << 2)
        case .privacy: self.init(rawValue: 1 << 3)
        case .approve: self.init(rawValue: 1 << 4)
        case .score: self.init(rawValue: 1 << 5)
        case .offer: self.init(rawValue: 1 << 6)
        case .admin: self.init(rawValue: 1 << 7)
        }
    }

    package static var privacy: RoleSet { RoleSet(.privacy) }
    package static var approve: RoleSet { RoleSet(.approve) }
    package static var admin: RoleSet { RoleSet(.admin) }
    package static var all: RoleSet { RoleSet(Role.allCases.map { RoleSet($0) }) }

    package func contains(_ role: Role) -> Bool { contains(RoleSet(role)) }

    /// In the order of `Role`.
    package var roles: [Role] { Role.allCases.filter { contains($0) } }
}

extension RoleSet: CustomStringConvertible {
    /// Such as `privacy or admin`.
    package var description: String { roles.map(\.rawValue).joined(separator: " or ") }
}
