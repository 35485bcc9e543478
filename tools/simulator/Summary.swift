internal import Foundation

/// What was written, and what the best store could make of it.
struct Summary {
    /// Lines, duplicates included.
    private(set) var observations = 0
    private(set) var duplicates = 0
    private(set) var people = 0
    private(set) var sessions = 0
    private(set) var records = 0
    private(set) var identifiers: [Namespace: Int] = [:]
    private(set) var sharedIdentifiers = 0
    /// Shares of sessions: that enter without an identifier of a person; that show an e-mail, phone, login or loyalty
    /// id of their person themselves; that perfect knowledge could connect to one.
    private(set) var anonymousAtEntry = 0.0
    private(set) var addressableBefore = 0.0
    private(set) var attainable = 0.0

    init(of traffic: Traffic, delivery: Delivery, truth: inout Truth) {
        observations = delivery.order.count
        duplicates = observations - truth.isDelivered.count { $0 }
        count(truth.owners, in: traffic.identifiers)
        let islands = Self.addressableIslands(in: traffic.identifiers, truth: &truth)
        var entered = Set<UInt32>()
        var anonymous = 0
        var itself = Set<UInt32>()
        var users = Set<UInt32>()
        var rows = Set<UInt32>()
        for (number, event) in traffic.log.events.enumerated() where truth.isDelivered[number] {
            users.insert(event.person)
            if event.payload == .record { rows.insert(event.subject) }
            let identifiers = traffic.log.identifiers(of: event)
            guard let session = identifiers.first, traffic.identifiers.namespace(session) == .session else { continue }
            let isAddressed = identifiers.contains {
                traffic.identifiers.namespace($0).addresses && truth.owners[Int($0.row)] == .person(event.person)
            }
            if isAddressed { itself.insert(session.row) }
            let isEntry = entered.insert(session.row).inserted
            let isKnown = identifiers.contains { traffic.identifiers.namespace($0).isPersonal }
            if isEntry, !isKnown { anonymous += 1 }
        }
        people = users.count
        records = rows.count
        sessions = entered.count
        let reached = entered.count { islands.contains(truth.island(of: IdentifierIndex(row: $0))) }
        let total = Double(max(1, sessions))
        anonymousAtEntry = Double(anonymous) / total
        addressableBefore = Double(itself.count) / total
        attainable = Double(reached) / total
    }

    private mutating func count(_ owners: [Truth.Owner], in table: IdentifierTable) {
        for (row, owner) in owners.enumerated() {
            switch owner {
            case .unseen: continue
            case .person: break
            case .nobody, .shared: sharedIdentifiers += 1
            }
            identifiers[table.namespace(IdentifierIndex(row: UInt32(row))), default: 0] += 1
        }
    }

    private static func addressableIslands(in table: IdentifierTable, truth: inout Truth) -> Set<UInt32> {
        var islands = Set<UInt32>()
        for row in truth.owners.indices {
            let index = IdentifierIndex(row: UInt32(row))
            guard case .person = truth.owners[row], table.namespace(index).addresses else { continue }
            islands.insert(truth.island(of: index))
        }
        return islands
    }

    /// One JSON object, its shares to four places.
    var json: String {
        func share(_ value: Double) -> String { String(format: "%.4f", value) }
        let counts = Namespace.allCases.map { "    \"\($0.name)\": \(identifiers[$0] ?? 0)" }.joined(separator: ",\n")
        return """
            {
              "observations": \(observations),
              "duplicates": \(duplicates),
              "people": \(people),
              "sessions": \(sessions),
              "records": \(records),
              "anonymous_at_entry": \(share(anonymousAtEntry)),
              "addressable_before_stitching": \(share(addressableBefore)),
              "addressable_attainable": \(share(attainable)),
              "shared_identifiers": \(sharedIdentifiers),
              "identifiers": {
            \(counts)
              }
            }

            """
    }
}

extension Namespace {
    /// Points at a person rather than a browser.
    fileprivate var isPersonal: Bool {
        addresses || self == .customerID
    }
}
