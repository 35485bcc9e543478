package import Scoring

/// What a training of scores came to, for reading and as JSON.
package struct TrainingAnswer: Codable, Sendable {
    package struct Table: Codable, Sendable {
        package struct Row: Codable, Sendable {
            package var cases: Int
            package var predicted: Double
            package var observed: Double
            package var error: Double
        }

        package var cases: Int
        package var predicted: Double
        package var observed: Double
        package var rootMeanSquareError: Double
        package var calibrationError: Double
        package var deciles: [Row]

        private enum CodingKeys: String, CodingKey {
            case cases, predicted, observed, deciles
            case rootMeanSquareError = "root_mean_square_error"
            case calibrationError = "calibration_error"
        }

        init(_ calibration: Calibration) {
            cases = calibration.count
            predicted = calibration.totalPredicted
            observed = calibration.totalObserved
            rootMeanSquareError = calibration.rootMeanSquareError
            calibrationError = calibration.calibrationError
            deciles = calibration.bins.map {
                Row(cases: $0.count, predicted: $0.meanPredicted, observed: $0.meanObserved, error: $0.standardError)
            }
        }
    }

    package struct Affinity: Codable, Sendable {
        package var predictions: Int
        package var loss: Double
        package var popularityLoss: Double
        package var hits: Double
        package var popularityHits: Double

        private enum CodingKeys: String, CodingKey {
            case predictions, loss, hits
            case popularityLoss = "popularity_loss"
            case popularityHits = "popularity_hits"
        }
    }

    package var version: UInt64
    package var people: Int
    package var orders: Int
    package var currency: String?
    package var categories: Int
    package var models: [String]
    package var refusals: [String: String]
    /// By what was foretold.
    package var heldOut: [String: Table] = [:]
    package var affinity: Affinity?

    private enum CodingKeys: String, CodingKey {
        case version, people, orders, currency, categories, models, refusals, affinity
        case heldOut = "held_out"
    }

    package init(_ models: ScoreModels, _ report: TrainingReport) {
        version = models.version
        people = report.people
        orders = report.orders
        currency = report.currency?.description
        categories = models.categories.count
        refusals = models.refusals
        self.models = [
            models.lifetime.map { _ in "lifetime" }, models.lifetime?.orderValue.map { _ in "order_value" },
            models.affinity.map { _ in "affinity" }, models.discount.map { _ in "discount" },
            models.timing.map { _ in "timing" },
        ].compactMap { $0 }
        heldOut["purchases"] = report.purchases.map(Table.init)
        heldOut["any_purchase"] = report.anyPurchase.map(Table.init)
        heldOut["responses"] = report.responses.map(Table.init)
        affinity = report.affinity.map {
            Affinity(
                predictions: $0.predictions, loss: $0.loss, popularityLoss: $0.popularityLoss, hits: $0.hits,
                popularityHits: $0.popularityHits)
        }
    }
}
