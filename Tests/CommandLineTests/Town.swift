import TestSupport

/// People with two records each, one of which has a letter too few here and there; and who is who.
struct Town {
    private(set) var observations = ""
    private(set) var truth = "source,record_id,truth\n"

    init(people: Int, seed: UInt64 = 3) {
        var generator = SeededGenerator(seed: seed)
        let given = ["anna", "bernard", "clara", "dietmar", "elisabeth", "francis", "gloria", "hanna"]
        let family = [
            "miller", "schneider", "fisher", "weber", "jackson", "becker", "hoffmann", "richter", "klein",
        ]
        for person in 0..<people {
            let date = "\(generator.int(1940...2005))-0\(generator.int(1...9))-\(generator.int(10...28))"
            let names = (generator.pick(given), generator.pick(family))
            let code = "\(generator.int(10_000...10_300))"
            for copy in 0..<2 {
                var name = names.1
                if copy == 1, generator.chance(30) { name.removeFirst() }
                observations +=
                    "{\"source\":\"crm\",\"record_id\":\"r\(person)-\(copy)\",\"time\":\"2026-01-02T03:04:05Z\","
                    + "\"identifiers\":[],\"attributes\":{\"given_name\":\"\(names.0)\",\"family_name\":\"\(name)\","
                    + "\"birth_date\":\"\(date)\",\"postal_code\":\"\(code)\"}}\n"
                truth += "crm,r\(person)-\(copy),\(person)\n"
            }
        }
    }
}
