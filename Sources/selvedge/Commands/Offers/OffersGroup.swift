internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Offers

/// `offers`: the shop's catalogue.
struct OffersGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offers", abstract: "The catalogue of offers: load it, show it with what is left.",
        subcommands: [LoadOffersCommand.self, ShowOffersCommand.self])
}

struct LoadOffersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Put a catalogue of offers into the store.",
        discussion: """
            YAML: currency, channels, offers with what they give, where and to whom they may be made, their stock, budget \
            and caps. It is read whole before anything changes; what is wrong is told with its line. Each load is a new \
            version. What offers of the same name have used of stock and budget stays used.
            """)

    @OptionGroup var place: PlaceOptions

    @Flag(name: .long, help: "Read the file, and load nothing.")
    var check = false

    @Argument(help: ArgumentHelp("The catalogue, YAML.", valueName: "file"))
    var file: String

    mutating func run() throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure(.refusedInput, "\(file): cannot be read; check the path and its permissions")
        }
        let catalogue = try Engine.catalogue(String(decoding: data, as: UTF8.self), file: file)
        var answer = CatalogueAnswer(0, catalogue)
        if !check {
            let engine = try StorePlace(data: place.data, acceptNormaliser: false).openForWriting("offers load")
            answer.version = try engine.apply(.offers(.loadCatalogue(Array(data), time: Clock.now))).number
        }
        if place.json { return try JSONLine.print(answer) }
        let done = check ? "the catalogue is whole" : "loaded as version \(answer.version)"
        try Console.line(
            "\(done): \(answer.offers.count) offers on \(answer.channels.count) channels, in \(answer.currency)")
    }
}

struct ShowOffersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the catalogue in use, and what is left of stock and budget.")

    @OptionGroup var place: PlaceOptions

    mutating func run() throws {
        let engine = try StorePlace(data: place.data, acceptNormaliser: false).openForReading()
        guard let (version, catalogue) = try engine.catalogue() else { throw EngineError.noCatalogue }
        var answer = CatalogueAnswer(UInt64(version), catalogue)
        for (index, entry) in try engine.offerCounters().enumerated() { answer.offers[index].take(entry.counters) }
        if place.json { return try JSONLine.print(answer) }
        try answer.say()
    }
}

private struct CatalogueAnswer: Encodable {
    struct Entry: Encodable {
        var name: String
        var gives: String
        var units: Int64?
        var budget: Int64?
        var decisions: Int64 = 0
        var heldUnits: Int64 = 0
        var usedUnits: Int64 = 0
        var heldMoney: Int64 = 0
        var usedMoney: Int64 = 0
        var late: Int64 = 0

        private enum CodingKeys: String, CodingKey {
            case name, gives, units, budget, decisions, late
            case heldUnits = "held_units"
            case usedUnits = "used_units"
            case heldMoney = "held_money"
            case usedMoney = "used_money"
        }

        init(_ offer: Offer) {
            name = offer.name
            switch offer.benefit {
            case .percent(let points): gives = "\(Double(points) / 100) %"
            case .amount(let money): gives = "\(money) off"
            case .gift(let cost): gives = "a gift of \(cost)"
            case .message: gives = "words"
            }
            units = offer.inventory?.units
            budget = offer.budget
        }

        mutating func take(_ counters: CounterRow) {
            decisions = counters[.decisions]
            heldUnits = counters[.heldUnits]
            usedUnits = counters[.usedUnits]
            heldMoney = counters[.heldMoney]
            usedMoney = counters[.usedMoney]
            late = counters[.late]
        }
    }

    var version: UInt64
    var currency: String
    var channels: [String]
    var holdout: Double
    var offers: [Entry]

    init(_ version: UInt64, _ catalogue: Catalogue) {
        self.version = version
        currency = "\(catalogue.currency)"
        channels = catalogue.channels.map(\.name)
        holdout = catalogue.holdout
        offers = catalogue.offers.map { Entry($0) }
    }

    func say() throws {
        try Console.line(
            "version \(version), in minor units of \(currency); channels \(channels.joined(separator: ", ")); "
                + "\(decimals(holdout * 100)) % of profiles are held out")
        var table = TextTable(["offer", "gives", "made", "units left", "of", "budget left", "of", "late"])
        for entry in offers {
            let units = entry.units.map { "\(max(0, $0 - entry.heldUnits - entry.usedUnits))" } ?? "-"
            let budget = entry.budget.map { "\(max(0, $0 - entry.heldMoney - entry.usedMoney))" } ?? "-"
            table.add([
                entry.name, entry.gives, "\(entry.decisions)", units, entry.units.map { "\($0)" } ?? "-", budget,
                entry.budget.map { "\($0)" } ?? "-", "\(entry.late)",
            ])
        }
        try table.print()
    }
}
