extension Configuration {
    private static let topLevelKeys = [
        "attributes", "built_in", "controller", "default_source", "jurisdiction", "jurisdictions", "limits",
        "namespaces",
        "placeholders", "privacy", "purposes", "sources", "undeclared_sources",
    ]

    /// Reads a configuration; `file` is what errors call it. An unknown key, a wrong type and a value out of its range are
    /// errors with line, column, key path and what is allowed.
    package init(yaml: String, file: String) throws(ConfigurationError) {
        guard let root = try ConfigurationNode.parse(yaml: yaml, file: file) else {
            self = .builtIn
            return
        }
        let fields = try root.fields(Self.topLevelKeys)
        let base: BuiltInChoice = try fields["built_in"]?.choice() ?? .commerce
        self = base == .commerce ? .builtIn : .empty
        try readConsent(fields)
        if let node = fields["undeclared_sources"] {
            let choice: UndeclaredChoice = try node.choice()
            acceptsUndeclaredSources = choice == .accept
        }
        if let node = fields["namespaces"] { try readNamespaces(node) }
        if let node = fields["default_source"] {
            defaultSource = try readSource(node, over: defaultSource, keys: ["default_region", "party", "purposes"])
        }
        if let node = fields["sources"] { try readSources(node) }
        if let node = fields["limits"] { try readLimits(node) }
        if let node = fields["privacy"] { try readPrivacy(node) }
        if let node = fields["attributes"] { try readAttributes(node) }
        if let node = fields["placeholders"] { try readPlaceholders(node) }
    }

    private enum BuiltInChoice: String, CaseIterable { case commerce, none }
    private enum UndeclaredChoice: String, CaseIterable { case accept, refuse }

    private mutating func readNamespaces(_ node: ConfigurationNode) throws(ConfigurationError) {
        var byName = Dictionary(uniqueKeysWithValues: namespaces.map { ($0.name, $0) })
        for (key, name, value) in try node.pairs() {
            if name == "remove" {
                for (item, removed) in try value.texts() {
                    guard removed != Self.recordNamespace, byName.removeValue(forKey: removed) != nil else {
                        throw item.error(
                            "\"\(removed)\" is not a namespace that can be removed; those are",
                            allowed: byName.keys.filter { $0 != Self.recordNamespace }.sorted())
                    }
                }
                continue
            }
            guard name != Self.recordNamespace else { throw key.error("is reserved and cannot be changed") }
            guard isPlainName(name) else { throw key.error("is not a name: \(nameRule)") }
            byName[name] = try NamespacePolicy(name: name, node: value, over: byName[name])
        }
        guard byName.count <= 1_000 else { throw node.error("at most 1000 namespaces") }
        namespaces = byName.values.sorted { $0.name < $1.name }
    }

    private mutating func readSources(_ node: ConfigurationNode) throws(ConfigurationError) {
        var list: [SourcePolicy] = []
        for (key, name, value) in try node.pairs() {
            guard Self.isSourceName(name) else {
                throw key.error("is not a source's name: 1...64 of letters, digits, _ . -")
            }
            var start = defaultSource
            start.name = name
            list.append(try readSource(value, over: start, keys: ["default_region", "party", "purposes"]))
        }
        sources = list.sorted { $0.name < $1.name }
    }

    private func readSource(
        _ node: ConfigurationNode, over start: SourcePolicy, keys: [String]
    ) throws(ConfigurationError) -> SourcePolicy {
        var policy = start
        let fields = try node.fields(keys)
        if let node = fields["party"] { policy.party = try node.choice() }
        if let node = fields["default_region"] {
            let text = try node.text()
            guard text == "none" || PhoneLibrary.knows(region: text) else {
                throw node.error("\"\(text)\" is not a region: two capital letters of ISO 3166, such as DE, or none")
            }
            policy.defaultRegion = text == "none" ? nil : text
        }
        if let node = fields["purposes"] {
            policy.purposes = try sourcePurposes(node)
        }
        return policy
    }

    /// `all`, or a list of declared purposes.
    private func sourcePurposes(_ node: ConfigurationNode) throws(ConfigurationError) -> [String]? {
        if node.scalar == "all" { return nil }
        var list: Set<String> = []
        for (item, text) in try node.texts() {
            guard purposeNames.contains(text) else {
                throw item.error("\"\(text)\" is not one of", allowed: purposeNames)
            }
            list.insert(text)
        }
        return list.sorted()
    }

    private mutating func readPlaceholders(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(["add", "remove"])
        for (item, text) in try fields["remove"]?.texts() ?? [] {
            guard placeholders.remove(CanonicalText.folded(text)) != nil else {
                throw item.error("\"\(text)\" is not in the list")
            }
        }
        for (item, text) in try fields["add"]?.texts() ?? [] {
            let folded = CanonicalText.folded(text)
            guard !folded.isEmpty, folded.utf8.count <= limits.valueBytes else {
                throw item.error("a placeholder is 1...\(limits.valueBytes) bytes")
            }
            placeholders.insert(folded)
        }
    }

    private mutating func readLimits(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(Limits.fields.map(\.name))
        for field in Limits.fields {
            guard let node = fields[field.name] else { continue }
            limits[keyPath: field.path] = try node.integer(in: field.range)
        }
    }
}

let nameRule = "a lower-case letter, then up to 31 lower-case letters, digits or _"

/// A name of a namespace or purpose.
func isPlainName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, bytes.count <= 32 else { return false }
    let isLower = { (byte: UInt8) in byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
    return isLower(first)
        && bytes.allSatisfy {
            isLower($0) || (isLetterOrDigit($0) && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "_")
        }
}
