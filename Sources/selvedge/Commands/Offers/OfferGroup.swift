internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Offers
internal import Scoring

/// `offer`: one decision, and what became of it.
struct OfferGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offer", abstract: "Decide what a person is offered; enter what became of it.",
        subcommands: [DecideOfferCommand.self, OfferOutcomeCommand.self])
}

struct DecideOfferCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Decide what a person is offered now.",
        discussion: """
            The choice has a known probability and an id, and holds stock and budget until it is used or its time is over. \
            With --try nothing is kept and nothing held. With --trace every offer is shown with the rule that excluded it, \
            and every choice with its value and probability.

            A basket is a JSON list of lines: product, category, quantity, price, cost; money in minor units.
            """)

    @OptionGroup var place: PlaceOptions
    @OptionGroup var purpose: PurposeOption

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The basket, JSON; a person without one is judged by the order to be expected.", valueName: "file"))
    var basket: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A channel that could be used; all of the catalogue's if none is given.", valueName: "name"))
    var channel: [String] = []

    @Option(name: .long, help: ArgumentHelp("The person's cohort, one of the catalogue's.", valueName: "name"))
    var cohort: String?

    @Option(name: .long, help: ArgumentHelp("For how long stock and budget are held.", valueName: "seconds"))
    var hold: Int32 = 1_800

    @Option(name: .long, help: ArgumentHelp("Minutes to add to UTC for the person's own time.", valueName: "minutes"))
    var offset = 0

    @Flag(name: .long, help: "Show every candidate with its rule or its value.")
    var trace = false

    @Flag(name: .customLong("try"), help: "Keep nothing, hold nothing.")
    var isTry = false

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "id"))
    var identifier: String

    func validate() throws {
        guard (1...OfferQuestion.longestHold).contains(hold) else {
            throw ValidationError("--hold takes 1 to \(OfferQuestion.longestHold) seconds")
        }
    }

    mutating func run() throws {
        let store = StorePlace(data: place.data, acceptNormaliser: false)
        let engine = isTry ? try store.openForReading() : try store.openForWriting("offer decide")
        let number = try purpose.demandedNumber(engine)
        let key = try IdentifierArgument.identifier(identifier, engine.intakeNow()).key
        var question = OfferQuestion(
            key: key, purpose: number, now: Clock.now, draw: Double.random(in: 0..<1))
        question.channels = channel
        question.cohort = cohort
        question.holdSeconds = hold
        question.offsetMinutes = offset
        question.wantsTrace = trace
        if let basket { question.basket = try BasketFile.lines(basket) }
        let answer: OfferAnswer
        if isTry {
            answer = try engine.tryOffer(question)
        } else {
            guard let first = try engine.apply(.offers(.decide([question]))).offers.first else { return }
            answer = first
        }
        let catalogue = try engine.catalogue()?.catalogue
        let shown = OfferDecisionAnswer(answer, catalogue)
        if place.json { return try JSONLine.print(shown) }
        try shown.say()
    }
}

/// A basket in a file.
private enum BasketFile {
    private struct Line: Decodable {
        var product: String?
        var category: String?
        var quantity: Int32?
        var price: Int64
        var cost: Int64
    }

    static func lines(_ path: String) throws -> [OfferQuestion.Line] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.refusedInput, "\(path): cannot be read; check the path and its permissions")
        }
        guard let lines = try? JSONDecoder().decode([Line].self, from: data) else {
            throw Failure(
                .refusedInput,
                "\(path): is no basket; write a JSON list such as "
                    + #"[{"product":"p1","category":"shoes","quantity":1,"price":4900,"cost":2500}]"#)
        }
        return lines.map {
            OfferQuestion.Line(
                product: $0.product, category: $0.category, quantity: $0.quantity ?? 1, unitPrice: $0.price,
                unitCost: $0.cost)
        }
    }
}

struct OfferOutcomeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcome",
        abstract: "Enter what became of a decision.",
        discussion: """
            Entering the same again changes nothing. redeemed and bought use the stock and budget that were held; used after \
            they were given back they are taken again where there is any, and else counted as late.
            """)

    @OptionGroup var place: PlaceOptions

    @Option(name: .long, help: ArgumentHelp("When; now if not given. \(TimeArgument.help).", valueName: "time"))
    var at: TimeArgument?

    @Option(name: .long, help: ArgumentHelp("Of a purchase or return: the order's id.", valueName: "id"))
    var order: String?

    @Option(
        name: .long, help: ArgumentHelp("What was paid, in minor units; below zero for a return.", valueName: "money"))
    var revenue: Int64 = 0

    @Option(name: .long, help: ArgumentHelp("What was taken off, in minor units.", valueName: "money"))
    var discount: Int64 = 0

    @Option(
        name: .long,
        help: ArgumentHelp("What the shop keeps of it, in minor units; below zero for a return.", valueName: "money"))
    var margin: Int64 = 0

    @Argument(help: ArgumentHelp("The decision's id, dec_...", valueName: "decision"))
    var decision: String

    @Argument(help: ArgumentHelp("shown, clicked, redeemed, bought or returned.", valueName: "what"))
    var kind: OutcomeName

    enum OutcomeName: String, ExpressibleByArgument, CaseIterable {
        case shown, clicked, redeemed, bought, returned

        var kind: OutcomeKind {
            switch self {
            case .shown: .shown
            case .clicked: .clicked
            case .redeemed: .redeemed
            case .bought: .bought
            case .returned: .returned
            }
        }
    }

    private struct Answer: Encodable {
        var decision: String
        var effect: String
    }

    mutating func run() throws {
        guard let id = OfferDecisionID(decision) else {
            throw Failure(.wrongUsage, "a decision's id is dec_ and 26 letters and digits")
        }
        let engine = try StorePlace(data: place.data, acceptNormaliser: false).openForWriting("offer outcome")
        let time = at?.time ?? Clock.now
        var outcome = OfferOutcome(decision: id, kind: kind.kind, time: time)
        if let order {
            outcome.amount = Outcomes.Amount(
                id: FactMaker.orderID(order, engine.store.keyRing), revision: time.milliseconds, revenue: revenue,
                discount: discount, margin: margin)
        }
        let effect = try engine.apply(.offers(.outcomes([outcome]))).effects.first ?? .unknown
        if place.json {
            return try JSONLine.print(Answer(decision: id.description, effect: effect.rawValue))
        }
        guard effect != .unknown else {
            throw Failure(.refusedInput, "the store holds no such decision; check its id")
        }
        try Console.line("\(effect.rawValue)")
    }
}
