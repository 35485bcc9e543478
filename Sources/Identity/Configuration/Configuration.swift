/// What a store believes about identifiers, sources and limits: resolved, every range checked, nothing left open.
///
/// Read from YAML by `init(yaml:file:)`. A file is laid over the built-in configuration: what it leaves out is the
/// built-in's, a namespace that it names changes the fields that it gives (or, under a new name, adds a namespace, for
/// which strength and class must be given), `namespaces: {remove: [NAME]}` takes some away, and lists (`purposes`) are
/// given whole. A file with `built_in: none` starts from no namespace and no placeholder instead; `canonicalText` is
/// such a file, so it means the same under any later built-in.
package struct Configuration: Sendable, Hashable {
    /// Sorted by name; `record` is always among them, reserved for rows of sources' own tables.
    package internal(set) var namespaces: [NamespacePolicy]
    /// The declared sources, sorted by name.
    package internal(set) var sources: [SourcePolicy]
    /// What an undeclared source is taken for, where those are accepted; its name is empty.
    package internal(set) var defaultSource: SourcePolicy
    package internal(set) var acceptsUndeclaredSources: Bool
    /// What profiles may be asked for, and the features that narrow it, sorted by name; at most 32.
    package internal(set) var purposes: [PurposePolicy]
    /// The laws that decisions may name, sorted by name; at most 32.
    package internal(set) var jurisdictions: [JurisdictionPolicy]
    /// The jurisdiction of an identifier that has none of its own.
    package internal(set) var homeJurisdiction: String
    /// Who is responsible, as a proof of consent names it.
    package internal(set) var controller: String
    /// Values that stand for no value, trimmed and in lower case.
    package internal(set) var placeholders: Set<String>
    package internal(set) var limits: Limits
    package internal(set) var privacy = PrivacyPolicy()
    /// Attributes beside the standard ones, sorted by name.
    package internal(set) var attributes: [AttributePolicy] = []

    /// The name of the namespace of records.
    package static let recordNamespace = "record"

    /// The policy of a namespace; nil for an unknown name.
    package func namespace(named name: String) -> NamespacePolicy? {
        namespaceIndex(named: name).map { namespaces[$0] }
    }

    /// Where a namespace stands in `namespaces`; nil for an unknown name.
    package func namespaceIndex(named name: String) -> Int? {
        binarySearch(namespaces, for: name) { $0.name }
    }

    /// The names of what profiles may be asked for, sorted.
    package var purposeNames: [String] { purposes.filter { $0.kind == .purpose }.map(\.name) }

    /// Where a purpose or feature stands in `purposes`; nil for an unknown name.
    package func purposeIndex(named name: String) -> Int? { binarySearch(purposes, for: name) { $0.name } }

    /// Where a law stands in `jurisdictions`, by its name or by a region's code; nil for an unknown one.
    package func jurisdictionIndex(named name: String) -> Int? {
        let upper = name.uppercased()
        return jurisdictions.firstIndex { $0.name == upper || $0.regions.contains(upper) }
    }

    /// The policy of a source: as declared, or the default's under this name. Nil when undeclared sources are refused, or
    /// the name is not one: 1...64 of letters, digits, `_`, `.` and `-`.
    package func source(named name: String) -> SourcePolicy? {
        guard Self.isSourceName(name) else { return nil }
        if let index = binarySearch(sources, for: name, by: { $0.name }) { return sources[index] }
        guard acceptsUndeclaredSources else { return nil }
        var policy = defaultSource
        policy.name = name
        return policy
    }

    /// Whether a text is fit to name a source.
    package static func isSourceName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
                    || byte == UInt8(ascii: "-")
            }
    }
}

/// Where the element of this name stands in a list that is sorted by name.
private func binarySearch<Element>(_ list: [Element], for name: String, by key: (Element) -> String) -> Int? {
    var low = 0
    var high = list.count
    while low < high {
        let middle = (low + high) / 2
        if key(list[middle]) < name { low = middle + 1 } else { high = middle }
    }
    return low < list.count && key(list[low]) == name ? low : nil
}

/// ASCII letters of either case and digits.
func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}
