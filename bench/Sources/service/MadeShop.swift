internal import BenchFacade
internal import Foundation

/// People who have bought, score models that were fitted to them, and a catalogue of 200 offers: made once and kept, as the
/// graph is. What happened ends a day before it was made.
extension MadeStore {
    static let offers = 200
    private static let shopVersion = 1
    private static let categories = (0..<20).map { "category-\($0)" }

    init(shoppers: Int, directory: String, executable: String) throws {
        path = "\(directory)/shop-v\(Self.shopVersion)-\(shoppers)"
        guard !FileManager.default.fileExists(atPath: path) else { return }
        say("making a shop of \(shoppers) people and \(Self.offers) offers, once")
        let unfinished = path + ".unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        try BenchStore.create(directory: unfinished)
        let (orders, catalogue) = (path + ".jsonl", path + ".yaml")
        try Self.orders(of: shoppers).write(toFile: orders, atomically: false, encoding: .utf8)
        try Self.catalogue.write(toFile: catalogue, atomically: false, encoding: .utf8)
        let commands = [
            ["record", "--data", unfinished, orders],
            ["train", "scores", "--data", unfinished, "--purpose", "service"],
            ["offers", "load", "--data", unfinished, catalogue],
        ]
        for command in commands { try Program.run([executable] + command, log: path + ".log") }
        for file in [orders, catalogue] { try FileManager.default.removeItem(atPath: file) }
        try FileManager.default.moveItem(atPath: unfinished, toPath: path)
    }

    /// JSON Lines: each person's identifiers together on every visit, one to eight orders and twice as many views.
    private static func orders(of shoppers: Int) -> String {
        let last = Int64(Date().timeIntervalSince1970) - 86_400
        var lines = ""
        for number in 0..<shoppers {
            let person = Person(number: number)
            let identifiers = person.identifiers.map { #"{"namespace":"\#($0.namespace)","value":"\#($0.value)"}"# }
                .joined(separator: ",")
            let drawn = mix(UInt64(number) &+ 77)
            let pace = Int64(5 + drawn % 40)
            let taste = Int(drawn >> 8) % categories.count
            for visit in 0..<Int(1 + (drawn >> 16) % 8) {
                let seconds = last - (Int64(visit) * pace + Int64((drawn >> 24) % 60)) * 86_400
                let time = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
                let category = categories[visit % 4 == 3 ? (taste + visit) % categories.count : taste]
                let total = 900 + Int(mix(drawn &+ UInt64(visit)) % 9_000)
                let view = #"{"category":"\#(category)"}"#
                let order =
                    #"{"id":"\#(number)-\#(visit)","currency":"EUR","total":\#(total),"lines":[\#(view)]}"#
                lines += #"{"source":"web","time":"\#(time)","identifiers":[\#(identifiers)],"#
                lines += #""behaviour":{"orders":[\#(order)],"views":[\#(view),\#(view)]}}"# + "\n"
            }
        }
        return lines
    }

    /// Of every kind: half with a stock, a quarter with a budget, caps, categories, two variants on one or two channels.
    private static var catalogue: String {
        var text = """
            currency: EUR
            channels: {web: always, email: {quiet: "22:00-06:00"}, app: always}
            categories: [\(categories.joined(separator: ", "))]
            cohorts: [new, vip]
            purposes: [service, marketing]
            contact: {repeat_hours: 0, caps: [{count: 10000, days: 1}]}
            exploration: {method: thompson, floor: 0.0005}
            objective: {purchase_value: 200}
            holdout: 0.05
            offers:

            """
        let benefits = ["{percent: 5}", "{percent: 10}", "{amount: 300}", "{gift: 120}", "message"]
        for number in 0..<offers {
            var fields = ["benefit: \(benefits[number % 5])", "margin_floor: 10"]
            fields.append("channels: [\(["web", "web, app", "email, web"][number % 3])]")
            if number % 2 == 0 { fields.append("inventory: {units: 1000000000, pressure: \(number % 50)}") }
            if number % 4 == 1 { fields.append("budget: 100000000000") }
            if number % 3 == 0 {
                fields.append("categories: [\(categories[number % 20]), \(categories[(number + 7) % 20])]")
            }
            if number % 5 == 0 { fields.append("caps: [{count: 5000, days: 7}]") }
            if number % 2 == 1 { fields.append("purposes: [service, marketing]") }
            if number % 7 == 0 { fields.append("stacking_group: group-\(number % 4)") }
            fields.append("variants: {a: {tokens: {headline: Light}}, b: {tokens: {headline: Warmth}}}")
            text += "  offer-\(number): {\(fields.joined(separator: ", "))}\n"
        }
        return text
    }
}
