/// What a training was fitted to, and how well models of what came before the split foretold what came after.
package struct TrainingReport: Hashable, Sendable {
    package var people: Int
    package var orders: Int
    package var currency: Currency?
    /// The first day that was held out, in days since 1970-01-01.
    package var split: Int32 = 0
    /// Of how many purchases each makes in the held-out time; nil: there was no model of the time before.
    package var purchases: Calibration?
    /// Of whether there is any.
    package var anyPurchase: Calibration?
    package var affinity: AffinityReport?
    /// Of responses to exposures, each person's by band.
    package var responses: Calibration?

    package init(people: Int, orders: Int) {
        self.people = people
        self.orders = orders
    }
}
