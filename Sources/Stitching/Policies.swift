package import Identity

/// The configuration as the function of the evidence sees it: policies by the store's own numbers.
package struct Policies: Sendable {
    /// Indexed by `NamespaceID`; a hole (a name that the configuration has dropped) is nil.
    package let namespaces: [NamespacePolicy?]
    /// The same, as far as inner loops ask for it.
    @usableFromInline var traits: [NamespaceTraits] = []
    /// Indexed by `SourceID`.
    package var sources: [SourceTraits]
    /// Most identifiers in one profile; records do not count.
    package var profileIdentifiers: Int
    /// Most members of one component, records included.
    package var componentMembers: Int
    /// Hours after which two records are no longer linked by likeness; nil: never.
    package var likenessHours: Int32?
    /// Purposes, their defaults and ages, by the store's numbers; nil: consent plays no part.
    package var consent: ConsentRules?
    /// Whether the evidence of every source known so far may serve every purpose.
    package var servesAll: Bool { sources.allSatisfy { $0.purposes == .max } }
    /// The bit of each namespace in a cluster's mask, 0 where two may always be joined.
    @usableFromInline package private(set) var uniqueBits: [UInt64] = []
    private var alwaysMask: UInt64 = 0
    private var weakMasks: [(strength: Int, bit: UInt64)] = []

    /// - Precondition: at most 64 namespaces are unique per profile (the configuration checks it).
    package init(
        namespaces: [NamespacePolicy?], sources: [SourceTraits], profileIdentifiers: Int, componentMembers: Int,
        consent: ConsentRules? = nil
    ) {
        self.consent = consent
        self.namespaces = namespaces
        self.sources = sources
        self.profileIdentifiers = profileIdentifiers
        self.componentMembers = componentMembers
        traits = namespaces.map(NamespaceTraits.init)
        assignUniqueBits()
    }

    private mutating func assignUniqueBits() {
        var next: UInt64 = 1
        for policy in namespaces {
            guard let policy, policy.uniquePerProfile != .none else {
                uniqueBits.append(0)
                continue
            }
            precondition(next != 0, "more than 64 namespaces are unique per profile")
            uniqueBits.append(next)
            switch policy.uniquePerProfile {
            case .always: alwaysMask |= next
            case .weakLinks: weakMasks.append((policy.strength, next))
            case .none: break
            }
            next = next == 1 << 63 ? 0 : next << 1
        }
    }

    /// The namespaces of which a link of `strength` may not bring two together.
    @inlinable
    package func constrainedMask(strength: Int) -> UInt64 {
        weakMask(strength: strength)
    }

    @usableFromInline
    func weakMask(strength: Int) -> UInt64 {
        var mask = alwaysMask
        for entry in weakMasks where strength < entry.strength { mask |= entry.bit }
        return mask
    }

    @inlinable
    package func strength(_ namespace: NamespaceID) -> Int {
        traits[Int(namespace.rawValue)].strength
    }

    package func kind(_ namespace: NamespaceID) -> NamespaceClass? {
        traits[Int(namespace.rawValue)].kind
    }

    /// Whether a link leads from a session to something else.
    package func isOfSession(_ left: NamespaceID, _ right: NamespaceID) -> Bool {
        (kind(left) == .session) != (kind(right) == .session)
    }

    /// How strong a link is in the eyes of `weak_links`: as its weaker end; but a session's as its other end, because one
    /// visit is one person's.
    package func bond(_ left: NamespaceID, _ right: NamespaceID) -> Int {
        guard isOfSession(left, right) else { return min(strength(left), strength(right)) }
        return kind(left) == .session ? strength(right) : strength(left)
    }

    /// Whether an identifier with so many counterparts in all may be a hub by its degree; false: it is none.
    @inlinable
    package func mayBeHub(_ namespace: NamespaceID, counterparts: Int) -> Bool {
        counterparts > traits[Int(namespace.rawValue)].lowestLimit
    }

    /// Whether an identifier is a device's or a session's: what the feature of linking devices is about.
    package func isDevice(_ namespace: NamespaceID) -> Bool {
        switch namespaces[Int(namespace.rawValue)]?.kind {
        case .device, .session: true
        default: false
        }
    }

    /// Hours after which a contribution to a link of the two namespaces is hidden: the shorter of both; nil: never.
    @inlinable
    package func timeToLive(_ left: NamespaceID, _ right: NamespaceID) -> Int32? {
        if left == .record, right == .record { return likenessHours }
        let first = traits[Int(left.rawValue)].timeToLiveHours
        let second = traits[Int(right.rawValue)].timeToLiveHours
        guard let first else { return second }
        guard let second else { return first }
        return min(first, second)
    }
}

/// What inner loops ask of a namespace's policy.
@usableFromInline
struct NamespaceTraits: Sendable {
    @usableFromInline var strength: Int
    /// Nil: the configuration has dropped the namespace.
    var kind: NamespaceClass?
    @usableFromInline var timeToLiveHours: Int32?
    /// The lower of the two limits on counterparts within one namespace.
    @usableFromInline var lowestLimit: Int

    init(_ policy: NamespacePolicy?) {
        strength = policy?.strength ?? 0
        kind = policy?.kind
        timeToLiveHours = policy?.timeToLiveHours
        lowestLimit = policy.map { min($0.hubLimit, $0.fanLimit) } ?? .max
    }
}

/// A source as the function of the evidence sees it.
package struct SourceTraits: Sendable {
    package var name: String
    /// 0: zero or first party; 1: others.
    package var partyRank: UInt8
    /// The purposes that its evidence may serve, by the store's numbers.
    package var purposes: UInt32
    /// Where the source's day sketches start: a fixed hash of its name, the same in every store.
    package var sketchSeed: UInt64

    package init(name: String, party: PartyClass, purposes: UInt32 = .max) {
        self.name = name
        self.purposes = purposes
        self.partyRank = party == .zero || party == .first ? 0 : 1
        self.sketchSeed = FixedHash.fnv1a(name.utf8)
    }
}

/// Hashes that are the same in every process, every store and every version.
package enum FixedHash {
    /// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
    package static func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes {
            hash ^= UInt64(byte)
            hash &*= 0x0000_0100_0000_01b3
        }
        return hash
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    @inlinable
    package static func mix(_ value: UInt64) -> UInt64 {
        var word = value &+ 0x9e37_79b9_7f4a_7c15
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
