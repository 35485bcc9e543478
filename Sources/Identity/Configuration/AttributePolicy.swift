/// An attribute that a configuration declares beside the standard ones.
package struct AttributePolicy: Hashable, Sendable {
    /// As a record gives it.
    package var name: String
    package var kind: AttributeKind

    package init(name: String, kind: AttributeKind) {
        self.name = name
        self.kind = kind
    }
}

extension Configuration {
    /// `NAME: KIND` each.
    mutating func readAttributes(_ node: ConfigurationNode) throws(ConfigurationError) {
        let kinds = AttributeKind.allCases.filter { $0 != .place }
        var byName = Dictionary(uniqueKeysWithValues: attributes.map { ($0.name, $0.kind) })
        for (key, name, value) in try node.pairs() {
            guard isPlainName(name) else { throw key.error("\"\(name)\" is not a name: \(nameRule)") }
            guard !AttributeSchema.standard.names.contains(name) else {
                throw key.error("\"\(name)\" is a standard attribute, and has its kind already")
            }
            let text = try value.text()
            guard let kind = kinds.first(where: { $0.name == text }) else {
                throw value.error("\"\(text)\" is not one of", allowed: kinds.map(\.name))
            }
            byName[name] = kind
        }
        let declared = byName.sorted { $0.key < $1.key }.map { AttributePolicy(name: $0.key, kind: $0.value) }
        let limit = AttributeSchema.fieldLimit - AttributeSchema.standard.fields.count
        guard declared.count <= limit else { throw node.error("at most \(limit) attributes") }
        attributes = declared
    }

    /// The section as text, and by name.
    var attributesText: String {
        guard !attributes.isEmpty else { return "attributes: {}\n" }
        return attributes.reduce("attributes:\n") { $0 + "  \(Self.quoted($1.name)): \($1.kind.name)\n" }
    }

    /// All attributes that records may have: standard ones and declared ones.
    package var attributeSchema: AttributeSchema {
        do throws(Refusal) {
            return try AttributeSchema(configured: attributes.map { ($0.name, $0.kind) })
        } catch {
            preconditionFailure("a resolved configuration has attributes that fit")
        }
    }
}
