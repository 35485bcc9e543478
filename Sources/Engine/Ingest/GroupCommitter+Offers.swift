/// Decisions that wait together are made in one transaction, one after the other, and answered after its commit.
extension GroupCommitter {
    /// Makes what waits; where one of the questions cannot be answered, each by itself.
    static func decide(
        _ waiting: inout [(asked: [OfferQuestion], completion: Completion)], on engine: Engine, _ observer: Observer
    ) {
        guard !waiting.isEmpty else { return }
        defer { waiting = [] }
        let all = waiting.flatMap(\.asked)
        let result = apply(
            .offers(.decide(all)), batches: waiting.count, observations: 0, to: engine, observer)
        guard case .success(let whole) = result else {
            if waiting.count == 1 { return waiting[0].completion(result) }
            for entry in waiting {
                entry.completion(
                    apply(.offers(.decide(entry.asked)), batches: 1, observations: 0, to: engine, observer))
            }
            return
        }
        var start = 0
        for entry in waiting {
            var report = CommandReport()
            report.offers = Array(whole.offers[start..<start + entry.asked.count])
            start += entry.asked.count
            entry.completion(.success(report))
        }
    }
}
