/// Decisions and outcomes that wait together are one transaction, one after the other, and answered after its commit.
extension GroupCommitter {
    /// A command that may share its transaction.
    struct WaitingOffer {
        var command: OfferCommand
        var completion: Completion

        /// Nil: it is of another kind.
        init?(_ command: OfferCommand, _ completion: @escaping Completion) {
            switch command {
            case .decide, .outcomes: break
            case .together, .keepScores, .loadCatalogue, .release: return nil
            }
            self.command = command
            self.completion = completion
        }

        /// How many answers and effects it has.
        var counts: (answers: Int, effects: Int) {
            switch command {
            case .decide(let questions): (questions.count, 0)
            case .outcomes(let outcomes): (0, outcomes.count)
            default: (0, 0)
            }
        }
    }

    /// Most decisions and outcomes to a transaction, as far as single commands let it: some hundred milliseconds' work, so that
    /// whoever comes behind waits no longer.
    private static let offersTogether = 1_000

    /// Carries out what waits; where one of the commands is refused, each by itself.
    static func offer(_ waiting: inout [WaitingOffer], on engine: Engine, _ observer: Observer) {
        var rest = waiting[...]
        waiting = []
        while !rest.isEmpty {
            var count = 0
            let some = rest.prefix { entry in
                defer { count += entry.counts.answers + entry.counts.effects }
                return count < offersTogether
            }
            rest = rest.dropFirst(some.count)
            commit(some, on: engine, observer)
        }
    }

    private static func commit(_ waiting: ArraySlice<WaitingOffer>, on engine: Engine, _ observer: Observer) {
        func alone(_ entry: WaitingOffer) -> Result<CommandReport, any Error> {
            apply(.offers(entry.command), batches: 1, observations: 0, to: engine, observer)
        }
        guard waiting.count > 1 else {
            for entry in waiting { entry.completion(alone(entry)) }
            return
        }
        let result = apply(
            .offers(.together(waiting.map(\.command))), batches: waiting.count, observations: 0, to: engine, observer)
        guard case .success(let whole) = result else {
            for entry in waiting { entry.completion(alone(entry)) }
            return
        }
        var (answer, effect) = (0, 0)
        for entry in waiting {
            let (answers, effects) = entry.counts
            var report = CommandReport()
            report.offers = Array(whole.offers[answer..<answer + answers])
            report.effects = Array(whole.effects[effect..<effect + effects])
            answer += answers
            effect += effects
            entry.completion(.success(report))
        }
    }
}
