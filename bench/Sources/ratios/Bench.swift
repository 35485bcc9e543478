internal import BenchFacade
internal import CAllocations
internal import Foundation
internal import Traffic

/// One run: a store and its peer grow together, and are measured in turn at each size.
struct Bench {
    let store: BenchStore
    let reader: Peer
    let putter: Peer
    let options: Options
    var traffic = Traffic()
    /// Seconds of the last groups, ours and the peer's.
    var recording = Series()

    init(directory: String, options: Options) throws {
        try BenchStore.create(directory: directory + "/store")
        for name in ["reader", "putter"] {
            try FileManager.default.createDirectory(
                atPath: directory + "/" + name, withIntermediateDirectories: true)
        }
        store = try BenchStore(directory: directory + "/store")
        reader = try Peer(directory: directory + "/reader")
        putter = try Peer(directory: directory + "/putter")
        self.options = options
    }

    // MARK: Recording

    /// Records until the store has so many identifiers; keeps the last quarter's times.
    mutating func grow(to identifiers: Int) throws {
        let start = try store.size().identifiers
        var count = start
        recording = Series()
        while count < identifiers {
            let group = traffic.group(newIdentifiers: options.group)
            let sample = try sample(
                group.newIdentifiers, ours: { try store.record(group.observations) },
                peer: { if !options.isAlone { try putter.put(group.newIdentifiers) } })
            count += group.newIdentifiers
            if count > identifiers - max(identifiers - start, 0) / 4 { recording.samples.append(sample) }
        }
    }

    /// Groups of as many observations as a transaction may take; the peer's stay as they are.
    mutating func recordLargest(rounds: Int) throws -> Series {
        var series = Series()
        for _ in 0..<rounds {
            let group = traffic.group(observations: 10_000)
            series.samples.append(
                try sample(
                    group.newIdentifiers, ours: { try store.record(group.observations) },
                    peer: {
                        var left = group.newIdentifiers
                        while left > 0 {
                            try putter.put(min(left, options.group))
                            left -= options.group
                        }
                    }))
        }
        return series
    }

    private func sample(_ count: Int, ours: () throws -> Void, peer: () throws -> Void) throws -> Series.Sample {
        let mine = try timed(ours)
        let theirs = try timed(peer)
        return Series.Sample(count: count, ours: mine, peer: theirs)
    }

    // MARK: Resolving

    func emails(_ count: Int) -> [String] {
        (0..<count).map { Traffic.email(mix(UInt64($0) ^ 0xabcdef) % traffic.people) }
    }

    /// Resolves of random e-mail addresses; the peer has one snapshot for all, or renews it for each.
    func resolving(rounds: Int, renewing: Bool) throws -> Series {
        let emails = emails(options.resolves)
        var keys: [UInt64] = []
        for email in emails {
            let key = try store.identityKey(email: email)
            keys += [key.high, key.low]
        }
        var series = Series()
        for round in 0...rounds {
            let sample = try sample(emails.count, ours: { try resolve(emails) }) {
                try reader.resolve(keys, renewing: renewing)
            }
            // The first round maps pages.
            if round > 0 { series.samples.append(sample) }
        }
        return series
    }

    /// Resolves a second of processor time.
    func resolvingAlone(rounds: Int) throws -> Double {
        let emails = emails(options.resolves)
        return median(
            try (0..<rounds).map { _ in Double(emails.count) / (try timed { try resolve(emails) }).processor })
    }

    func resolve(_ emails: [String]) throws {
        var members = 0
        for email in emails { members += try store.resolve(email: email) }
        guard members >= emails.count else { throw Failure("an e-mail address is missing") }
    }

    func meanHops() throws -> Double {
        let sample = emails(20_000)
        return Double(try sample.reduce(0) { $0 + (try store.hops(email: $1)) }) / Double(sample.count)
    }

    /// Identity keys of raw e-mail addresses a second, on one core.
    func keys() throws -> Double {
        let emails = emails(options.resolves)
        var rates: [Double] = []
        for _ in 0..<5 {
            var sum: UInt64 = 0
            let time = try timed { for email in emails { sum &+= try store.identityKey(email: email).high } }
            guard sum != 0 else { throw Failure("no keys") }
            rates.append(Double(emails.count) / time.processor)
        }
        return median(rates)
    }

    // MARK: Memory

    /// Allocations of one resolve, for a profile of so many members.
    mutating func allocations(members: Int) throws -> (found: Int, allocations: Double) {
        let email = "allocations-\(members)@shop.example"
        let milliseconds = Int64(1_750_000_000_000) + Int64(traffic.people) * 50
        for device in 1..<members {
            let identifiers = [(namespace: "email", value: email), ("device_id", "allocations-\(members)-\(device)")]
            try store.record([
                BenchStore.Observation(source: "web", milliseconds: milliseconds, identifiers: identifiers)
            ])
        }
        let rounds = 10_000
        let found = try store.resolve(email: email)
        let before = allocations_so_far()
        for _ in 0..<rounds { _ = try store.resolve(email: email) }
        return (found, Double(allocations_so_far() - before) / Double(rounds))
    }

    /// Resident memory that is not the map, in MiB.
    static func anonymousMebibytes() -> Double {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") }),
            let kibibytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Double($0) })
        else { return .nan }
        return kibibytes / 1_024
    }
}
