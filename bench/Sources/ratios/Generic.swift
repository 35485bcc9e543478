internal import BenchFacade
internal import CAllocations
internal import Foundation
internal import Traffic

/// Resolves that end in the generic outcome, in turn: an address that is unknown, one that is denied, one that nobody has
/// decided on where the default denies. `bench/generic` runs this under callgrind and compares them.
extension Bench {
    mutating func askGeneric() throws {
        try grow(to: 20_000)
        // Of eight people one denies each purpose, and one, whose traffic is like the second's, has said nothing. All
        // addresses are of one length, so that hashing them costs the same.
        let eights = UInt64(250)
        try store.decide(
            (0..<eights).flatMap { eight in
                [("service", 0), ("marketing", 1)].map { purpose, place in
                    BenchStore.Observation(
                        source: "web", milliseconds: 1_760_000_000_000,
                        identifier: ("email", Traffic.email(1_000 + eight * 8 + place)), purpose: purpose,
                        decision: "denied")
                }
            })
        try store.refreshDecoys()
        let (service, marketing) = (try store.purpose(named: "service"), try store.purpose(named: "marketing"))
        var shown = 0
        for round in 0..<UInt64(210) {
            let first = 1_000 + mix(round) % eights * 8
            let asked = [
                (Traffic.email(first), service), (unknown(first), service), (Traffic.email(first + 1), marketing),
                (unknown(first + 1), marketing), (Traffic.email(first + 5), marketing),
            ]
            end_of_piece()
            for (email, purpose) in asked {
                shown += try store.ask(email: email, purpose: purpose)
                end_of_piece()
            }
        }
        guard shown == 0 else { throw Failure("a resolve that had to be generic showed a profile") }
    }

    private func unknown(_ person: UInt64) -> String {
        Traffic.email(person).replacingOccurrences(of: "Customer", with: "Stranger")
    }
}
