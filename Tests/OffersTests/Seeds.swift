import Foundation

/// The seeds that a property is tried on: `SELVEDGE_SEED` names one, `SELVEDGE_SEEDS` how many.
enum Seeds {
    static func some(_ standard: UInt64) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["SELVEDGE_SEED"].flatMap({ UInt64($0) }) { return [one] }
        let scale = environment["SELVEDGE_SCALE"].flatMap(Double.init) ?? 0.1
        let count = environment["SELVEDGE_SEEDS"].flatMap { UInt64($0) }.map { min($0, standard * 10) }
        return Array(1...max(1, count ?? UInt64(Double(standard) * 10 * scale)))
    }
}

func isClose(_ left: Double, _ right: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(left - right) <= tolerance * max(abs(left), abs(right), 1e-300)
}
