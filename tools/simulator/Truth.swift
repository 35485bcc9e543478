/// Who owns which identifier, and what could at best be known: worked out from the events that are delivered.
struct Truth {
    enum Owner: Equatable {
        /// In no event that is delivered.
        case unseen
        case nobody
        case person(UInt32)
        /// Used by several; most by the one named.
        case shared(UInt32)
    }

    private(set) var owners: [Owner]
    /// Which events are delivered, by number.
    let isDelivered: [Bool]
    /// A forest over identifiers: those that one person's events, one after another, connect.
    private var parents: [UInt32]

    init(of log: EventLog, identifiers: IdentifierTable, delivery: Delivery) {
        var delivered = [Bool](repeating: false, count: log.count)
        for event in delivery.order { delivered[Int(event)] = true }
        isDelivered = delivered
        owners = Self.owners(of: log, identifiers: identifiers, isDelivered: delivered)
        parents = (0..<UInt32(identifiers.count)).map { $0 }
        for (number, event) in log.events.enumerated() where delivered[number] {
            let own = log.identifiers(of: event).filter { owners[Int($0.row)] == .person(event.person) }
            for other in own.dropFirst() { join(own[own.startIndex].row, other.row) }
        }
    }

    /// The number of an identifier's island: its smallest row.
    mutating func island(of index: IdentifierIndex) -> UInt32 {
        var row = index.row
        while parents[Int(row)] != row {
            parents[Int(row)] = parents[Int(parents[Int(row)])]
            row = parents[Int(row)]
        }
        return row
    }

    private mutating func join(_ left: UInt32, _ right: UInt32) {
        let left = island(of: IdentifierIndex(row: left))
        let right = island(of: IdentifierIndex(row: right))
        parents[Int(max(left, right))] = min(left, right)
    }

    /// One user makes an owner; among several the majority is named, where there is one (Boyer and Moore's vote).
    private static func owners(of log: EventLog, identifiers: IdentifierTable, isDelivered: [Bool]) -> [Owner] {
        var owners = [Owner](repeating: .unseen, count: identifiers.count)
        var votes = [Int32](repeating: 0, count: identifiers.count)
        for (number, event) in log.events.enumerated() where isDelivered[number] {
            for index in log.identifiers(of: event) {
                let row = Int(index.row)
                switch owners[row] {
                case .unseen:
                    owners[row] = identifiers.isNobodys(index) ? .nobody : .person(event.person)
                    votes[row] = 1
                case .nobody: break
                case .person(let owner):
                    if owner != event.person { owners[row] = .shared(owner) }
                    votes[row] += owner == event.person ? 1 : -1
                case .shared(let leader):
                    votes[row] += leader == event.person ? 1 : -1
                    if votes[row] < 0 {
                        owners[row] = .shared(event.person)
                        votes[row] = 1
                    }
                }
            }
        }
        return owners
    }
}

extension Truth {
    /// Writes `namespace,value,person,shared,island`, a row for each identifier seen. `shared` is 1 for what several
    /// people use, and `person` is then the main user, or empty. Two identifiers of one person are on one island when
    /// a path of that person's own observations, over what nobody shares, connects them.
    mutating func write(to sink: inout ByteSink, identifiers: IdentifierTable) throws(SinkError) {
        sink.bytes.append(text: "namespace,value,person,shared,island\n")
        for row in owners.indices where owners[row] != .unseen {
            let index = IdentifierIndex(row: UInt32(row))
            let isShared: Bool
            let person: UInt32?
            switch owners[row] {
            case .unseen, .nobody: (person, isShared) = (nil, true)
            case .person(let owner): (person, isShared) = (owner, false)
            case .shared(let owner): (person, isShared) = (owner, true)
            }
            sink.bytes.append(text: identifiers.namespace(index).name)
            sink.bytes.append(UInt8(ascii: ","))
            identifiers.appendText(of: index, to: &sink.bytes)
            sink.bytes.append(UInt8(ascii: ","))
            if let person { sink.bytes.appendDecimal(UInt64(person)) }
            sink.bytes.append(text: isShared ? ",1," : ",0,")
            sink.bytes.appendDecimal(UInt64(island(of: index)))
            sink.bytes.append(UInt8(ascii: "\n"))
            try sink.flushIfFull()
        }
    }

    /// Writes `source,record_id,truth`, a row for each record seen.
    func writeRecords(to sink: inout ByteSink, log: EventLog) throws(SinkError) {
        sink.bytes.append(text: "source,record_id,truth\n")
        var seen = [Bool](repeating: false, count: log.recordOwners.count)
        for (number, event) in log.events.enumerated() where isDelivered[number] && event.payload == .record {
            guard !seen[Int(event.subject)] else { continue }
            seen[Int(event.subject)] = true
            sink.bytes.append(text: "crm,r")
            sink.bytes.appendDecimal(UInt64(event.subject), width: 7)
            sink.bytes.append(UInt8(ascii: ","))
            sink.bytes.appendDecimal(UInt64(event.person))
            sink.bytes.append(UInt8(ascii: "\n"))
            try sink.flushIfFull()
        }
    }
}
