internal import CLoad
internal import Foundation

/// RecordStream, alone and beside resolves.
extension Bench {
    /// As fast as the service takes them.
    func measureRecording(_ row: inout Row) throws {
        let recording = try recording(of: 0.65)
        let spent = service.program.processorTime
        try recording.run()
        nextBatch += recording.sent
        capacity = recording.rate
        let latencies = recording.samples.percentiles()
        observed += recording.tally.observations
        refused += recording.tally.refused
        row.ours.samples.append(
            Measurement(
                value: recording.rate, p50: latencies?.p50, p99: latencies?.p99,
                processor: (service.program.processorTime - spent) / recording.accepted * 1e6))
    }

    /// Resolves at a fixed rate, with nothing else going on and while observations come at half of what the service takes.
    func measureUnderLoad(_ row: inout Row) throws {
        if capacity == nil {
            var alone = Row(.record, "", beside: .none)
            try measureRecording(&alone)
        }
        let half = (capacity ?? 0) / 2
        row.beside.samples.append(try paced(&lags.alone))
        let recording = try recording(of: 0.3, limit: half)
        recording.start()
        usleep(300_000)
        row.ours.samples.append(try paced(&lags.beside))
        try recording.finish()
        nextBatch += recording.sent
        shares.append(recording.rate / half)
    }

    /// - Parameter share: of the batches that there are for a repetition.
    private func recording(of share: Double, limit: Double = 0) throws -> Recording {
        guard let observations else { throw Failure("there is no traffic") }
        let count = Int(Double(observations.counts.count / options.repeats) * share)
        guard count > 0, nextBatch + count <= observations.counts.count else {
            throw Failure("the traffic is used up: give more --observations")
        }
        return try Recording(
            observations, nextBatch..<nextBatch + count, limit: limit, seconds: options.seconds + 2, port: service.port)
    }

    private func paced(_ late: inout [Double]) throws -> Measurement {
        let connection = try Connection(port: service.port)
        let count = Int(options.rate * options.seconds)
        let (latencies, lags) = (Samples(capacity: count), Samples(capacity: count))
        var tally = load_tally()
        let code = withPrecedence {
            load_paced(
                connection.pointer, resolves.raw, Int.random(in: 0..<resolves.count), profile, options.rate,
                options.seconds, &latencies.raw, &lags.raw, &tally)
        }
        try connection.check(code)
        guard let found = latencies.percentiles(), let lag = lags.percentiles() else {
            throw Failure("nothing was measured")
        }
        late.append(lag.p99)
        return Measurement(value: found.p99, p50: found.p50, p99: found.p99)
    }
}
