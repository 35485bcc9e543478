internal import Identity

/// Why a link is kept but takes no part in the union-find.
package enum SuspensionReason: UInt8, Hashable, Sendable, CaseIterable {
    /// Past its time to live; comes back when seen again.
    case expired = 1
    /// An end has more counterparts in one namespace, as strong or stronger or both of class person, than its
    /// `hub_limit`.
    case hub = 2
    /// An end has more counterparts in one weaker namespace than its `fan_limit`.
    case fan = 3
    /// An end is listed by more records than its `record_limit`.
    case records = 4
    /// The component would have more members than the limit.
    case componentLimit = 5
}

extension SuspensionReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .expired: "expired"
        case .hub: "hub"
        case .fan: "fan"
        case .records: "records"
        case .componentLimit: "component_limit"
        }
    }
}

/// How many distinct counterparts an identifier has, by namespace: every deterministic link that has not
/// expired counts, suspended or not, so that the degree is a property of the evidence and not of its order.
package struct Degree: Hashable, Sendable {
    /// Ascending by namespace; no zero counts.
    package private(set) var counts: [(namespace: NamespaceID, count: UInt32)]

    package init() { counts = [] }

    package init(counts: [(namespace: NamespaceID, count: UInt32)]) { self.counts = counts }

    package var isEmpty: Bool { counts.isEmpty }

    package mutating func add(_ namespace: NamespaceID, _ amount: Int = 1) {
        guard amount != 0 else { return }
        for index in counts.indices where counts[index].namespace == namespace {
            counts[index].count = UInt32(Int(counts[index].count) + amount)
            if counts[index].count == 0 { counts.remove(at: index) }
            return
        }
        let place = counts.firstIndex { namespace < $0.namespace } ?? counts.endIndex
        counts.insert((namespace, UInt32(amount)), at: place)
    }

    package static func == (left: Degree, right: Degree) -> Bool {
        left.counts.count == right.counts.count && zip(left.counts, right.counts).allSatisfy { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for entry in counts {
            hasher.combine(entry.namespace)
            hasher.combine(entry.count)
        }
    }
}

/// The outcome of the hub rule for one identifier, with the count that decided it.
package struct HubStatus: Hashable, Sendable {
    package var reason: SuspensionReason
    /// The namespace whose counterparts are too many; `record` for the record limit.
    package var namespace: NamespaceID
    package var count: UInt32
    package var limit: Int
}

extension Policies {
    /// Whether an identifier of `namespace` is a hub; nil: it is not.
    ///
    /// Limits are inclusive: exactly `hub_limit` counterparts are still no hub.
    package func hubStatus(of namespace: NamespaceID, degree: Degree, records: UInt32) -> HubStatus? {
        guard namespace != .record, let policy = namespaces[Int(namespace.rawValue)] else { return nil }
        if Int(records) > policy.recordLimit {
            return HubStatus(reason: .records, namespace: .record, count: records, limit: policy.recordLimit)
        }
        var fan: HubStatus?
        for entry in degree.counts {
            let arePersonal = policy.kind == .person && kind(entry.namespace) == .person
            if arePersonal || strength(entry.namespace) >= policy.strength {
                guard Int(entry.count) > policy.hubLimit else { continue }
                return HubStatus(
                    reason: .hub, namespace: entry.namespace, count: entry.count, limit: policy.hubLimit)
            }
            guard fan == nil, Int(entry.count) > policy.fanLimit else { continue }
            fan = HubStatus(reason: .fan, namespace: entry.namespace, count: entry.count, limit: policy.fanLimit)
        }
        return fan
    }
}
