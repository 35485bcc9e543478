/// Purposes, laws and the controller, as a file gives them.
extension Configuration {
    mutating func readConsent(_ fields: [String: ConfigurationNode]) throws(ConfigurationError) {
        if let node = fields["controller"] {
            let text = try node.text()
            guard (1...200).contains(text.utf8.count) else { throw node.error("a controller is 1...200 bytes") }
            controller = text
        }
        if let node = fields["jurisdictions"] { try readJurisdictions(node) }
        if let node = fields["jurisdiction"] {
            let text = try node.text()
            guard let index = jurisdictionIndex(named: text) else {
                throw node.error("\"\(text)\" is not one of", allowed: jurisdictions.map(\.name))
            }
            homeJurisdiction = jurisdictions[index].name
        }
        guard jurisdictions.contains(where: { $0.name == homeJurisdiction }) else {
            let node = fields["jurisdictions"]
            throw node?.error("the store's own jurisdiction, \(homeJurisdiction), is not among them; give jurisdiction")
                ?? ConfigurationError(
                    file: "", line: 0, column: 0, key: "jurisdictions", problem: "\(homeJurisdiction) is not there")
        }
        if let node = fields["purposes"] { try readPurposes(node) }
    }

    // MARK: Jurisdictions

    /// Laws laid over those that are there; `remove` takes some away.
    private mutating func readJurisdictions(_ node: ConfigurationNode) throws(ConfigurationError) {
        var byName = Dictionary(uniqueKeysWithValues: jurisdictions.map { ($0.name, $0) })
        for (key, name, value) in try node.pairs() {
            if name == "remove" {
                for (item, removed) in try value.texts() where byName.removeValue(forKey: removed) == nil {
                    throw item.error("\"\(removed)\" is not one of", allowed: byName.keys.sorted())
                }
                continue
            }
            guard Self.isJurisdictionName(name) else {
                throw key.error("is not a jurisdiction's name: 2...16 of capital letters, digits, _ and -")
            }
            byName[name] = try Self.jurisdiction(name, value, over: byName[name])
        }
        guard (1...ConsentRules.limit).contains(byName.count) else { throw node.error("1...32 jurisdictions") }
        jurisdictions = byName.values.sorted { $0.name < $1.name }
    }

    private static func isJurisdictionName(_ name: String) -> Bool {
        (2...16).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) && !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
    }

    private static func jurisdiction(
        _ name: String, _ node: ConfigurationNode, over base: JurisdictionPolicy?
    ) throws(ConfigurationError) -> JurisdictionPolicy {
        let fields = try node.fields(["regime", "regions", "rights"])
        guard base != nil || fields["regime"] != nil else {
            throw node.error("a jurisdiction that is not built in must give regime")
        }
        var law = base ?? JurisdictionPolicy(name: name, regime: .optIn, regions: [], rights: [])
        if let node = fields["regime"] { law.regime = try node.choice() }
        if let node = fields["regions"] {
            law.regions = []
            for (item, text) in try node.texts() {
                guard isJurisdictionName(text) else { throw item.error("\"\(text)\" is not an ISO 3166 code") }
                law.regions.append(text)
            }
            law.regions.sort()
        }
        if let node = fields["rights"] {
            law.rights = []
            for (item, text) in try node.texts() {
                guard isPlainName(text) else { throw item.error("\"\(text)\" is not a name: \(nameRule)") }
                law.rights.append(text)
            }
        }
        return law
    }

    // MARK: Purposes

    /// A list of names, each with its built-in policy; or a mapping of names to fields, given whole.
    private mutating func readPurposes(_ node: ConfigurationNode) throws(ConfigurationError) {
        var list: [String: PurposePolicy] = [:]
        if node.isList {
            for (item, text) in try node.texts() {
                guard isPlainName(text) else { throw item.error("\"\(text)\" is not a name: \(nameRule)") }
                list[text] = .plain(text)
            }
        } else {
            for (key, name, value) in try node.pairs() {
                guard isPlainName(name) else { throw key.error("\"\(name)\" is not a name: \(nameRule)") }
                list[name] = try purpose(name, value)
            }
        }
        for kind in [PurposePolicy.Kind.linkDevices, .combineSources]
        where !list.values.contains(where: { $0.kind == kind }) {
            if let feature = PurposePolicy.builtIn.first(where: { $0.kind == kind }) { list[feature.name] = feature }
        }
        for kind in [PurposePolicy.Kind.linkDevices, .combineSources]
        where list.values.filter({ $0.kind == kind }).count > 1 {
            throw node.error("more than one feature of kind \(kind.rawValue)")
        }
        guard list.values.contains(where: { $0.kind == .purpose }) else {
            throw node.error("at least one purpose is needed")
        }
        guard list.count <= ConsentRules.limit else {
            throw node.error("at most \(ConsentRules.limit) purposes, features among them")
        }
        purposes = list.values.sorted { $0.name < $1.name }
    }

    private func purpose(_ name: String, _ node: ConfigurationNode) throws(ConfigurationError) -> PurposePolicy {
        var policy = PurposePolicy.plain(name)
        guard node.scalar != "" && node.scalar != "~" else { return policy }
        let fields = try node.fields(["defaults", "gpc", "kind", "legal_basis", "max_age", "probabilistic", "tcf"])
        if let node = fields["legal_basis"] { policy.legalBasis = try node.choice() }
        if let node = fields["kind"] { policy.kind = try node.choice() }
        if let node = fields["gpc"] { policy.deniedByGPC = try Self.flag(node) }
        if let node = fields["probabilistic"] { policy.allowsProbabilistic = try Self.flag(node) }
        if let node = fields["max_age"] { policy.maxAgeDays = try Self.days(node) }
        if let node = fields["defaults"] {
            policy.defaults = [:]
            for (key, name, value) in try node.pairs() {
                guard jurisdictions.contains(where: { $0.name == name }) else {
                    throw key.error("\"\(name)\" is not one of", allowed: jurisdictions.map(\.name))
                }
                policy.defaults[name] = try value.choice()
            }
        }
        if let node = fields["tcf"] {
            policy.tcf = []
            for (item, text) in try node.texts() {
                guard let name = TCFName(text) else {
                    throw item.error("\"\(text)\" is not of TCF 2.2: write purpose_4, feature_2, special_feature_1")
                }
                policy.tcf.append(name)
            }
        }
        return policy
    }

    private static func flag(_ node: ConfigurationNode) throws(ConfigurationError) -> Bool {
        switch try node.text() {
        case "true": true
        case "false": false
        case let text: throw node.error("\"\(text)\" is not one of", allowed: ["true", "false"])
        }
    }

    /// `never`, or whole days as 395d.
    private static func days(_ node: ConfigurationNode) throws(ConfigurationError) -> Int? {
        let text = try node.text()
        if text == "never" { return nil }
        guard text.last == "d", let number = Int(text.dropLast()), (1...36_500).contains(number) else {
            throw node.error("\"\(text)\" is not an age: days as 395d, or never; up to 100 years")
        }
        return number
    }
}
