/// Consent as the graph sees it: purposes and jurisdictions by the store's own numbers, masks of 32 bits.
package struct ConsentRules: Hashable, Sendable {
    /// Milliseconds after which a grant ends, by purpose; `.max`: never.
    package private(set) var maxAge: [Int64] = []
    /// By jurisdiction, the purposes that are granted where nobody has decided.
    package private(set) var standardGrants: [UInt32] = []
    /// The store's own jurisdiction.
    package private(set) var home: UInt8 = 0
    /// Purposes that rest on consent: features narrow these.
    package private(set) var consentBased: UInt32 = 0
    package private(set) var probabilistic: UInt32 = 0
    /// The numbers of the features; nil where the configuration has none.
    package private(set) var linkDevices: UInt8?
    package private(set) var combineSources: UInt8?

    /// Whether a feature hides members where nobody has decided: then every component must tell its edges.
    package private(set) var hidesByDefault = false

    package static let limit = 32

    /// The purposes and laws of a configuration under the numbers that a store has given to their names. A name that the
    /// configuration has dropped is denied everywhere.
    package init(configuration: Configuration, purposes: [String], jurisdictions: [String]) {
        for (number, name) in purposes.enumerated() {
            let policy = configuration.purposes.first { $0.name == name }
            maxAge.append(policy?.maxAgeDays.map { Int64($0) * 86_400_000 } ?? .max)
            guard let policy else { continue }
            let bit: UInt32 = 1 << UInt32(number)
            if policy.allowsProbabilistic { probabilistic |= bit }
            switch policy.kind {
            case .purpose: if policy.legalBasis == .consent { consentBased |= bit }
            case .linkDevices: linkDevices = UInt8(number)
            case .combineSources: combineSources = UInt8(number)
            }
        }
        for (number, name) in jurisdictions.enumerated() {
            var grants: UInt32 = 0
            if let law = configuration.jurisdictions.first(where: { $0.name == name }) {
                if law.name == configuration.homeJurisdiction { home = UInt8(number) }
                for (purpose, purposeName) in purposes.enumerated() {
                    let policy = configuration.purposes.first { $0.name == purposeName }
                    if policy?.standard(in: law) == .granted { grants |= 1 << UInt32(purpose) }
                }
            }
            standardGrants.append(grants)
        }
        let standard = standardGrants.indices.contains(Int(home)) ? standardGrants[Int(home)] : 0
        hidesByDefault = [linkDevices, combineSources].contains { $0.map { standard >> UInt32($0) & 1 == 0 } ?? false }
    }

    /// The purposes granted by default among members of these jurisdictions (a mask by number): the strictest counts.
    @inlinable
    package func standardGrants(among jurisdictions: UInt32) -> UInt32 {
        var grants = UInt32.max
        var rest = jurisdictions
        while rest != 0 {
            let number = rest.trailingZeroBitCount
            rest &= rest &- 1
            grants &= number < standardGrants.count ? standardGrants[number] : 0
        }
        return grants
    }
}
