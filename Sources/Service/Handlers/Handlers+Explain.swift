internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

extension Handlers {
    func explain(_ request: SelvedgeExplainRequest, _ call: Call) async throws(CallError) -> SelvedgeExplainResponse {
        let first: KeyedIdentifier
        let second: KeyedIdentifier
        do throws(Refusal) {
            first = try identifier(request.first, field: "first")
            second = try identifier(request.second, field: "second")
        } catch { throw CallError(error) }
        let engine = engine
        let explanation: Explanation
        if request.hasLook {
            let leave = try await access(request.look, [first.key, second.key], call, purpose: request.purpose)
            explanation = try await readers.read { try engine.explain(first, second, under: leave) }
        } else {
            let purpose = try permitted(request.purpose, call)
            let asked = engine.request(purpose, at: now)
            explanation = try await readers.read { try engine.explain(first, second, asked) }
            if explanation.relation == .generic {
                // By the pair: of few subjects there are many.
                answeredGeneric(about: [first.key.low ^ second.key.high], purpose: request.purpose, call)
            }
        }
        return SelvedgeExplainResponse(explanation)
    }

    /// Whether a call may go on, under the policy that is current: streams ask for each message.
    func judge(_ call: Call, _ demand: AccessDemand) throws(CallError) {
        let grants =
            call.grants.generation == authority.generation ? call.grants : authority.grants(of: call.grants.principal)
        try grants.decide(call.method, demand, at: now).check()
    }

    /// The store's number of a purpose that the caller may ask for, while its budget of generic answers lasts.
    func permitted(_ purpose: String, _ call: Call) throws(CallError) -> UInt8 {
        try call.grants.admits(call.method, at: now).check()
        let number = try purposeNumber(purpose)
        try judge(call, .view(purpose: purpose, look: false))
        try checkBudget(call.budget, at: now)
        return number
    }
}

extension SelvedgeExplainResponse {
    init(_ explanation: Explanation) {
        self.init()
        relation = explanation.relation.rawValue
        first = End(explanation.first)
        second = End(explanation.second)
        path = explanation.path.map { Step($0) }
        text = explanation.description
    }
}

extension SelvedgeExplainResponse.End {
    init(_ end: Explanation.End) {
        self.init()
        namespace = end.namespace
        key = Data(hexadecimal: end.key)
    }
}

extension SelvedgeExplainResponse.Step {
    init(_ step: Explanation.Step) {
        self.init()
        from = .init(step.from)
        to = .init(step.to)
        kind = step.kind
        weight = UInt32(clamping: step.weight)
        reason = step.reason
        detail = step.detail
        support = step.support.map { said in
            var support = SelvedgeExplainResponse.Support()
            support.source = said.source
            support.firstMs = (try? Timestamp(rfc3339: said.first))?.milliseconds ?? 0
            support.lastMs = (try? Timestamp(rfc3339: said.last))?.milliseconds ?? 0
            support.days = UInt32(clamping: said.days)
            support.records = UInt32(clamping: said.records)
            return support
        }
    }
}

extension Data {
    /// Of an even number of hexadecimal digits; empty where it is none.
    init(hexadecimal text: String) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default:
                self.init()
                return
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        self.init(bytes)
    }
}
