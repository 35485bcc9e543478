/// What an identifier of a namespace points at.
package enum NamespaceClass: String, Hashable, Sendable, CaseIterable {
    case person, device, session
    /// The built-in namespace `record`: a row of a source's own table.
    case record
}

/// Whether one profile may hold two identifiers of a namespace.
package enum Uniqueness: String, Hashable, Sendable, CaseIterable {
    /// Any number may be joined.
    case none
    /// A link that is weaker than the namespace itself never joins two clusters that each hold one;
    /// a link as strong as the namespace may.
    case weakLinks = "weak_links"
    /// Only a must-link joins two clusters that each hold one.
    case always
}

/// A namespace as resolved: every field set, every range checked.
package struct NamespacePolicy: Hashable, Sendable {
    package var name: String
    /// 1...1000; the strength of a link is that of its weaker end.
    package var strength: Int
    package var kind: NamespaceClass
    package var uniquePerProfile: Uniqueness
    /// Most distinct counterparts within one namespace as strong or stronger, or both of class person, 1...1000.
    package var hubLimit: Int
    /// Most distinct counterparts within one weaker namespace, 1...1000.
    package var fanLimit: Int
    /// Most records that list the identifier, 1...1000.
    package var recordLimit: Int
    package var normaliser: Normaliser
    /// Hours after which evidence is hidden; nil: never.
    package var timeToLiveHours: Int32?

    package init(
        name: String, strength: Int, kind: NamespaceClass, uniquePerProfile: Uniqueness, hubLimit: Int,
        fanLimit: Int, recordLimit: Int, normaliser: Normaliser, timeToLiveHours: Int32?
    ) {
        self.name = name
        self.strength = strength
        self.kind = kind
        self.uniquePerProfile = uniquePerProfile
        self.hubLimit = hubLimit
        self.fanLimit = fanLimit
        self.recordLimit = recordLimit
        self.normaliser = normaliser
        self.timeToLiveHours = timeToLiveHours
    }
}
