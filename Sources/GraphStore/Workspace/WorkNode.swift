package import Identity
internal import Stitching

/// A node that the current group of commands has touched, or a fellow member of its component. Plain words, so that a
/// copy counts no references; what few nodes have lies in tables of the workspace.
struct WorkNode {
    var id: NodeID
    var key: IdentityKey
    var namespace: NamespaceID
    /// Index of the stored component that it came from; -1: it is new.
    var origin: Int32
    /// Its cluster in that component.
    var oldCluster: UInt16
    var flags: MemberFlags
    /// Whether its row of `nodes` is in the workspace's `rows`, or it has none.
    var rowIsRead: Bool
    /// Whether its degree or its records may have changed.
    var needsHubCheck = false
    /// How `records` has changed: records that list it.
    var recordsDelta = 0
    /// Whether its assertions or its heirs have changed.
    var isTouched = false
    /// Whether the path to its root took two steps or more.
    var pathIsLong = false
    /// Whether a record stands behind a node of namespace `record`.
    var recordIsHeld = true

    // What settling finds.
    var hub: HubStatus?
    var isHub: Bool
    var isAlive = true
    var exists = true
    /// Live deterministic links that are loaded, while its degree is looked at.
    var counterparts: Int32 = 0
    /// Where it stands among the members of its component.
    var place: Int32 = 0
    var cluster: Int32 = 0

    init(member: Member, origin: Int32) {
        id = member.node
        key = member.key
        namespace = member.namespace
        self.origin = origin
        oldCluster = member.cluster
        flags = member.flags
        rowIsRead = !member.flags.contains(.hasNodeRow)
        isHub = member.flags.contains(.hub)
        // A record that is fenced is held until it is deleted.
        recordIsHeld = !member.flags.contains(.hidden) || member.flags.contains(.fenced)
    }

    /// A node that the store has never had.
    init(new id: NodeID, key: IdentityKey, namespace: NamespaceID) {
        self.init(member: Member(node: id, key: key, namespace: namespace), origin: -1)
    }

    var isRecord: Bool { namespace == .record }

    /// Whether it was in no profile when it was loaded.
    var wasHidden: Bool { flags.contains(.hidden) }
}

/// Where a link was stored when it was loaded, and where it is to go.
enum LinkPlace: Hashable {
    case nowhere
    case active
    case suspended(SuspensionReason)

    var isSuspended: Bool {
        if case .suspended = self { true } else { false }
    }

    /// Whether a link here counts towards a degree of the suspended links.
    var isSuspendedLive: Bool {
        if case .suspended(let reason) = self { reason != .expired } else { false }
    }
}

/// Where a loaded link's evidence lies: most of it is judged and written again as it was read, and never decoded.
struct EvidencePlace {
    /// Index in `decoded`; -1: it lies as bytes in `storedEvidence`.
    var decoded: Int32 = -1
    /// Where the bytes begin, and how many folds and records they are.
    var offset: Int32 = 0
    var folds: UInt16 = 0
    var records: UInt16 = 0

    /// Bytes where it is not decoded.
    var byteCount: Int { Int(folds) * EvidenceCodec.foldBytes + Int(records) * EvidenceCodec.recordBytes }
}

/// A link that is loaded: all active ones of the components touched, and the suspended ones asked for. Plain words too.
struct WorkLink {
    /// Dense indices of its ends; `left`'s node id is not above `right`'s.
    var left: Int32
    var right: Int32
    var kind: LinkKind
    var evidence = EvidencePlace()
    /// Record contributions that are counted but not loaded (a suspended link's); nil: all are in its evidence.
    var unlisted: Unlisted?
    var stored: LinkPlace
    /// The verdict as stored.
    var storedVerdict: Verdict = .joined
    /// Whether a must-link is held.
    var isAsserted = true
    /// Whether it lies in a row of `links`.
    var isApart = false
    /// Whether what it holds has changed.
    var isChanged = false
    /// The hour of its row in `expiries` (suspended links only).
    var scheduledLook: Int32?

    // What settling finds.
    var standing = Standing(isLive: false, partyRank: 1, weight: 0, nextLook: nil)
    var place: LinkPlace = .nowhere
    var verdict: Verdict = .joined

    var isLoop: Bool { left == right }
    /// Whether it counts towards its ends' degrees while it is live.
    var countsInDegree: Bool { kind == .deterministic && left != right }
}

/// Record contributions of a suspended link, as a count: `listings` says which they are.
package struct Unlisted: Hashable, Sendable {
    package var count: UInt32
    package var newest: Timestamp

    package init(count: UInt32, newest: Timestamp) {
        self.count = count
        self.newest = newest
    }
}
