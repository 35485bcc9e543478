internal import Benchmark
internal import BenchFacade
internal import Foundation

let benchmarks: @Sendable () -> Void = {
    Benchmark("identity key of an e-mail address") { benchmark in
        let store = try Fixture.store()
        benchmark.startMeasurement()
        for index in benchmark.scaledIterations { blackHole(try store.identityKey(email: Fixture.emails[index % 1_000])) }
    }
}
