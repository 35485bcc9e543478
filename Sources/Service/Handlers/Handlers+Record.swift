internal import Engine
internal import Identity
internal import NIOCore
internal import Wire

extension Handlers {
    func record(_ request: SelvedgeRecordRequest, _ call: Call) async throws(CallError) -> SelvedgeRecordResponse {
        let batch = try keyed(request.observations, call)
        let observations = batch.observations
        var report = CommandReport()
        if !observations.isEmpty {
            report = try await writer.apply(.record(observations), weight: observations.count)
        }
        var response = SelvedgeRecordResponse()
        response.outcomes = outcomes(batch, report, call.grants)
        return response
    }

    /// Batches come, acknowledgements go, in the same order; between them at most `unacknowledgedBatches`. A sender that does
    /// not read its acknowledgements is not read either.
    func recordStream(_ stream: MessageStream, _ call: Call) async throws(CallError) {
        let window = AcknowledgementWindow(limit: Self.unacknowledgedBatches)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.takeBatches(stream, call, window) }
                group.addTask { try await self.acknowledge(stream, call, window) }
                // What fails first ends the other.
                while try await group.next() != nil {}
            }
        } catch {
            throw CallError(store: error)
        }
    }

    /// Batches of one stream that may wait for their commit.
    private static let unacknowledgedBatches = 256

    private func takeBatches(
        _ stream: MessageStream, _ call: Call, _ window: AcknowledgementWindow
    ) async throws {
        do {
            while let message = try await stream.next() {
                let request: SelvedgeRecordStreamRequest = try decode(message)
                let batch = try keyed(request.observations, call)
                let observations = batch.observations
                let ticket = Ticket(sequence: request.sequence, batch: batch, wantsOutcomes: request.outcomes)
                try await window.add(ticket)
                guard !observations.isEmpty else {
                    ticket.give(.success(CommandReport()))
                    continue
                }
                try await writer.enqueue(.record(observations), weight: observations.count) { ticket.give($0) }
            }
            window.close(nil)
        } catch {
            // What was taken before is acknowledged all the same; then the stream ends with this.
            window.close(CallError(store: error))
        }
    }

    private func acknowledge(_ stream: MessageStream, _ call: Call, _ window: AcknowledgementWindow) async throws {
        while let ticket = try await window.next() {
            let report = try await ticket.answer().get()
            try await stream.send(try encode(acknowledgement(ticket, report, call)))
        }
    }

    private func acknowledgement(
        _ ticket: Ticket, _ report: CommandReport, _ call: Call
    ) -> SelvedgeRecordStreamResponse {
        var response = SelvedgeRecordStreamResponse()
        response.sequence = ticket.sequence
        var results = report.outcomes.makeIterator()
        for (index, item) in ticket.batch.items.enumerated() {
            var exception = SelvedgeRecordStreamResponse.Exception()
            exception.index = UInt32(index)
            switch item {
            case .failure(let refusal): exception.outcome = message(.refused(refusal), nil, call.grants)
            case .success(let observation):
                let outcome = results.next() ?? ItemOutcome(kind: .unchanged)
                let isTaken =
                    outcome.refusal == nil
                    || (outcome.refusal?.reason == .suppressed && !call.grants.roles.contains(.admin))
                if isTaken { response.accepted += 1 }
                let isPlain =
                    isTaken && outcome.decisions.isEmpty && observation.droppedIdentifiers.isEmpty
                if isPlain, !ticket.wantsOutcomes { continue }
                exception.outcome = message(outcome, observation, call.grants)
            }
            response.exceptions.append(exception)
        }
        return response
    }
}
