/// How requests under data protection law are handled.
package struct PrivacyPolicy: Hashable, Sendable {
    /// Principals that an erasure takes: 2 are a requester and an approver who is somebody else; 1 is for a store that one
    /// person keeps by the command line.
    package var approvals = 2
    /// Hours for which an approval holds.
    package var approvalHours = 72
    /// Days after which a request is due: Art. 12 GDPR gives a month.
    package var dueDays = 30
    /// Purposes that a restricted profile still answers, sorted; as built none, security neither.
    package var restrictedPurposes: [String] = []
    /// A store with fewer identifiers is scrubbed as soon as something is deleted; a larger one when somebody says so.
    package var scrubIdentifiers = 1_000_000

    package init() {}
}

extension Configuration {
    mutating func readPrivacy(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(
            ["approval_hours", "approvals", "due_days", "restricted_purposes", "scrub_identifiers"])
        if let node = fields["approvals"] { privacy.approvals = try node.integer(in: 1...2) }
        if let node = fields["approval_hours"] { privacy.approvalHours = try node.integer(in: 1...8_760) }
        if let node = fields["due_days"] { privacy.dueDays = try node.integer(in: 1...365) }
        if let node = fields["scrub_identifiers"] {
            privacy.scrubIdentifiers = try node.integer(in: 0...1_000_000_000)
        }
        guard let node = fields["restricted_purposes"] else { return }
        var names: Set<String> = []
        for (item, text) in try node.texts() {
            guard purposeNames.contains(text) else {
                throw item.error("\"\(text)\" is not one of", allowed: purposeNames)
            }
            names.insert(text)
        }
        privacy.restrictedPurposes = names.sorted()
    }

    /// The section's fields, by name.
    var fieldsOfPrivacy: [(name: String, value: String)] {
        [
            ("approval_hours", "\(privacy.approvalHours)"), ("approvals", "\(privacy.approvals)"),
            ("due_days", "\(privacy.dueDays)"),
            ("restricted_purposes", "[\(privacy.restrictedPurposes.joined(separator: ", "))]"),
            ("scrub_identifiers", "\(privacy.scrubIdentifiers)"),
        ]
    }
}
