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
    /// Most distinct counterparts within one namespace as strong or stronger, 1...1000.
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

/// How a value of a namespace becomes its canonical text before it is hashed.
package enum Normaliser: String, Hashable, Sendable, CaseIterable {
    /// Trimmed, lower-cased, international domain to ASCII; gmail.com and googlemail.com folded.
    case email
    /// As the UID2 rules: folds gmail.com only.
    case emailUID2 = "email_uid2"
    /// E.164 by libphonenumber, with the source's default region.
    case phone
    /// Trimmed, case kept.
    case opaque
    /// Trimmed, lower-cased, inner white space and `-` removed: card and document numbers.
    case code
}

/// How near a source stands to the person: an order, nearest first.
package enum PartyClass: String, Hashable, Sendable, CaseIterable {
    case zero, first, second, third
}

/// A source as resolved.
package struct SourcePolicy: Hashable, Sendable {
    package var name: String
    package var party: PartyClass
    /// ISO 3166 region of phone numbers that are written without a country code, such as "DE"; nil: refused.
    package var defaultRegion: String?
    /// Purposes that the source's evidence may serve; nil: all.
    package var purposes: [String]?

    package init(name: String, party: PartyClass, defaultRegion: String?, purposes: [String]?) {
        self.name = name
        self.party = party
        self.defaultRegion = defaultRegion
        self.purposes = purposes
    }
}
