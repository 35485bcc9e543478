internal import Foundation
package import Identity

extension Policy {
    /// Longest policy, in bytes.
    package static let maximumBytes = 4 << 20

    /// Reads a policy and the key files that it names, whose relative paths begin at the policy's own directory. With a
    /// configuration, purposes and sources must be the store's.
    package static func load(
        file: String, against configuration: Configuration? = nil
    ) async throws(ConfigurationError) -> Policy {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw ConfigurationError(
                file: file, line: 0, column: 0, key: "",
                problem: "is not there, or may not be read: give the path of a policy")
        }
        defer { try? handle.close() }
        let data = (try? handle.read(upToCount: maximumBytes + 1)) ?? Data()
        guard data.count <= maximumBytes, let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError(
                file: file, line: 0, column: 0, key: "", problem: "is not UTF-8 of at most \(maximumBytes) bytes")
        }
        return try await Policy(yaml: text, file: file, against: configuration)
    }

    /// Reads a policy; `file` is what errors call it, and where the paths of key files begin. An unknown key, a wrong type
    /// and a value out of its range are errors with line, column, key path and what is allowed.
    package init(
        yaml: String, file: String, against configuration: Configuration? = nil
    ) async throws(ConfigurationError) {
        self.init()
        guard let root = try ConfigurationNode.parse(yaml: yaml, file: file) else {
            throw ConfigurationError(
                file: file, line: 0, column: 0, key: "",
                problem: "is empty: it needs principals, and tokens or certificates")
        }
        let fields = try root.fields(["tokens", "certificates", "principals"])
        guard fields["tokens"] != nil || fields["certificates"] != nil else {
            throw root.error("nobody could be authenticated: give tokens or certificates")
        }
        if let node = fields["certificates"] { trustDomain = try Self.readTrustDomain(node) }
        guard let list = fields["principals"] else { throw root.error("principals is missing: list who may do what") }
        try readPrincipals(list, against: configuration)
        if let node = fields["tokens"] { tokens = try await TokenRules(node) }
    }

    private static func readTrustDomain(_ node: ConfigurationNode) throws(ConfigurationError) -> String {
        guard let domain = try node.fields(["trust_domain"])["trust_domain"] else {
            throw node.error("trust_domain is missing: name the one whose SPIFFE ids are taken")
        }
        let text = try domain.text()
        guard SpiffeID.isTrustDomain(text) else {
            throw domain.error("\"\(text)\" is not a trust domain: 1...255 of lower-case letters, digits, . - _")
        }
        return text
    }

    private mutating func readPrincipals(
        _ list: ConfigurationNode, against configuration: Configuration?
    ) throws(ConfigurationError) {
        let items = try list.items()
        guard !items.isEmpty, items.count <= Self.maximumPrincipals else {
            throw list.error("\(items.count) principals: 1...\(Self.maximumPrincipals) can be listed")
        }
        for item in items {
            let fields = try item.fields(["generic_budget", "id", "purposes", "roles", "sources"])
            guard let id = fields["id"] else { throw item.error("id is missing: a SPIFFE id or the sub of a JWT") }
            try add(Line(item, fields, against: configuration), id)
        }
    }

    private mutating func add(_ line: Line, _ id: ConfigurationNode) throws(ConfigurationError) {
        let text = try id.text()
        let isFamily = text.hasSuffix("/*")
        let name = isFamily ? String(text.dropLast()) : text
        guard !name.isEmpty, text.utf8.count <= SpiffeID.maximumBytes, !name.contains("*") else {
            throw id.error("is not an id: 1...2,048 bytes, with * only as its last segment")
        }
        if text.hasPrefix(SpiffeID.scheme) {
            guard let spiffe = SpiffeID(isFamily ? name + "x" : name) else {
                throw id.error("is not a SPIFFE id of a workload: spiffe://trust-domain/segment/...")
            }
            guard trustDomain == nil || spiffe.trustDomain == trustDomain else {
                throw id.error("is not of the trust domain of certificates: \(trustDomain ?? "")")
            }
        }
        let held = isFamily ? families.updateValue(line, forKey: name) : exact.updateValue(line, forKey: name)
        guard held == nil else { throw id.error("is listed twice: put its roles into one entry") }
    }
}

extension Policy.Line {
    /// Roles whose work is for purposes, and those whose work is for sources.
    private static let purposeful: [Role] = [.resolve, .score, .offer]
    private static let sourced: [Role] = [.ingest, .consent]

    init(
        _ node: ConfigurationNode, _ fields: [String: ConfigurationNode], against configuration: Configuration?
    ) throws(ConfigurationError) {
        guard let list = fields["roles"] else { throw node.error("roles is missing: list what the principal may do") }
        roles = []
        for item in try list.items() {
            let role: Role = try item.choice()
            guard !roles.contains(role) else { throw item.error("is listed twice") }
            roles.insert(RoleSet(role))
        }
        guard !roles.isEmpty else {
            throw list.error("a principal needs a role", allowed: Role.allCases.map(\.rawValue))
        }
        let declared = configuration?.purposeNames
        purposes = try Self.names(fields["purposes"]) { declared?.contains($0) ?? true }
        sources = try Self.names(fields["sources"]) { name in
            Configuration.isSourceName(name) && (configuration.map { $0.source(named: name) != nil } ?? true)
        }
        if let role = Self.purposeful.first(where: roles.contains), purposes.isEmpty {
            throw node.error("the role \(role.rawValue) needs purposes: a list of them, or \"*\"")
        }
        if let role = Self.sourced.first(where: roles.contains), sources.isEmpty {
            throw node.error("the role \(role.rawValue) needs sources: a list of them, or \"*\"")
        }
        if let budget = fields["generic_budget"] { genericBudget = try budget.integer(in: 1...1_000_000_000) }
    }

    /// `"*"`, alone or as the only item, or a list of names.
    private static func names(
        _ node: ConfigurationNode?, isKnown: (String) -> Bool
    ) throws(ConfigurationError) -> NameSet {
        guard let node else { return .none }
        if node.scalar == "*" { return .all }
        let items = try node.texts()
        guard !items.isEmpty else { throw node.error("the list is empty: name some, or leave it out") }
        var names: Set<String> = []
        for (item, text) in items {
            if text == "*" {
                guard items.count == 1 else { throw item.error("* stands alone: it holds the others already") }
                return .all
            }
            guard isKnown(text) else {
                throw item.error("\"\(text)\" is not known to the store's configuration, or no name")
            }
            guard names.insert(text).inserted else { throw item.error("\"\(text)\" is listed twice") }
        }
        return .some(names)
    }
}
