import Identity
import Testing

@Suite struct BehaviourTests {
    private func read(_ text: String) throws -> Behaviour { try Behaviour(document: Array(text.utf8)) }

    @Test func everyKindIsRead() throws {
        let behaviour = try read(
            #"""
            {"carts":[{"category":"shoes","product":"p1"}],"entry":{"channel":"search","depth":[1,{"a":2}]},
            "exposures":[{"basis_points":1000,"id":"e1","randomised":true},{}],
            "orders":[{"currency":"EUR","discount":500,"id":"b-1","lines":[{"category":"shoes","price":1200,"quantity":2}],
            "placed":"2026-01-02T03:04:05Z","total":1900}],"preferences":{"categories":["tea","shoes","tea"]},
            "responses":[{"exposure":"e1"}],"returns":[{"lines":[{"amount":600,"quantity":1},{"amount":50}],"order":"b-1"}],
            "searches":[{"category":"tea","query":"green"}],"views":[{"category":"shoes"},{"product":"p2"}]}
            """#)
        #expect(behaviour.views.map(\.category) == ["shoes", nil])
        #expect(behaviour.searches == [.init(category: "tea", count: 1)])
        #expect(behaviour.carts.count == 1)
        let order = try #require(behaviour.orders.first)
        #expect((order.id, order.currency, order.total, order.discount) == ("b-1", "EUR", 1_900, 500))
        #expect(order.lines == [.init(category: "shoes", count: 2)])
        #expect(order.placed == (try Timestamp(rfc3339: "2026-01-02T03:04:05Z")))
        #expect(behaviour.returns == [.init(order: "b-1", amount: 650)])
        #expect(behaviour.exposures[0] == .init(id: "e1", basisPoints: 1_000, isRandomised: true))
        #expect(behaviour.responses == ["e1"])
        #expect(behaviour.preferences == ["shoes", "tea"])
        #expect(behaviour.count == 10)
    }

    @Test func whatHasNoMeaningIsLetGo() throws {
        #expect(try read(#"{"a":1,"entry":{"channel":"direct"},"z":[[]]}"#).count == 0)
        #expect(try read(#"{"views":null}"#).count == 0)
    }

    @Test(arguments: [
        (#"{"views":3}"#, RefusalReason.wrongType, "behaviour.views"),
        (#"{"views":[3]}"#, .wrongType, "behaviour.views[0]"),
        (#"{"orders":[{"currency":"EUR","id":"1"}]}"#, .missingField, "behaviour.orders[0]"),
        (#"{"orders":[{"currency":"eur","id":"1","total":1}]}"#, .wrongType, "behaviour.orders[0]"),
        (#"{"orders":[{"currency":"EUR","id":"1","total":1.5}]}"#, .wrongType, "behaviour.orders[0].total"),
        (#"{"orders":[{"currency":"EUR","id":"","total":1}]}"#, .emptyValue, "behaviour.orders[0].id"),
        (
            #"{"orders":[{"currency":"EUR","id":"1","total":-9223372036854775808}]}"#, .timeOutOfRange,
            "behaviour.orders[0].total"
        ),
        (#"{"exposures":[{"randomised":"yes"}]}"#, .wrongType, "behaviour.exposures[0].randomised"),
        (#"{"responses":[{}]}"#, .missingField, "behaviour.responses[0]"),
    ]) func aFieldOfAnotherTypeIsRefused(text: String, reason: RefusalReason, field: String) throws {
        let refusal = #expect(throws: Refusal.self) { try read(text) }
        #expect(refusal?.reason == reason)
        #expect(refusal?.field == field)
    }

    @Test func tooManyFactsAreRefused() throws {
        let views = Array(repeating: "{}", count: Behaviour.mostFacts + 1).joined(separator: ",")
        #expect(throws: Refusal.self) { try read("{\"views\":[\(views)]}") }
    }
}
