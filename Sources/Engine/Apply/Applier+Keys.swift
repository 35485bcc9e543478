internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Commands carry keys of the first version; the store may hold a later one.
extension Applier {
    /// The same command with keys as the store holds them, and as new ones are to be written.
    mutating func brought(_ command: Command, _ transaction: inout WriteTransaction) throws -> Command {
        (renewed, firstKeys) = ([:], [:])
        guard state.keys.newest > 1 else { return command }
        switch command {
        case .record(let observations):
            return .record(try observations.map { try brought($0, &transaction) })
        case .decide(let observations):
            return .decide(try observations.map { try brought($0, &transaction) })
        case .retractRecord(let source, let record, let time):
            return .retractRecord(
                source: source, record: try brought(record: record, of: source, &transaction), time: time)
        case .assert(var assertion):
            try bring(&assertion, transaction)
            return .assert(assertion)
        case .withdraw(var assertion):
            try bring(&assertion, transaction)
            return .withdraw(assertion)
        case .privacy(let privacy):
            return .privacy(try brought(privacy, &transaction))
        case .offers(let offers):
            return .offers(try brought(offers, transaction))
        case .retractSource, .sweep, .purge, .rotation, .keepModel, .link:
            return command
        }
    }

    private mutating func brought(
        _ command: PrivacyCommand, _ transaction: inout WriteTransaction
    ) throws -> PrivacyCommand {
        switch command {
        case .requestErasure(let subject, let isOnly, let act):
            return .requestErasure(try brought(subject, transaction), isOnly: isOnly, act)
        case .restrict(let subject, let kind, let purposes, let act):
            return .restrict(try brought(subject, transaction), kind, purposes: purposes, act)
        case .lift(let subject, let kind, let act):
            return .lift(try brought(subject, transaction), kind, act)
        case .approveErasure(let number, let hash, let also, let act):
            // Members that are named by a value or by the token that was shown.
            return .approveErasure(
                number, hash: hash, also: try also.map { try storedKeys.stored($0, transaction) }, act)
        case .readmit(let observation, let act):
            return .readmit(try brought(observation, &transaction), act)
        default: return command
        }
    }

    private mutating func brought(
        _ command: OfferCommand, _ transaction: borrowing WriteTransaction
    ) throws -> OfferCommand {
        switch command {
        case .decide(var questions):
            for place in questions.indices {
                guard case .key(let key) = questions[place].subject else { continue }
                questions[place].subject = .key(try brought(key, transaction))
            }
            return .decide(questions)
        case .together(let commands):
            var found: [OfferCommand] = []
            for command in commands { found.append(try brought(command, transaction)) }
            return .together(found)
        default: return command
        }
    }

    private mutating func brought(
        _ subject: PrivacySubject, _ transaction: borrowing WriteTransaction
    ) throws -> PrivacySubject {
        guard case .key(let identifier) = subject else { return subject }
        return .key(try brought(identifier, transaction))
    }

    private mutating func bring(_ assertion: inout Assertion, _ transaction: borrowing WriteTransaction) throws {
        assertion.first = try brought(assertion.first, transaction)
        assertion.second = try brought(assertion.second, transaction)
    }

    private mutating func brought(
        _ observation: KeyedObservation, _ transaction: inout WriteTransaction
    ) throws -> KeyedObservation {
        var observation = observation
        for place in observation.identifiers.indices {
            observation.identifiers[place] = try brought(observation.identifiers[place], transaction)
        }
        for place in observation.decisions.indices {
            observation.decisions[place].identifier = try brought(
                observation.decisions[place].identifier, transaction)
        }
        if let record = observation.record {
            observation.record?.key = try brought(record: record.key, of: observation.source, &transaction)
        }
        return observation
    }

    private mutating func brought(
        _ identifier: KeyedIdentifier, _ transaction: borrowing WriteTransaction
    ) throws -> KeyedIdentifier {
        KeyedIdentifier(namespace: identifier.namespace, key: try brought(identifier.key, transaction))
    }

    private mutating func brought(
        _ key: IdentityKey, _ transaction: borrowing WriteTransaction
    ) throws -> IdentityKey {
        let newest = try storedKeys.nested(key, to: state.keys.newest)
        firstKeys[newest] = key
        guard let rotation = state.keys.rotation, rotation.stage == .nodes else { return newest }
        let older = try storedKeys.nested(key, to: rotation.from)
        guard try transaction.contains(Tables.identifiers, older) else { return newest }
        renewed[older] = newest
        firstKeys[older] = key
        return older
    }

    /// A record's key; what is left of it under an older one, where it was retracted, is brought with it.
    private mutating func brought(
        record key: IdentityKey, of source: String, _ transaction: inout WriteTransaction
    ) throws -> IdentityKey {
        let found = try brought(key, transaction)
        guard let rotation = state.keys.rotation, let number = state.source(named: source) else { return found }
        let older = RecordKey(source: number, key: try storedKeys.nested(key, to: rotation.from))
        // Where the record's node waits to be rotated, so does what is left of the record.
        guard found != older.key, case .tombstone(let time, _)? = try transaction.get(Tables.records, older) else {
            return found
        }
        _ = try transaction.delete(Tables.records, older)
        let newest = RecordKey(source: number, key: try storedKeys.nested(key, to: state.keys.newest))
        try transaction.put(Tables.records, newest, .tombstone(time, keyVersion: state.keys.newest))
        return found
    }

    /// The key that a node is made with, where none was found under the one at hand.
    func newest(_ key: IdentityKey) -> IdentityKey { renewed[key] ?? key }

    /// An observation as it was sent, with keys of the first version: what its behaviour is called, and where that lies, is over
    /// them, so that a rotation changes neither.
    func asSent(_ observation: KeyedObservation) -> KeyedObservation {
        guard !firstKeys.isEmpty else { return observation }
        var observation = observation
        for place in observation.identifiers.indices {
            let key = observation.identifiers[place].key
            observation.identifiers[place].key = firstKeys[key] ?? key
        }
        return observation
    }

    /// The keys under which a row of `suppressions` may name an identifier, by version.
    func suppressionKeys(_ key: IdentityKey) throws -> [UInt16: IdentityKey] {
        guard state.keys.newest > 1 else { return [1: key] }
        guard let first = firstKeys[key] else { return [state.keys.newest: key] }
        return try storedKeys.versions(of: first, upTo: state.keys.newest)
    }
}
