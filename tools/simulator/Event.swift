/// Something that happened and that a source saw, before it is put into words.
struct Event {
    let time: Int64
    let person: UInt32
    /// Where its identifiers begin in the log.
    let firstReference: UInt32
    let referenceCount: UInt8
    let source: Source
    let payload: Payload
    /// A return's order, as a number of event; a record's number. Else 0.
    let subject: UInt32
    /// Its place among the connections; 0: none is told.
    let connection: UInt32
}

/// All events of the traffic, in the order in which they were thought of.
struct EventLog {
    private(set) var events: [Event] = []
    private var references: [IdentifierIndex] = []
    /// The person behind each record, by record number.
    private(set) var recordOwners: [UInt32] = []

    var count: Int { events.count }

    func identifiers(of event: Event) -> ArraySlice<IdentifierIndex> {
        let first = Int(event.firstReference)
        return references[first..<(first + Int(event.referenceCount))]
    }

    /// Adds an event and returns its number.
    @discardableResult
    mutating func add(
        _ payload: Payload, by source: Source, at time: Int64, person: Person, identifiers: [IdentifierIndex],
        subject: UInt32 = 0, connection: UInt32 = 0
    ) -> UInt32 {
        precondition(!identifiers.isEmpty && identifiers.count <= 16, "an observation has 1 to 16 identifiers")
        events.append(
            Event(
                time: time, person: person.number, firstReference: UInt32(references.count),
                referenceCount: UInt8(identifiers.count), source: source, payload: payload, subject: subject,
                connection: connection))
        references.append(contentsOf: identifiers)
        return UInt32(events.count - 1)
    }

    /// Opens a row of the customer system and returns its number.
    mutating func addRecord(of person: Person) -> UInt32 {
        recordOwners.append(person.number)
        return UInt32(recordOwners.count - 1)
    }
}
