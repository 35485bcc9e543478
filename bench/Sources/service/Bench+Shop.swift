internal import CLoad
internal import Foundation

/// Scores and decisions.
extension Bench {
    /// A millisecond is not much for somebody who shops; five are the most.
    private static let longest = 5_000.0

    static func shopRows(_ options: Options) -> [Row] {
        let offers = MadeStore.offers
        return [
            Row(.score, "wire Score, 32 on each of 2", beside: .none, depth: 32, connections: 2),
            Row(
                .decide, "wire Decide of \(offers) offers, kept nowhere, 32 on each of 2", beside: .none,
                [.rate(atLeast: 20_000)], depth: 32, connections: 2),
            Row(
                .durable, "wire Decide of \(offers) offers, durable, 128 on each of 2", beside: .none,
                [.rate(atLeast: 5_000)], depth: 128, connections: 2),
            Row(.scoreIdle, "Score p99 us at 500/s", beside: .none, [.valueAtMost(longest)]),
            Row(.decideIdle, "Decide p99 us at 500/s, kept nowhere", beside: .none, [.valueAtMost(longest)]),
            Row(.durableIdle, "Decide p99 us at 100/s, durable", beside: .none, [.valueAtMost(longest)]),
        ]
    }

    /// What is asked, by row.
    private func requests(_ name: RowName) -> Requests {
        var questions = Questions(shoppers: options.shoppers, options, seed: 7)
        switch name {
        case .score, .scoreIdle: return questions.scores(200_000)
        case .decide, .decideIdle: return questions.decisions(200_000, isTrial: true)
        default: return questions.decisions(200_000, isTrial: false)
        }
    }

    private var known: load_answer { load_answer(kind: LOAD_PERSON, items: 1) }

    func measureShop(_ row: inout Row) throws {
        guard let shop else { return }
        let asked = requests(row.name)
        switch row.name {
        case .score, .decide, .durable:
            let connections = try (0..<row.connections).map { _ in try Connection(port: shop.port) }
            let load = Load(requests: asked, answer: known, depth: row.depth)
            row.ours.samples.append(try load.run(on: connections, seconds: options.seconds, server: shop.program))
        default:
            row.ours.samples.append(try idle(asked, rate: row.name == .durableIdle ? 100 : 500, port: shop.port))
        }
    }

    private func idle(_ asked: Requests, rate: Double, port: UInt16) throws -> Measurement {
        let connection = try Connection(port: port)
        let count = Int(rate * options.seconds)
        let (latencies, lags) = (Samples(capacity: count), Samples(capacity: count))
        var tally = load_tally()
        let code = withPrecedence {
            load_paced(
                connection.pointer, asked.raw, Int.random(in: 0..<asked.count), known, rate, options.seconds,
                &latencies.raw, &lags.raw, &tally)
        }
        try connection.check(code)
        guard let found = latencies.percentiles() else { throw Failure("nothing was measured") }
        return Measurement(value: found.p99, p50: found.p50, p99: found.p99)
    }
}

extension Questions {
    init(shoppers: Int, _ options: Options, seed: UInt64) {
        self.init(options, seed: seed)
        people = shoppers
    }

    /// REQUEST frames of Score/Score.
    mutating func scores(_ count: Int) -> Requests {
        frames(count, code: 0x0601) { questions in
            var message = ProtoWriter()
            message.field(1, questions.subject())
            message.field(2, "service")
            return message
        }
    }

    /// REQUEST frames of Offer/Decide, each with a basket of two lines.
    mutating func decisions(_ count: Int, isTrial: Bool) -> Requests {
        frames(count, code: 0x0701) { questions in
            var message = ProtoWriter()
            message.field(1, questions.subject())
            message.field(2, "service")
            for line in 0..<2 as Range<UInt64> {
                let drawn = questions.draw()
                var basket = ProtoWriter()
                basket.field(2, "category-\(drawn % 20)")
                basket.field(3, 1 + line)
                basket.field(4, 900 + drawn % 6_000)
                basket.field(5, 400 + drawn % 300)
                message.field(3, basket)
            }
            if isTrial { message.field(10, 1) }
            return message
        }
    }

    private mutating func frames(
        _ count: Int, code: UInt16, _ message: (inout Questions) -> ProtoWriter
    ) -> Requests {
        var builder = Requests.Builder()
        for _ in 0..<count {
            let bytes = message(&self).bytes
            builder.append { frame in
                frame.appendHeader(length: bytes.count + 4, kind: 2, flags: 1, code: code)
                frame.appendBigEndian(0)
                frame += bytes
            }
        }
        return Requests(builder)
    }
}
