extension Configuration {
    /// The whole configuration as text that `init(yaml:file:)` reads back to the same: every field, in a fixed order, no
    /// dependence on the built-in. Equal configurations have equal text.
    package var canonicalText: String {
        var text = "built_in: none\n"
        text += "controller: \(Self.quoted(controller))\n"
        text += section("jurisdictions", jurisdictions.map { ($0.name, Self.fields(of: $0)) })
        text += "jurisdiction: \(Self.quoted(homeJurisdiction))\n"
        text += section("purposes", purposes.map { ($0.name, Self.fields(of: $0)) })
        text += "undeclared_sources: \(acceptsUndeclaredSources ? "accept" : "refuse")\n"
        text += "default_source:\n" + Self.block(Self.fields(of: defaultSource), indent: 2)
        text += section("sources", sources.map { ($0.name, Self.fields(of: $0)) })
        let declared = namespaces.filter { $0.kind != .record }
        text += section("namespaces", declared.map { ($0.name, Self.fields(of: $0)) })
        text += "placeholders:\n  add:\(placeholders.isEmpty ? " []" : "")\n"
        for placeholder in placeholders.sorted() { text += "    - \(Self.quoted(placeholder))\n" }
        text += "limits:\n" + Self.block(fieldsOfLimits, indent: 2)
        text += "privacy:\n" + Self.block(fieldsOfPrivacy, indent: 2)
        text += attributesText
        return text
    }

    /// SHA-256 of the canonical text.
    package var hash: [UInt8] { Digest(sha256: Array(canonicalText.utf8).span).bytes }

    /// What an operator must know before one replaces the other: each line `path: old -> new`, sorted; empty when equal.
    package func differences(from other: Configuration) -> [String] {
        let old = other.flattened
        let new = flattened
        return Set(old.keys).union(new.keys).sorted().compactMap { path in
            guard old[path] != new[path] else { return nil }
            return "\(path): \(old[path] ?? "absent") -> \(new[path] ?? "absent")"
        }
    }

    private typealias Field = (name: String, value: String)

    private static func fields(of policy: NamespacePolicy) -> [Field] {
        [
            ("class", policy.kind.rawValue), ("fan_limit", "\(policy.fanLimit)"), ("hub_limit", "\(policy.hubLimit)"),
            ("normaliser", policy.normaliser.rawValue), ("record_limit", "\(policy.recordLimit)"),
            ("strength", "\(policy.strength)"), ("time_to_live", policy.timeToLiveText),
            ("unique_per_profile", policy.uniquePerProfile.rawValue),
        ]
    }

    private static func fields(of policy: SourcePolicy) -> [Field] {
        [
            ("default_region", quoted(policy.defaultRegion ?? "none")), ("party", policy.party.rawValue),
            ("purposes", policy.purposes.map { "[\($0.joined(separator: ", "))]" } ?? "all"),
        ]
    }

    private static func fields(of policy: PurposePolicy) -> [Field] {
        let defaults = policy.defaults.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \($0.value.rawValue)" }
        return [
            ("defaults", "{\(defaults.joined(separator: ", "))}"), ("gpc", "\(policy.deniedByGPC)"),
            ("kind", policy.kind.rawValue), ("legal_basis", policy.legalBasis.rawValue),
            ("max_age", policy.maxAgeDays.map { "\($0)d" } ?? "never"),
            ("probabilistic", "\(policy.allowsProbabilistic)"),
            ("tcf", "[\(policy.tcf.map(\.description).joined(separator: ", "))]"),
        ]
    }

    private static func fields(of law: JurisdictionPolicy) -> [Field] {
        [
            ("regime", law.regime.rawValue),
            ("regions", "[\(law.regions.map(quoted).joined(separator: ", "))]"),
            ("rights", "[\(law.rights.joined(separator: ", "))]"),
        ]
    }

    private var fieldsOfLimits: [Field] { Limits.fields.map { ($0.name, "\(limits[keyPath: $0.path])") } }

    private var flattened: [String: String] {
        var flat = ["controller": Self.quoted(controller), "jurisdiction": homeJurisdiction]
        flat["undeclared_sources"] = acceptsUndeclaredSources ? "accept" : "refuse"
        for placeholder in placeholders { flat["placeholders.\(Self.quoted(placeholder))"] = "present" }
        func add(_ prefix: String, _ fields: [Field]) {
            for field in fields { flat["\(prefix).\(field.name)"] = field.value }
        }
        for purpose in purposes { add("purposes.\(purpose.name)", Self.fields(of: purpose)) }
        for law in jurisdictions { add("jurisdictions.\(law.name)", Self.fields(of: law)) }
        add("default_source", Self.fields(of: defaultSource))
        for source in sources { add("sources.\(source.name)", Self.fields(of: source)) }
        for namespace in namespaces { add("namespaces.\(namespace.name)", Self.fields(of: namespace)) }
        add("limits", fieldsOfLimits)
        add("privacy", fieldsOfPrivacy)
        for attribute in attributes { flat["attributes.\(attribute.name)"] = attribute.kind.name }
        return flat
    }

    private func section(_ name: String, _ entries: [(name: String, fields: [Field])]) -> String {
        guard !entries.isEmpty else { return "\(name): {}\n" }
        return entries.reduce("\(name):\n") { text, entry in
            text + "  \(Self.quoted(entry.name)):\n" + Self.block(entry.fields, indent: 4)
        }
    }

    private static func block(_ fields: [Field], indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return fields.reduce("") { $0 + "\(margin)\($1.name): \($1.value)\n" }
    }

    /// A double-quoted YAML scalar: `no` and `1e3` stay text.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{20}"..."\u{7e}": quoted.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}
