internal import BenchFacade
internal import Traffic

/// What consent costs: a view beside the whole cluster from the same component, decisions beside observations.
extension Bench {
    /// A profile of so many members under an e-mail address: a login that ties it to devices.
    private func makeProfile(members: Int, email: String) throws {
        let login = (namespace: "login", value: "login of \(email)")
        let start: Int64 = 1_750_000_000_000
        var observations = [
            BenchStore.Observation(
                source: "web", milliseconds: start, identifiers: [(namespace: "email", value: email), login])
        ]
        for device in 0..<max(0, members - 2) {
            let identifiers = [login, (namespace: "device_id", value: "\(email) \(device)")]
            observations.append(
                BenchStore.Observation(source: "web", milliseconds: start + Int64(device), identifiers: identifiers))
        }
        try store.record(observations)
    }

    /// Views of one profile beside its whole cluster, in turn.
    private func viewing(_ email: String, members: Int, purpose: UInt8, rounds: Int) throws -> Series {
        let count = max(2_000, 400_000 / members)
        guard try store.view(email: email, purpose: purpose) == members, try store.resolveWhole(email: email) == members
        else { throw Failure("a view of \(members) members shows another number") }
        var series = Series()
        for round in 0...rounds * 3 {
            let mine = try timed { for _ in 0..<count { _ = try store.view(email: email, purpose: purpose) } }
            let whole = try timed { for _ in 0..<count { _ = try store.resolveWhole(email: email) } }
            if round > 0 { series.samples.append(Series.Sample(count: count, ours: mine, peer: whole)) }
        }
        return series
    }

    /// Decisions on known e-mail addresses beside observations of new people, 10,000 to a transaction.
    private mutating func deciding(rounds: Int) throws -> Series {
        var series = Series()
        for round in 0..<rounds {
            let decisions = (0..<10_000).map { number in
                BenchStore.Observation(
                    source: "web", milliseconds: 1_760_000_000_000 + Int64(round * 10_000 + number),
                    identifier: ("email", Traffic.email(mix(UInt64(round * 10_000 + number)) % traffic.people)),
                    purpose: number % 2 == 0 ? "marketing" : "personalization",
                    decision: number % 5 == 0 ? "withdrawn" : "granted")
            }
            let group = traffic.group(observations: 10_000)
            let mine = try timed { try store.decide(decisions) }
            let theirs = try timed { try store.record(group.observations) }
            series.samples.append(Series.Sample(count: 10_000, ours: mine, peer: theirs))
        }
        return series
    }

    mutating func consentRows(_ options: Options) throws {
        let purposes = (plain: try store.purpose(named: "service"), decided: try store.purpose(named: "personalization"))
        for members in [3, 50, 512] {
            let email = "view-\(members)@shop.example"
            try makeProfile(members: members, email: email)
            let plain = try viewing(email, members: members, purpose: purposes.plain, rounds: options.rounds)
            try store.decide([
                BenchStore.Observation(
                    source: "web", milliseconds: 1_750_000_100_000, identifier: ("email", email),
                    purpose: "personalization", decision: "granted")
            ])
            let decided = try viewing(email, members: members, purpose: purposes.decided, rounds: options.rounds)
            row([
                "\(members)", text(1e9 / plain.peer(\.processor)), text(1e9 / plain.ours(\.processor)),
                text(plain.peer(\.processor) / plain.ours(\.processor), 2), text(1e9 / decided.ours(\.processor)),
                text(decided.peer(\.processor) / decided.ours(\.processor), 2),
            ])
        }
        try grow(to: 200_000)
        let series = try deciding(rounds: options.rounds)
        say(
            "decisions \(text(series.ours(\.wall)))/s, observations \(text(series.peer(\.wall)))/s: ratio "
                + "\(text(series.ratio(\.wall), 2)); of processor time \(text(series.ratio(\.processor), 2))")
    }
}

func printConsent(_ bench: inout Bench, _ options: Options) throws {
    say("Views of a raw e-mail address: nanoseconds of processor time beside the whole cluster, decoded from the same")
    say("component without consent; by default, and after a decision. Medians of runs in turn.")
    row(["members", "whole", "by default", "ratio", "decided", "ratio"])
    try bench.consentRows(options)
}
