package import Identity
package import Scoring

/// What became of a decision.
package enum OutcomeKind: UInt8, Hashable, Sendable, CaseIterable {
    case shown = 0
    case clicked = 1
    case redeemed = 2
    case bought = 3
    case returned = 4
}

/// All that is known of what became of one decision: hearing the same again, or in another order, changes nothing.
///
/// A kind's time is the earliest; a purchase and a return count once by their own id, its latest version at equal ids.
package struct Outcomes: Hashable, Sendable {
    /// A purchase or a return, in minor units; margin is what the shop keeps, negative for a return.
    package struct Amount: Hashable, Sendable {
        package var id: FactID
        package var revision: Int64
        package var revenue: Int64
        package var discount: Int64
        package var margin: Int64

        package init(id: FactID, revision: Int64, revenue: Int64, discount: Int64, margin: Int64) {
            self.id = id
            self.revision = revision
            self.revenue = revenue
            self.discount = discount
            self.margin = margin
        }

        func isOutdone(by other: Amount) -> Bool {
            if revision != other.revision { return revision < other.revision }
            if revenue != other.revenue { return revenue < other.revenue }
            if discount != other.discount { return discount < other.discount }
            return margin < other.margin
        }
    }

    /// By kind; nil where it was not heard of.
    private var times: [Timestamp?] = Array(repeating: nil, count: OutcomeKind.allCases.count)
    /// Ascending by id.
    package private(set) var amounts: [Amount] = []

    package init() {}

    package subscript(kind: OutcomeKind) -> Timestamp? { times[Int(kind.rawValue)] }

    package mutating func add(_ kind: OutcomeKind, at time: Timestamp, amount: Amount? = nil) {
        let place = Int(kind.rawValue)
        times[place] = times[place].map { min($0, time) } ?? time
        if let amount { add(amount) }
    }

    /// A purchase or a return whose time is known already.
    package mutating func add(_ amount: Amount) {
        if let index = amounts.firstIndex(where: { $0.id == amount.id }) {
            if amounts[index].isOutdone(by: amount) { amounts[index] = amount }
        } else {
            amounts.insert(amount, at: amounts.firstIndex { amount.id < $0.id } ?? amounts.endIndex)
        }
    }

    package mutating func merge(_ other: Outcomes) {
        for kind in OutcomeKind.allCases {
            if let time = other[kind] { add(kind, at: time) }
        }
        for amount in other.amounts { add(amount) }
    }

    /// Bought, less what was returned.
    package var margin: Int64 { amounts.reduce(0) { $0 + $1.margin } }
    package var revenue: Int64 { amounts.reduce(0) { $0 + $1.revenue } }
    package var discount: Int64 { amounts.reduce(0) { $0 + $1.discount } }
    package var hasConverted: Bool { self[.bought] != nil }
}
