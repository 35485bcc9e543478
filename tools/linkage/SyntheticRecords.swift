/// Records of synthetic people, with errors.
struct SyntheticRecords {
    private let shape: SyntheticShape
    private var dice: Dice
    private var people: SyntheticPeople
    private(set) var records: [DataSet.Record] = []
    private(set) var truth: [Int32] = []

    init(_ shape: SyntheticShape, seed: UInt64) {
        self.shape = shape
        people = SyntheticPeople(shape, seed: seed)
        dice = Dice(seed: seed ^ 0xabcdef)
        for (number, person) in people.people.enumerated() {
            add(person, number)
            guard dice.chance(shape.duplicatedPart) else { continue }
            for _ in 0..<(1 + dice.below(shape.mostRecords - 1)) { add(changed(person), number) }
        }
        for index in records.indices { records[index].recordID = "\(index)" }
    }

    private mutating func add(_ person: SyntheticPeople.Person, _ number: Int) {
        let isFirst = truth.last != Int32(number)
        var attributes: [(name: String, value: String)] = []
        for (name, value) in values(person) {
            if !isFirst, dice.chance(shape.missing) { continue }
            var value = value
            if !isFirst, dice.chance(shape.typos), name != "gender" { value = mistyped(value) }
            if !isFirst, name == "gender", dice.chance(0.01) { value = value == "f" ? "m" : "f" }
            attributes.append((name, value))
        }
        records.append(DataSet.Record(source: "synthetic", recordID: "", attributes: attributes))
        truth.append(Int32(number))
    }

    private mutating func changed(_ original: SyntheticPeople.Person) -> SyntheticPeople.Person {
        var person = original
        if dice.chance(shape.moves) { person.address = people.otherAddress() }
        if dice.chance(shape.marriages), person.gender == "f" { person.family = people.otherFamily() }
        if dice.chance(shape.swaps) { swap(&person.given, &person.family) }
        if dice.chance(shape.dayMonthSwaps), person.day <= 12 { swap(&person.month, &person.day) }
        if dice.chance(shape.shortForms) { person.given = Self.shortForms[person.given] ?? person.given }
        if dice.chance(shape.initials) { person.given = String(person.given.prefix(1)) }
        if dice.chance(0.3) { person.additional = String(person.additional.prefix(1)) }
        return person
    }

    private func values(_ person: SyntheticPeople.Person) -> [(String, String)] {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        var all: [(String, String)] = [
            ("given_name", person.given), ("additional_name", person.additional), ("family_name", person.family),
            ("full_name", "\(person.given) \(person.family)"),
            ("birth_date", "\(person.year)-\(padded(person.month))-\(padded(person.day))"),
            ("birth_year", "\(person.year)"), ("gender", person.gender),
            ("street_address", person.address.street), ("house_number", person.address.number),
            ("locality", person.address.locality), ("region", person.address.region),
            ("postal_code", person.address.postalCode), ("national_id", person.nationalID),
        ].filter { shape.fields.contains($0.0) }
        if shape.fields.contains("birth_parts") {
            all += [
                ("birth_year", "\(person.year)"), ("birth_month", "\(person.month)"), ("birth_day", "\(person.day)"),
            ]
        }
        return all
    }

    /// One edit; sometimes two.
    private mutating func mistyped(_ value: String) -> String {
        var bytes = Array(value.utf8)
        for _ in 0..<(dice.chance(0.2) ? 2 : 1) {
            let isDigits = bytes.allSatisfy { $0 &- 48 < 10 || $0 == 45 }
            let letter = isDigits ? UInt8(48 + dice.below(10)) : UInt8(97 + dice.below(26))
            let place = dice.below(max(bytes.count, 1))
            switch dice.below(isDigits ? 2 : 4) {
            case 0 where place < bytes.count && bytes[place] != 45: bytes[place] = letter
            case 1 where place + 1 < bytes.count && bytes[place] != 45 && bytes[place + 1] != 45:
                bytes.swapAt(place, place + 1)
            case 2: bytes.insert(letter, at: place)
            case 3 where bytes.count > 2: bytes.remove(at: place)
            default: break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let shortForms = [
        "robert": "bob", "james": "jim", "john": "jack", "michael": "mike", "elizabeth": "liz", "david": "dave",
        "william": "bill", "richard": "rick", "joseph": "joe", "thomas": "tom", "christopher": "chris",
        "charles": "chuck", "margaret": "peggy", "daniel": "dan", "patricia": "pat", "jennifer": "jenny",
        "susan": "sue", "anthony": "tony", "steven": "steve", "andrew": "andy", "edward": "ted", "kenneth": "ken",
    ]
}
