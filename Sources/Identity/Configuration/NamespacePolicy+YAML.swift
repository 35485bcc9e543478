extension NamespacePolicy {
    private static let keys = [
        "class", "fan_limit", "hub_limit", "normaliser", "record_limit", "strength", "time_to_live",
        "unique_per_profile",
    ]
    private static let limitRange = 1...1_000

    /// The policy in a file, over what the name meant before; a new one must give its strength and class.
    init(name: String, node: ConfigurationNode, over base: NamespacePolicy?) throws(ConfigurationError) {
        let fields = try node.fields(Self.keys)
        for required in ["strength", "class"] where base == nil && fields[required] == nil {
            throw node.error("a namespace that is not built in must give \(required)")
        }
        self =
            base
            ?? NamespacePolicy(
                name: name, strength: 1, kind: .person, uniquePerProfile: .none, hubLimit: 10, fanLimit: 200,
                recordLimit: 20, normaliser: .opaque, timeToLiveHours: nil)
        if let node = fields["strength"] { strength = try node.integer(in: 1...999) }
        if let node = fields["class"] { kind = try node.choice(excluding: [.record]) }
        if let node = fields["unique_per_profile"] { uniquePerProfile = try Self.uniqueness(node) }
        if let node = fields["hub_limit"] { hubLimit = try node.integer(in: Self.limitRange) }
        if let node = fields["fan_limit"] { fanLimit = try node.integer(in: Self.limitRange) }
        if let node = fields["record_limit"] { recordLimit = try node.integer(in: Self.limitRange) }
        if let node = fields["normaliser"] { normaliser = try node.choice() }
        if let node = fields["time_to_live"] { timeToLiveHours = try Self.timeToLive(node) }
    }

    /// `none`, `weak_links`, `always`; `true` and `false` are the last and the first.
    private static func uniqueness(_ node: ConfigurationNode) throws(ConfigurationError) -> Uniqueness {
        switch try node.text() {
        case "true": .always
        case "false": .none
        default: try node.choice()
        }
    }

    /// `never`, or a number of days or hours, as 396d or 12h, up to 100 years.
    private static func timeToLive(_ node: ConfigurationNode) throws(ConfigurationError) -> Int32? {
        let text = try node.text()
        if text == "never" { return nil }
        let hours: Int32? = text.last == "d" ? 24 : text.last == "h" ? 1 : nil
        guard let hours, let number = Int32(text.dropLast()), (1...876_600 / hours).contains(number) else {
            throw node.error("\"\(text)\" is not a time to live: days as 396d, hours as 12h, or never; up to 100 years")
        }
        return number * hours
    }

    /// As a file writes it: whole days where it is whole days.
    var timeToLiveText: String {
        guard let hours = timeToLiveHours else { return "never" }
        return hours % 24 == 0 ? "\(hours / 24)d" : "\(hours)h"
    }
}
