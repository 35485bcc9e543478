internal import Engine
internal import Foundation
internal import Identity
internal import Offers

/// A decision for reading and as JSON.
struct OfferDecisionAnswer: Encodable {
    struct Candidate: Encodable {
        var offer: String
        var variant: String
        var channel: String
        var value: Double
        var error: Double
        var chance: Double
        var probability: Double
    }

    struct Excluded: Encodable {
        var offer: String
        var rule: String
        var why: String
    }

    var decision: String?
    var offer: String?
    var variant: String?
    var channel: String?
    var tokens: [String: String]
    var propensity: Double
    var discount: Int64
    var extra: Int64
    var value: Int64
    var probability: Double
    var expires: String?
    var isGeneric: Bool
    var catalogueVersion: UInt32
    var modelVersion: UInt64
    var draw: Double?
    var candidates: [Candidate]?
    var excluded: [Excluded]?

    private enum CodingKeys: String, CodingKey {
        case decision, offer, variant, channel, tokens, propensity, discount, extra, value, probability, expires, draw
        case candidates, excluded
        case isGeneric = "generic"
        case catalogueVersion = "catalogue_version"
        case modelVersion = "model_version"
    }

    init(_ answer: OfferAnswer, _ catalogue: Catalogue?) {
        decision = answer.id?.description
        offer = answer.offer
        variant = answer.variant
        channel = answer.channel
        tokens = answer.tokens
        propensity = answer.propensity
        discount = answer.discount
        extra = answer.extra
        value = answer.value
        probability = answer.probability
        expires = answer.expires?.description
        isGeneric = answer.isGeneric
        catalogueVersion = answer.catalogueVersion
        modelVersion = answer.modelVersion
        guard let trace = answer.trace, let catalogue else { return }
        draw = trace.header.draw
        candidates = trace.arms.map { arm in
            let offer = arm.arm.map { catalogue.offers[Int($0.offer)] }
            return Candidate(
                offer: offer?.name ?? "no offer",
                variant: arm.arm.flatMap { offer?.variants[Int($0.variant)].name } ?? "",
                channel: arm.arm.map { catalogue.channels[Int($0.channel)].name } ?? "", value: arm.value,
                error: arm.error, chance: arm.chance, probability: arm.probability)
        }
        excluded = trace.offers.indices.compactMap { place in
            guard let refusal = trace.offers[place].refusal else { return nil }
            return Excluded(
                offer: catalogue.offers[place].name, rule: "\(refusal)", why: trace.explanation(offer: place) ?? "")
        }
    }

    func say() throws {
        let who = isGeneric ? "to nobody known, or without consent" : "to this person"
        if let offer, let variant, let channel {
            try Console.line("offer \(offer) (\(variant)) on \(channel), \(who)")
            try Console.line(
                "chosen with probability \(decimals(propensity)); takes off \(discount), costs \(extra) beside, expected to "
                    + "bring \(value); a purchase follows with \(decimals(probability))")
        } else {
            try Console.line("no offer, \(who); chosen with probability \(decimals(propensity))")
        }
        for (name, text) in tokens.sorted(by: { $0.key < $1.key }) { try Console.line("  \(name): \(text)") }
        if let decision {
            try Console.line("decision \(decision)\(expires.map { ", held until \($0)" } ?? "")")
        } else {
            try Console.line("only tried: nothing was kept")
        }
        guard let candidates, let excluded else { return }
        try Console.line("")
        var table = TextTable(["could be chosen", "variant", "channel", "value", "± ", "chance"])
        for entry in candidates.sorted(by: { $0.chance > $1.chance }) {
            table.add([
                entry.offer, entry.variant, entry.channel, decimals(entry.value), decimals(entry.error),
                decimals(entry.chance),
            ])
        }
        try table.print()
        for entry in excluded { try Console.line("not \(entry.offer): \(entry.why)") }
    }
}
