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
