/// What somebody did, as an observation tells it: the fields of its document `behaviour` that have a meaning. Others are
/// the sender's own, and are let go.
///
/// Money is in minor units of a currency, whole numbers. Times are of the observation but where an order says its own.
package struct Behaviour: Hashable, Sendable {
    /// A product or a category that somebody turned to, so many times.
    package struct Touch: Hashable, Sendable {
        package var category: String?
        package var count: Int

        package init(category: String?, count: Int) {
            self.category = category
            self.count = count
        }
    }

    package struct Order: Hashable, Sendable {
        /// The shop's own: the same from two sources is the same order.
        package var id: String
        package var currency: String
        /// What was paid, after discounts.
        package var total: Int64
        package var discount: Int64
        package var lines: [Touch]
        /// When it was placed; nil: at the observation's time.
        package var placed: Timestamp?
        package var isCancelled: Bool
    }

    package struct Return: Hashable, Sendable {
        package var order: String
        package var amount: Int64

        package init(order: String, amount: Int64) {
            self.order = order
            self.amount = amount
        }
    }

    /// An offer or a message that was shown.
    package struct Exposure: Hashable, Sendable {
        package var id: String?
        /// Of its discount, in hundredths of a per cent.
        package var basisPoints: Int
        /// Whether chance chose it.
        package var isRandomised: Bool

        package init(id: String?, basisPoints: Int, isRandomised: Bool) {
            self.id = id
            self.basisPoints = basisPoints
            self.isRandomised = isRandomised
        }
    }

    package var views: [Touch] = []
    package var searches: [Touch] = []
    package var carts: [Touch] = []
    package var orders: [Order] = []
    package var returns: [Return] = []
    package var exposures: [Exposure] = []
    /// Ids of exposures that were answered.
    package var responses: [String] = []
    /// Categories that the person has said to like: the latest such list of a source counts.
    package var preferences: [String]?

    package init() {}

    /// How many facts it tells.
    package var count: Int {
        views.count + searches.count + carts.count + orders.count + returns.count + exposures.count + responses.count
            + (preferences == nil ? 0 : 1)
    }

    /// Most facts of one observation: a page or an order is one observation.
    package static let mostFacts = 256
    /// Most bytes of a category, of an order's id and of an exposure's.
    package static let textBytes = 128
    /// Most of one amount, either way.
    package static let largestAmount: Int64 = 1_000_000_000_000
}

extension Behaviour: CustomStringConvertible {
    package var description: String { "<redacted>" }
}

extension Behaviour {
    /// Reads a document of an observation.
    ///
    /// - Throws: where a field that has a meaning holds something else: its name and the reason.
    package init(document: [UInt8]) throws(Refusal) {
        var reader = BehaviourReader(document.span)
        self = try reader.behaviour()
    }
}
