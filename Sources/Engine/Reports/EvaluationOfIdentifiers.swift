internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// How well profiles of identifiers agree with a list that says whose each is.
package struct EvaluationOfIdentifiers: Sendable, Encodable {
    /// Sessions of one person, by what their profile would make of them.
    package struct Sessions: Hashable, Sendable, Encodable {
        package var total = 0
        /// The profile holds an address of the session's person, and of nobody else.
        package var addressable = 0
        /// The profile holds an address of another person.
        package var wrong = 0
        package var unaddressable = 0
        /// Sessions with an address in an observation of their own: what is known without stitching. Nil: no observations
        /// were given.
        package var addressableBefore: Int?

        package var share: Double? { Agreement.share(addressable, of: total) }
        package var wrongShare: Double? { Agreement.share(wrong, of: total) }
        package var shareBefore: Double? { addressableBefore.flatMap { Agreement.share($0, of: total) } }
    }

    /// Identifiers with one true owner.
    package var identifiers = 0
    /// Identifiers left out because several people use them, or nobody.
    package var shared = 0
    /// Identifiers with one owner that are in no profile.
    package var notHeld = 0
    package var people = 0
    package var profiles = 0
    package var foundPairs = 0
    /// Found pairs of one person.
    package var rightPairs = 0
    /// Pairs of one person that a path of that person's own observations connects; nil: not known.
    package var connectedPairs: Int?
    package var foundConnectedPairs: Int?
    package var sessions = Sessions()
    /// The same without what likeness has joined; nil where no model links.
    package var withoutLikeness: WithoutLikeness?

    /// What identifiers alone give.
    package struct WithoutLikeness: Hashable, Sendable, Encodable {
        package var foundPairs: Int
        package var rightPairs: Int
        package var sessions: Sessions
        /// Of the pairs that likeness adds, those of one person; nil: it adds none.
        package var addedPrecision: Double?

        package var precision: Double? { Agreement.share(rightPairs, of: foundPairs) }

        private enum CodingKeys: String, CodingKey {
            case precision, addressable, wrong
            case foundPairs = "found_pairs"
            case rightPairs = "right_pairs"
            case addressableShare = "addressable_share"
            case addedPrecision = "added_precision"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(foundPairs, forKey: .foundPairs)
            try container.encode(rightPairs, forKey: .rightPairs)
            try container.encode(precision, forKey: .precision)
            try container.encode(sessions.addressable, forKey: .addressable)
            try container.encode(sessions.wrong, forKey: .wrong)
            try container.encode(sessions.share, forKey: .addressableShare)
            try container.encode(addedPrecision, forKey: .addedPrecision)
        }
    }

    package var precision: Double? { Agreement.share(rightPairs, of: foundPairs) }
    package var recall: Double? {
        guard let connectedPairs, let foundConnectedPairs else { return nil }
        return Agreement.share(foundConnectedPairs, of: connectedPairs)
    }

    private enum CodingKeys: String, CodingKey {
        case identifiers, shared, people, profiles, precision, recall, addressable, unaddressable, wrong, sessions
        case notHeld = "not_held"
        case foundPairs = "found_pairs"
        case rightPairs = "right_pairs"
        case connectedPairs = "connected_pairs"
        case foundConnectedPairs = "found_connected_pairs"
        case addressableShare = "addressable_share"
        case wrongShare = "wrong_share"
        case addressableBefore = "addressable_before"
        case addressableShareBefore = "addressable_share_before"
        case withoutLikeness = "without_likeness"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(identifiers, forKey: .identifiers)
        try container.encode(shared, forKey: .shared)
        try container.encode(notHeld, forKey: .notHeld)
        try container.encode(people, forKey: .people)
        try container.encode(profiles, forKey: .profiles)
        try container.encode(foundPairs, forKey: .foundPairs)
        try container.encode(rightPairs, forKey: .rightPairs)
        try container.encode(connectedPairs, forKey: .connectedPairs)
        try container.encode(foundConnectedPairs, forKey: .foundConnectedPairs)
        try container.encode(precision, forKey: .precision)
        try container.encode(recall, forKey: .recall)
        try container.encode(sessions.total, forKey: .sessions)
        try container.encode(sessions.addressable, forKey: .addressable)
        try container.encode(sessions.wrong, forKey: .wrong)
        try container.encode(sessions.unaddressable, forKey: .unaddressable)
        try container.encode(sessions.share, forKey: .addressableShare)
        try container.encode(sessions.wrongShare, forKey: .wrongShare)
        try container.encode(sessions.addressableBefore, forKey: .addressableBefore)
        try container.encode(sessions.shareBefore, forKey: .addressableShareBefore)
        try container.encodeIfPresent(withoutLikeness, forKey: .withoutLikeness)
    }
}

extension TruthOfIdentifiers {
    package func evaluate(_ engine: Engine) throws -> EvaluationOfIdentifiers {
        var result = try evaluate(try anchors(engine) { try NodeAnchors($0, nodes: $1) })
        guard try engine.models().contains(where: \.isActive) else { return result }
        let plain = try evaluate(try anchors(engine) { try NodeAnchors(withoutLikeness: $0, nodes: $1) })
        result.withoutLikeness = EvaluationOfIdentifiers.WithoutLikeness(
            foundPairs: plain.foundPairs, rightPairs: plain.rightPairs, sessions: plain.sessions,
            addedPrecision: Agreement.share(
                result.rightPairs - plain.rightPairs, of: result.foundPairs - plain.foundPairs))
        return result
    }

    private func evaluate(_ anchors: [NodeID?]) throws -> EvaluationOfIdentifiers {
        var numbering = Numbering<NodeID>()
        let profiles = anchors.map { anchor in anchor.map { numbering.number(of: $0) } }
        var result = EvaluationOfIdentifiers()
        result.profiles = Int(numbering.count)
        result.shared = entries.count { $0.isShared }
        result.identifiers = entries.count - result.shared
        result.notHeld = entries.indices.count { !entries[$0].isShared && profiles[$0] == nil }
        judgePairs(profiles, &numbering, &result)
        result.sessions = sessions(profiles)
        return result
    }

    private func anchors(
        _ engine: Engine, _ groups: (borrowing ReadTransaction, UInt64) throws -> NodeAnchors
    ) throws -> [NodeID?] {
        let configuration = engine.store.configuration
        return try engine.store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            let anchors = try groups(transaction, state.nextNode)
            return try entries.map { entry in
                try transaction.get(Tables.identifiers, engine.store.storedKeys.stored(entry.key, transaction)).flatMap
                { anchors.anchor(of: $0.node) }
            }
        }
    }

    /// An identifier that is in no profile counts as a group of its own: it can be missed, and it misleads nobody.
    private func judgePairs(
        _ profiles: [Int32?], _ numbering: inout Numbering<NodeID>, _ result: inout EvaluationOfIdentifiers
    ) {
        let islands = islands()
        var byPerson = Comparison()
        var byIsland = Comparison()
        for (index, entry) in entries.enumerated() where !entry.isShared {
            let group = profiles[index] ?? numbering.fresh()
            byPerson.add(found: group, true: entry.person)
            byIsland.add(found: group, true: islands[index])
        }
        let people = byPerson.agreement()
        result.people = people.trueGroups
        result.foundPairs = people.foundPairs
        result.rightPairs = people.sharedPairs
        guard canJudgeRecall else { return }
        let connected = byIsland.agreement()
        result.connectedPairs = connected.truePairs
        result.foundConnectedPairs = connected.sharedPairs
    }

    /// Whose addresses a profile holds.
    private enum Reach {
        case person(Int32)
        case several
    }

    private func sessions(_ profiles: [Int32?]) -> EvaluationOfIdentifiers.Sessions {
        var reach: [Int32: Reach] = [:]
        for (index, entry) in entries.enumerated() where entry.isAddress && !entry.isShared {
            guard let profile = profiles[index] else { continue }
            switch reach[profile] {
            case nil: reach[profile] = .person(entry.person)
            case .person(let known)? where known != entry.person: reach[profile] = .several
            default: break
            }
        }
        var sessions = EvaluationOfIdentifiers.Sessions()
        var before = 0
        for (index, entry) in entries.enumerated() where entry.isSession && !entry.isShared {
            sessions.total += 1
            before += entry.isKnownAtSight ? 1 : 0
            switch profiles[index].flatMap({ reach[$0] }) {
            case nil: sessions.unaddressable += 1
            case .person(let owner)? where owner == entry.person: sessions.addressable += 1
            default: sessions.wrong += 1
            }
        }
        sessions.addressableBefore = observations > 0 ? before : nil
        return sessions
    }
}
