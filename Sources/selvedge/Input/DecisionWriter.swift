internal import Backfill
internal import Engine
internal import Identity
internal import SelvedgeClient

/// Enters the decisions of lines on a server, one call a line, so that they are entered in order.
struct DecisionWriter {
    let server: ServerStore
    let teller: LineTeller

    func run(_ reader: ObservationReader<Passing>) throws {
        var progress = Progress("lines", total: reader.size)
        defer { progress.clear() }
        while case .product(let lines) = try reader.next() {
            for line in lines.lines {
                let outcome = try outcome(line.result)
                teller.report.durableLine = line.line
                try teller.tell(outcome, line: line.line)
                if Interruption.signal != nil { return }
            }
            teller.report.durableLine = max(teller.report.durableLine, lines.lastLine)
            progress.show(teller.report.recorded, done: lines.position)
        }
    }

    private func outcome(_ line: Result<SelvedgeObservation, Refusal>) throws -> LineOutcome {
        switch line {
        case .failure(let refusal): return LineOutcome(refused: RefusalAnswer(refusal))
        case .success(let observation):
            do {
                return LineOutcome(try decide(observation))
            } catch let error as SelvedgeError {
                // The line is refused; anything else is the run's end.
                guard error.status == .invalidArgument else { throw error }
                return LineOutcome(refused: RefusalAnswer(error))
            }
        }
    }

    private func decide(_ observation: SelvedgeObservation) throws -> SelvedgeItemOutcome {
        var outcome = SelvedgeItemOutcome()
        outcome.kind = .unchanged
        guard !observation.decisions.isEmpty || observation.gpc else { return outcome }
        var request = SelvedgeDecideRequest()
        request.source = observation.source
        request.timeMs = observation.timeMs
        request.identifiers = observation.identifiers
        request.decisions = observation.decisions
        request.gpc = observation.gpc
        let sent = request
        let response = try server.ask { try await $0.decide(sent) }
        outcome.decisions = response.outcomes
        outcome.dropped = response.dropped
        return outcome
    }
}
