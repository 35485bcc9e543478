/// Which key of a store: its kind, and its version where there may be several.
package struct KeyName: Hashable, Comparable, Sendable {
    /// The numbers are stored and never used again for another kind.
    package enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        /// The master of one version's identity keys: a key for each namespace is derived from it.
        case identity = 1
        /// In place of the first version's master where a store was made before there were bundles: HKDF's extract of its
        /// root key, from which a namespace that is named later gets the key that it would have had.
        case identityDerivation = 2
        case profileID = 3
        case suppression = 4
        case seal = 5
        /// Derives the nonces of `seal`.
        case sealNonce = 6
        case block = 7
        case feature = 8
        case content = 9
        /// Chains the entries of the audit and names their subjects.
        case audit = 10
        /// The seed of the Ed25519 key that signs heads of the audit.
        case auditSigning = 11
        case feed = 12
        /// Makes the value by which a store recognises its keys.
        case check = 13

        /// How an older store's key was derived from its root key; nil for masters.
        var derivationLabel: String? {
            switch self {
            case .identity, .identityDerivation: nil
            case .profileID: "profile-id"
            case .suppression: "suppression"
            case .seal: "seal"
            case .sealNonce: "seal-nonce"
            case .block: "block"
            case .feature: "feature"
            case .content: "content"
            case .audit: "audit"
            case .auditSigning: "audit-signing"
            case .feed: "feed"
            case .check: "check"
            }
        }
    }

    package var kind: Kind
    /// From 1 on. Keys that are not rotated have version 1.
    package var version: UInt16

    package init(_ kind: Kind, version: UInt16 = 1) {
        self.kind = kind
        self.version = version
    }

    /// The kinds that a store has from its beginning, one each, beside the master of its identity keys.
    static let single = Kind.allCases.filter { $0 != .identity && $0 != .identityDerivation }

    package static func < (left: KeyName, right: KeyName) -> Bool {
        (left.kind.rawValue, left.version) < (right.kind.rawValue, right.version)
    }
}
