package import Engine
package import GraphStore
package import Identity

/// Evidence in few words. Keys are made up, from a namespace's name and a number.
package struct EvidenceBuilder: Sendable {
    package let configuration: Configuration
    /// 2026-01-01T00:00:00Z.
    package static let start: Int64 = 1_767_225_600_000

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// - Throws: where the text is no configuration.
    package init(yaml: String) throws { self.init(try Configuration(yaml: yaml, file: "test")) }

    package static func time(hours: Int) -> Timestamp { Timestamp(milliseconds: start + Int64(hours) * 3_600_000) }

    package static func key(_ namespace: String, _ number: Int) -> IdentityKey {
        let bytes = Digest(sha256: Array("\(namespace):\(number)".utf8).span).bytes
        func word(_ from: Int) -> UInt64 { bytes[from..<from + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return IdentityKey(high: word(0), low: word(8))
    }

    /// - Precondition: the configuration has the namespace.
    package func identifier(_ namespace: String, _ number: Int) -> KeyedIdentifier {
        guard let index = configuration.namespaceIndex(named: namespace) else {
            preconditionFailure("no namespace \(namespace)")
        }
        return KeyedIdentifier(namespace: index, key: Self.key(namespace, number))
    }

    package func event(
        _ identifiers: [(String, Int)], source: String = "web", hours: Int = 0
    ) -> KeyedObservation {
        KeyedObservation(
            source: source, time: Self.time(hours: hours), identifiers: identifiers.map { identifier($0.0, $0.1) })
    }

    /// A version of a record; its content hash follows from `version`.
    package func record(
        _ number: Int, _ identifiers: [(String, Int)], source: String = "crm", hours: Int = 0, version: Int = 0
    ) -> KeyedObservation {
        let content = Array("\(number) \(version) \(identifiers)".utf8)
        var observation = event(identifiers, source: source, hours: hours)
        observation.record = KeyedRecord(
            key: Self.recordKey(number, source: source), recordID: "\(number)",
            contentHash: Digest(sha256: content.span),
            attributes: nil)
        return observation
    }

    package static func recordKey(_ number: Int, source: String) -> IdentityKey { key("record/\(source)", number) }

    package func assertion(
        _ claim: AssertionRow.Claim, _ first: KeyedIdentifier, _ second: KeyedIdentifier, hours: Int = 0
    ) -> Assertion {
        Assertion(
            first: first, second: second, claim: claim, time: Self.time(hours: hours), author: "tester", reason: "test")
    }
}
