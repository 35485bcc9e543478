package import Identity
package import Scoring

/// Makes facts of what observations tell: ids in place of the shop's own, under the key of content.
package struct FactMaker {
    private let content: MessageAuthenticator

    package init(_ keyRing: KeyRing) { content = keyRing.content }

    /// What an observation tells; empty where it tells nothing that has a meaning.
    package func log(of observation: KeyedObservation) throws(Refusal) -> FactLog {
        guard let document = observation.behaviour else { return FactLog() }
        let behaviour = try Behaviour(document: document)
        if behaviour.count == 0 { return FactLog() }
        return FactLog(facts(behaviour, observation))
    }

    private func facts(_ behaviour: Behaviour, _ observation: KeyedObservation) -> [Fact] {
        let time = observation.time.milliseconds
        let delivery = delivery(of: observation)
        var facts: [Fact] = []
        var place: UInt64 = 0
        func next() -> FactID {
            place += 1
            return FactID(high: delivery.high, low: delivery.low &+ place)
        }
        let touches: [(FactKind, [Behaviour.Touch])] = [
            (.view, behaviour.views), (.search, behaviour.searches), (.cart, behaviour.carts),
        ]
        for (kind, list) in touches {
            for touch in list {
                facts.append(
                    Fact(id: next(), kind: kind, time: time, revision: time, portions: portions([touch])))
            }
        }
        for order in behaviour.orders {
            if let fact = fact(order, time) { facts.append(fact) }
        }
        for entry in behaviour.returns {
            let detail = Fact.Detail.returned(id("order", entry.order), entry.amount)
            facts.append(Fact(id: next(), kind: .returned, time: time, revision: time, detail: detail))
        }
        for exposure in behaviour.exposures {
            let band = DiscountBand(basisPoints: exposure.basisPoints)
            facts.append(
                Fact(
                    id: exposure.id.map { id("exposure", $0) } ?? next(), kind: .exposure, time: time, revision: time,
                    detail: .exposure(band, isRandomised: exposure.isRandomised)))
        }
        for exposure in behaviour.responses {
            facts.append(
                Fact(
                    id: next(), kind: .response, time: time, revision: time,
                    detail: .response(id("exposure", exposure))))
        }
        if let names = behaviour.preferences {
            facts.append(
                Fact(
                    id: id("preference", ""), kind: .preference, time: time, revision: time,
                    portions: names.map { Fact.Portion($0) }))
        }
        return facts
    }

    private func fact(_ order: Behaviour.Order, _ said: Int64) -> Fact? {
        guard let currency = Currency(order.currency) else { return nil }
        let purchase = Fact.Purchase(
            currency: currency, value: order.total, discount: order.discount, isCancelled: order.isCancelled)
        return Fact(
            id: id("order", order.id), kind: .order, time: order.placed?.milliseconds ?? said, revision: said,
            portions: portions(order.lines), detail: .purchase(purchase))
    }

    private func portions(_ touches: [Behaviour.Touch]) -> [Fact.Portion] {
        touches.compactMap { touch in touch.category.map { Fact.Portion($0, UInt32(clamping: touch.count)) } }
    }

    // MARK: Ids

    /// Who an order is, by the shop's own id.
    package static func orderID(_ text: String, _ keyRing: KeyRing) -> FactID { FactMaker(keyRing).id("order", text) }

    /// The same for a delivery that comes twice: by the sender's id, or where there is none by all that it holds.
    private func delivery(of observation: KeyedObservation) -> FactID {
        if let id = observation.id { return self.id("observation", observation.source + "\0" + id) }
        var message = Array("delivery\0\(observation.source)\0".utf8)
        Self.append(UInt64(bitPattern: observation.time.milliseconds), to: &message)
        for key in observation.identifiers.map(\.key).sorted() {
            Self.append(key.high, to: &message)
            Self.append(key.low, to: &message)
        }
        message += observation.behaviour ?? []
        return Self.id(content.code(for: message))
    }

    private func id(_ kind: String, _ text: String) -> FactID {
        Self.id(content.code(for: Array("\(kind)\0\(text)".utf8)))
    }

    private static func id(_ digest: Digest) -> FactID {
        let bytes = digest.bytes
        return FactID(
            high: bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

extension Array where Element == KeyedIdentifier {
    /// Where behaviour lies: the strongest identifier by policy, hub or not; of equally strong ones the first by name of
    /// namespace, then by key.
    func strongest(_ configuration: Configuration) -> Int? {
        indices.min { left, right in
            let (first, second) = (self[left], self[right])
            let strengths = (
                configuration.namespaces[first.namespace].strength, configuration.namespaces[second.namespace].strength
            )
            if strengths.0 != strengths.1 { return strengths.0 > strengths.1 }
            // Namespaces ascend by name.
            if first.namespace != second.namespace { return first.namespace < second.namespace }
            return first.key < second.key
        }
    }
}
