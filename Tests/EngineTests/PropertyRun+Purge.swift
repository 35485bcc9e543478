import Engine
import GraphStore
import Identity
import TestSupport

/// A purge in the middle: what comes before it and what comes after it, each in any order, give the same.
extension PropertyRun {
    func checkWithPurge() throws {
        var run = self
        let first = scenario.order(&run.generator)
        let before = Set(first.prefix(run.generator.int(0...first.count)))
        let start = EvidenceBuilder.time(hours: 0).milliseconds
        let horizon = Timestamp(
            milliseconds: Int64.random(in: start...scenario.asOf.milliseconds, using: &run.generator))
        var content: Digest?
        var explained = Explained(scenario, &run.generator)
        for number in 0..<Self.orders {
            let store = try TemporaryStore(scenario.configuration)
            let place = "order \(number), purged after \(before.count) steps"
            let order = scenario.order(&run.generator)
            try run.apply(
                order.filter { before.contains($0) }, to: store.engine, sweeping: false, duplicating: number > 1)
            try store.engine.apply(.sweep(max(horizon, try store.engine.state().clock)))
            try store.engine.apply(.purge(horizon))
            try run.apply(
                order.filter { !before.contains($0) }, to: store.engine, sweeping: number > 0, duplicating: number > 1)
            try store.engine.apply(.sweep(scenario.asOf))
            let digest = try store.engine.digest(.content)
            if let content, content != digest { throw PropertyFailure("\(place): another content digest") }
            content = digest
            try explained.compare(store.engine, place)
            try checkIntegrity(store.engine)
        }
    }
}
