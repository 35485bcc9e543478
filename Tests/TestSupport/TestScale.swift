internal import Foundation

/// How much of a long test is run: `SELVEDGE_SCALE`, a tenth where it is not set.
package enum TestScale {
    package static let factor = ProcessInfo.processInfo.environment["SELVEDGE_SCALE"].flatMap(Double.init) ?? 0.1
}
