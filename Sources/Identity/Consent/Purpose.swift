/// Why personal data may be processed: the bases of GDPR, article 6 (1).
package enum LegalBasis: String, Hashable, Sendable, CaseIterable {
    case consent
    case contract
    case legalObligation = "legal_obligation"
    case vitalInterest = "vital_interest"
    case publicTask = "public_task"
    case legitimateInterest = "legitimate_interest"
}

/// What holds for a purpose where nobody has decided.
package enum DefaultConsent: String, Hashable, Sendable, CaseIterable {
    case granted, denied
}

/// A purpose for which a profile may be asked, or a feature that narrows what consent-based purposes see; as resolved.
package struct PurposePolicy: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case purpose
        /// Decided like a purpose; without it devices beside the one asked by are hidden from consent-based purposes.
        case linkDevices = "link_devices"
        /// Decided like a purpose; without it records of sources' own tables are hidden from consent-based purposes.
        case combineSources = "combine_sources"
    }

    package var name: String
    package var kind: Kind
    package var legalBasis: LegalBasis
    /// By jurisdiction, where it is not what legal basis and regime give; sorted by jurisdiction.
    package var defaults: [String: DefaultConsent]
    /// Whether probabilistic links may serve it.
    package var allowsProbabilistic: Bool
    /// Days after which a grant is as if it had not been given; nil: never.
    package var maxAgeDays: Int?
    /// Whether a Global Privacy Control signal denies it.
    package var deniedByGPC: Bool
    /// What must all be agreed to in a TCF dialog for it to be granted there; empty: the dialog says nothing of it.
    package var tcf: [TCFName]

    package init(
        name: String, kind: Kind = .purpose, legalBasis: LegalBasis, defaults: [String: DefaultConsent] = [:],
        allowsProbabilistic: Bool = false, maxAgeDays: Int? = nil, deniedByGPC: Bool = false, tcf: [TCFName] = []
    ) {
        self.name = name
        self.kind = kind
        self.legalBasis = legalBasis
        self.defaults = defaults
        self.allowsProbabilistic = allowsProbabilistic
        self.maxAgeDays = maxAgeDays
        self.deniedByGPC = deniedByGPC
        self.tcf = tcf
    }

    /// What holds in a jurisdiction where nobody has decided.
    package func standard(in jurisdiction: JurisdictionPolicy) -> DefaultConsent {
        if let given = defaults[jurisdiction.name] { return given }
        return legalBasis == .consent && jurisdiction.regime == .optIn ? .denied : .granted
    }
}

extension PurposePolicy {
    /// The taxonomy of a configuration that gives none: purposes and features by name.
    static let builtIn: [PurposePolicy] = [
        PurposePolicy(
            name: "analytics", legalBasis: .consent, allowsProbabilistic: true, maxAgeDays: 395,
            tcf: [.purpose(1), .purpose(8), .purpose(9), .purpose(10)]),
        PurposePolicy(
            name: "combine_sources", kind: .combineSources, legalBasis: .legitimateInterest, tcf: [.feature(1)]),
        PurposePolicy(
            name: "enrichment", legalBasis: .consent, maxAgeDays: 395, deniedByGPC: true,
            tcf: [.purpose(1), .purpose(3), .purpose(9), .feature(1)]),
        PurposePolicy(name: "link_devices", kind: .linkDevices, legalBasis: .legitimateInterest, tcf: [.feature(2)]),
        PurposePolicy(
            name: "marketing", legalBasis: .consent, maxAgeDays: 730, deniedByGPC: true,
            tcf: [.purpose(1), .purpose(2), .purpose(3), .purpose(4), .purpose(7)]),
        PurposePolicy(
            name: "personalization", legalBasis: .consent, allowsProbabilistic: true, maxAgeDays: 395,
            tcf: [.purpose(1), .purpose(5), .purpose(6)]),
        PurposePolicy(name: "security", legalBasis: .legitimateInterest, allowsProbabilistic: true),
        PurposePolicy(name: "service", legalBasis: .contract),
    ]

    /// The policy of a name that is not built in: consent, asked for anew every 13 months, no probabilistic links.
    static func plain(_ name: String) -> PurposePolicy {
        builtIn.first { $0.name == name } ?? PurposePolicy(name: name, legalBasis: .consent, maxAgeDays: 395)
    }
}
