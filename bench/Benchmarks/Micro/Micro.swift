internal import BenchFacade
internal import Benchmark
internal import Foundation
internal import Traffic

/// A store of fifty thousand identifiers in a temporary directory, and e-mail addresses that it knows.
private final class Fixture {
    let store: BenchStore
    let emails: [String]
    var traffic = Traffic()
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "/selvedge-micro-\(getpid())"
        try BenchStore.create(directory: directory)
        store = try BenchStore(directory: directory)
        for _ in 0..<5 { try store.record(traffic.group(newIdentifiers: 10_000).observations) }
        let people = traffic.people
        emails = (0..<1_024).map { Traffic.email(mix($0) % people) }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}

let benchmarks: @Sendable () -> Void = {
    func measure(
        _ name: String, _ scale: BenchmarkScalingFactor,
        _ body: @escaping (Fixture, Benchmark) throws -> Void
    ) {
        let configuration = Benchmark.Configuration(
            metrics: [.wallClock, .cpuUser, .throughput], scalingFactor: scale, maxDuration: .seconds(3))
        Benchmark(
            name, configuration: configuration,
            closure: { (benchmark: Benchmark, fixture: Fixture) throws -> Void in try body(fixture, benchmark) },
            setup: { () throws -> Fixture in try Fixture() })
    }

    measure("identity key of an e-mail address", .kilo) { fixture, benchmark in
        for index in benchmark.scaledIterations {
            blackHole(try fixture.store.identityKey(email: fixture.emails[index & 1_023]))
        }
    }
    measure("resolve an e-mail address, warm", .kilo) { fixture, benchmark in
        for index in benchmark.scaledIterations {
            blackHole(try fixture.store.resolve(email: fixture.emails[index & 1_023]))
        }
    }
    measure("decode every component", .one) { fixture, benchmark in
        for _ in benchmark.scaledIterations { blackHole(try fixture.store.decodeComponents()) }
    }
    measure("record one observation, durably", .one) { fixture, benchmark in
        for _ in benchmark.scaledIterations {
            let group = fixture.traffic.group(observations: 1)
            benchmark.startMeasurement()
            try fixture.store.record(group.observations)
            benchmark.stopMeasurement()
        }
    }
}
