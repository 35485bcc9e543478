internal import Foundation

/// Which seeds a property test tries, and how.
package struct SeedPlan: Sendable {
    package struct Failure: Sendable {
        package let seed: UInt64
        package let problem: String
    }

    package let seeds: [UInt64]

    private init(seeds: [UInt64]) { self.seeds = seeds }

    /// The seeds from 1 on.
    package init(upTo count: UInt64) { self.init(seeds: Array(1...max(count, 1))) }

    /// `SELVEDGE_SEED` names one seed, `SELVEDGE_SEEDS` how many from 1 on; `standard` without either.
    package static func fromEnvironment(standard: UInt64 = 2_000) -> SeedPlan {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["SELVEDGE_SEED"].flatMap({ UInt64($0) }) { return SeedPlan(seeds: [one]) }
        let count = environment["SELVEDGE_SEEDS"].flatMap { UInt64($0) } ?? standard
        return SeedPlan(seeds: Array(1...max(count, 1)))
    }

    /// Tries every seed, two at a time; the failures by seed.
    package func run(_ body: @escaping @Sendable (UInt64) throws -> Void) async -> [Failure] {
        await withTaskGroup(of: [Failure].self) { group in
            for lane in 0..<2 {
                group.addTask { @concurrent in
                    var failures: [Failure] = []
                    for place in stride(from: lane, to: seeds.count, by: 2) {
                        do { try body(seeds[place]) } catch {
                            failures.append(Failure(seed: seeds[place], problem: "\(error)"))
                        }
                    }
                    return failures
                }
            }
            var all: [Failure] = []
            for await failures in group { all += failures }
            return all.sorted { $0.seed < $1.seed }
        }
    }
}
