package import BenchFacade

/// A seeded stream of people whose identifiers are seen two or three at a time.
///
/// Three of four people are seen once, with e-mail, device and loyalty card. The fourth is seen with e-mail and device,
/// a thousand people later with loyalty card and cookie, and some day with e-mail and card: two profiles become one,
/// and the forest of the union-find has steps. Thirteen new identifiers come with every four people.
package struct Traffic {
    private var person: UInt64 = 0

    package init() {}

    /// How many people have been seen: their e-mail addresses are known.
    package var people: UInt64 { person }

    /// One group of at least `identifiers` new identifiers.
    package mutating func group(newIdentifiers: Int) -> Group {
        var group = Group()
        while group.newIdentifiers < newIdentifiers { next(into: &group) }
        return group
    }

    /// One group of at least `count` observations.
    package mutating func group(observations count: Int) -> Group {
        var group = Group()
        while group.observations.count < count { next(into: &group) }
        return group
    }

    package struct Group {
        package var observations: [BenchStore.Observation] = []
        package var newIdentifiers = 0
        package var carriedIdentifiers = 0
    }

    private mutating func next(into group: inout Group) {
        let number = person
        person += 1
        if number % 4 != 3 {
            add([email(number), device(number), loyalty(number)], new: 3, &group)
        } else {
            add([email(number), device(number)], new: 2, &group)
            if number >= 4_000 { add([loyalty(number - 4_000), cookie(number - 4_000)], new: 2, &group) }
        }
        guard number % 4 == 0, number >= 16_000 else { return }
        let other = mix(number) % (number - 8_000) / 4 * 4 + 3
        add([email(other), loyalty(other)], new: 0, &group)
    }

    private func add(_ identifiers: [(namespace: String, value: String)], new: Int, _ group: inout Group) {
        let turn = Int(mix(person ^ 0x5eed) % UInt64(identifiers.count))
        let turned = Array(identifiers[turn...] + identifiers[..<turn])
        let milliseconds = 1_750_000_000_000 + Int64(person) * 50
        group.observations.append(
            BenchStore.Observation(source: "web", milliseconds: milliseconds, identifiers: turned))
        group.newIdentifiers += new
        group.carriedIdentifiers += identifiers.count
    }

    package static func email(_ person: UInt64) -> String { "Customer.\(person)@shop-\(person % 97).example" }

    private func email(_ person: UInt64) -> (namespace: String, value: String) { ("email", Self.email(person)) }
    private func device(_ person: UInt64) -> (namespace: String, value: String) {
        ("device_id", "d-" + String(mix(person &+ 1 << 40), radix: 16))
    }
    private func loyalty(_ person: UInt64) -> (namespace: String, value: String) {
        ("loyalty_id", "L\(person + 10_000)")
    }
    private func cookie(_ person: UInt64) -> (namespace: String, value: String) {
        ("cookie", "c-" + String(mix(person &+ 1 << 41), radix: 16))
    }
}

/// The finaliser of SplitMix64.
package func mix(_ value: UInt64) -> UInt64 {
    var word = value &+ 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
}
