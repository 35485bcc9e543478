/// Shops, the telephone and the customer system.
extension Traffic {
    mutating func purchase(of person: Person, in household: Household, at time: Int64) {
        var shown: [IdentifierIndex] = []
        if let card = person.card(at: time), random.happens(0.8) { shown.append(card) }
        if random.happens(0.7), let token = token(of: person, in: household) { shown.append(token) }
        if random.happens(shape.receiptEmail), let email = typedEmail(of: person) { shown.append(email) }
        guard let back = shown.first,
            let order = note(.order, by: .pos, at: time, person: person, shown)
        else { return }
        takeBack(order, person: person, at: time, by: .pos, identifier: back)
    }

    /// Some of some orders comes back, days later.
    mutating func takeBack(
        _ order: UInt32, person: Person, at time: Int64, by source: Source, identifier: IdentifierIndex
    ) {
        guard random.happens(shape.returns) else { return }
        let later = time + Int64((3 + random.exponential(mean: 5)) * Double(Calendar.day))
        note(.returned, by: source, at: later, person: person, [identifier], subject: order)
    }

    mutating func call(of person: Person, at time: Int64) {
        var shown: [IdentifierIndex] = []
        if random.happens(shape.callCentrePhone) {
            shown.append(callCentrePhone)
        } else if let phone = usual(person.phones(at: time)) {
            shown.append(phone)
        }
        if let customer = person.customerID {
            shown.append(customer)
        } else if let card = person.card(at: time) {
            shown.append(card)
        } else if let email = typedEmail(of: person) {
            shown.append(email)
        }
        guard !shown.isEmpty else { return }
        note(.none, by: .callcentre, at: time, person: person, shown)
    }

    /// A row of the customer system, its newer version and its double.
    mutating func keepRecord(of person: Person, at time: Int64) {
        let record = log.addRecord(of: person)
        note(.record, by: .crm, at: time, person: person, row(of: person, at: time, whole: false), subject: record)
        if random.happens(shape.recordUpdates) {
            let later = time + Int64(random.exponential(mean: 7) * Double(Calendar.day))
            note(.record, by: .crm, at: later, person: person, row(of: person, at: later, whole: true), subject: record)
        }
        guard random.happens(shape.duplicateRecords) else { return }
        let later = time + Int64(random.exponential(mean: 7) * Double(Calendar.day))
        guard later < end, let email = typedEmail(of: person) else { return }
        let double = log.addRecord(of: person)
        let phone = usual(person.phones(at: later))
        note(.record, by: .crm, at: later, person: person, [email] + [phone].compactMap { $0 }, subject: double)
    }

    /// - Parameter whole: every address and number, as after a call to put the row in order.
    private mutating func row(of person: Person, at time: Int64, whole: Bool) -> [IdentifierIndex] {
        var row = [person.customerID].compactMap { $0 }
        let phones = person.phones(at: time)
        if whole {
            row += person.emails + phones
        } else {
            row += [typedEmail(of: person), usual(phones)].compactMap { $0 }
        }
        if let card = person.card(at: time) { row.append(card) }
        if whole, let login = person.login { row.append(login) }
        return row
    }
}
