package import Identity
package import Stitching

/// A member of a component as stored.
package struct Member: Hashable, Sendable {
    package var node: NodeID
    package var key: IdentityKey
    package var namespace: NamespaceID
    /// Index of its cluster in the component.
    package var cluster: UInt16
    package var flags: MemberFlags

    package init(
        node: NodeID, key: IdentityKey, namespace: NamespaceID, cluster: UInt16 = 0, flags: MemberFlags = []
    ) {
        self.node = node
        self.key = key
        self.namespace = namespace
        self.cluster = cluster
        self.flags = flags
    }
}

/// What a reader or the writer must know of a member before it looks elsewhere.
package struct MemberFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// All that is held on it is past its time to live: it is in no profile.
    package static let hidden = MemberFlags(rawValue: 1)
    /// It has a row in `nodes`.
    package static let hasNodeRow = MemberFlags(rawValue: 2)
    /// It has rows in `assertions`.
    package static let hasAssertions = MemberFlags(rawValue: 4)
    /// It is a hub: its deterministic links are all suspended.
    package static let hub = MemberFlags(rawValue: 8)
    /// It has rows in `consents`.
    package static let hasConsents = MemberFlags(rawValue: 16)
    /// It holds a denial for the whole person, or is restricted: neither it nor its links expire.
    package static let pinned = MemberFlags(rawValue: 32)
    /// It is being erased: hidden, and nothing is added to it.
    package static let fenced = MemberFlags(rawValue: 64)
    /// It has a row in `restrictions`: stored, not used.
    package static let restricted = MemberFlags(rawValue: 128)
}

/// An active link of a component as stored; ends are indices of members, `left <= right`.
package struct ActiveLink: Hashable, Sendable {
    package var left: UInt16
    package var right: UInt16
    package var kind: LinkKind
    package var verdict: Verdict
    package var evidence: Evidence

    package init(left: UInt16, right: UInt16, kind: LinkKind, verdict: Verdict, evidence: Evidence) {
        self.left = left
        self.right = right
        self.kind = kind
        self.verdict = verdict
        self.evidence = evidence
    }
}

/// A node id that passed to a living member when its own identifier expired.
package struct Inheritance: Hashable, Sendable {
    /// Index of the heir.
    package var member: UInt16
    package var node: NodeID

    package init(member: UInt16, node: NodeID) {
        self.member = member
        self.node = node
    }
}

/// The unit of storage and of evaluation: what active links and must-links connect.
package struct Component: Hashable, Sendable {
    /// Ascending by node id.
    package var members: [Member] = []
    /// For each cluster its anchor: the node id whose profile id it bears.
    package var anchors: [NodeID] = []
    package var inheritances: [Inheritance] = []
    /// What narrows the views of purposes; nil: nothing does but defaults.
    package var views: ViewSection?
    /// Ascending by ends; empty where `linksApart`.
    package var links: [ActiveLink] = []
    /// Whether the links lie in rows of table `links`, the value being over 64 KiB with them.
    package var linksApart = false
    /// The hour at which a row of `expiries` will have it looked at again; nil: none.
    package var nextLook: Int32?

    package init() {}
}

/// A row of table `components`.
package enum ComponentRow: Sendable {
    /// A step of the union-find forest.
    case parent(NodeID)
    case component(Component)
}

extension ActiveLink {
    /// What may be shown of its evidence: of a likeness which sources' records it is between, and when they said so.
    package var shownEvidence: Evidence {
        guard kind == .probabilistic else { return evidence }
        let folds = evidence.folds.map { Fold(source: $0.source, first: $0.first, last: $0.last, days: 1) }
        return Evidence(folds: folds)
    }
}
