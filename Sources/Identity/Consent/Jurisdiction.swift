/// Whether a purpose that rests on consent is denied or granted where nobody has decided.
package enum ConsentRegime: String, Hashable, Sendable, CaseIterable {
    case optIn = "opt_in"
    case optOut = "opt_out"
}

/// A law under which people live, as resolved.
package struct JurisdictionPolicy: Hashable, Sendable {
    /// Such as GDPR; in upper case.
    package var name: String
    package var regime: ConsentRegime
    /// ISO 3166 codes that stand for it in decisions, such as DE or US-CA; sorted.
    package var regions: [String]
    /// What a person may ask for, as a proof of consent lists it.
    package var rights: [String]

    package init(name: String, regime: ConsentRegime, regions: [String], rights: [String]) {
        self.name = name
        self.regime = regime
        self.regions = regions
        self.rights = rights
    }
}

extension JurisdictionPolicy {
    /// The laws of a configuration that gives none.
    static let builtIn: [JurisdictionPolicy] = [
        JurisdictionPolicy(
            name: "CPRA", regime: .optOut, regions: ["US-CA"],
            rights: ["access", "correction", "deletion", "opt_out_of_sale_or_sharing", "portability"]),
        JurisdictionPolicy(
            name: "DPDP", regime: .optIn, regions: ["IN"],
            rights: ["access", "correction", "erasure", "grievance_redressal", "nomination", "withdrawal"]),
        JurisdictionPolicy(
            name: "GDPR", regime: .optIn,
            regions: [
                "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS",
                "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
            ],
            rights: [
                "access", "complaint", "erasure", "objection", "portability", "rectification", "restriction",
                "withdrawal",
            ]),
        JurisdictionPolicy(
            name: "LGPD", regime: .optIn, regions: ["BR"],
            rights: ["access", "anonymisation", "confirmation", "correction", "deletion", "portability", "withdrawal"]),
    ]
}
