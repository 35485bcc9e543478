extension ScoreTraining {
    // MARK: Lifetime

    func fitLifetime(_ models: inout ScoreModels, _ report: inout TrainingReport) {
        guard let currency else {
            models.refusals["lifetime"] = "there is no order"
            return
        }
        report.currency = currency
        do {
            let (model, refusal) = try lifetime(asOf: options.before - 1, currency)
            models.lifetime = model
            models.refusals["order_value"] = refusal
        } catch { models.refusals["lifetime"] = error.description }
        guard let (earlier, _) = try? lifetime(asOf: options.split - 1, currency) else { return }
        var purchases: (predicted: [Double], observed: [Double]) = ([], [])
        var any: (predicted: [Double], observed: [Double]) = ([], [])
        let horizon = Double(options.horizonDays) / Double(options.unitDays)
        for person in people {
            let day = options.split - 1
            guard
                let before = person.orders.purchases(asOf: day, unitDays: options.unitDays, currency: currency)
            else { continue }
            let history = before.history
            let later = Set(
                person.orders.orders.lazy.filter { !$0.isCancelled && $0.day >= options.split }.map(\.day))
            purchases.predicted.append(earlier.purchases.expectedPurchases(history, within: horizon))
            purchases.observed.append(Double(later.count))
            any.predicted.append(earlier.purchases.probabilityOfPurchase(history, within: horizon))
            any.observed.append(later.isEmpty ? 0 : 1)
        }
        report.purchases = Calibration(predicted: purchases.predicted, observed: purchases.observed)
        report.anyPurchase = Calibration(predicted: any.predicted, observed: any.observed)
    }

    /// - Returns: the model, and why it knows nothing of the worth of orders where it does not.
    private func lifetime(asOf day: Int32, _ currency: Currency) throws(FitRefusal) -> (LifetimeModel, String?) {
        var histories: [PurchaseHistory] = []
        var values: [OrderValues] = []
        for person in people {
            guard let bought = person.orders.purchases(asOf: day, unitDays: options.unitDays, currency: currency) else {
                continue
            }
            histories.append(bought.history)
            values.append(bought.values)
        }
        let purchases = try PurchaseModel(fitting: try PurchaseSample(histories))
        var model = LifetimeModel(purchases: purchases, orderValue: nil, unitDays: options.unitDays)
        do {
            model.orderValue = try OrderValueModel(fitting: values)
            return (model, nil)
        } catch {
            return (model, error.description)
        }
    }

    // MARK: Affinity

    /// The kinds whose category is foretold: what was bought where there is enough of it, else what was put into a cart,
    /// else what was looked at.
    private var targets: Set<BehaviourKind> {
        for kind in [BehaviourKind.order, .cart, .view] {
            let found = people.reduce(0) { $0 + $1.events.count { $0.kind == kind && $0.day < options.split } }
            if found >= AffinityModel.fewestPredictions { return [kind] }
        }
        return [.order, .cart, .view]
    }

    func fitAffinity(_ models: inout ScoreModels, _ report: inout TrainingReport) {
        let sequences = people.map { AffinitySequence($0.events) }
        let numbers = models.categories.indices.map { UInt32($0) }
        let targets = targets
        do {
            models.affinity = try AffinityModel(
                fitting: sequences, categories: numbers, targets: targets, before: options.before)
        } catch { models.refusals["affinity"] = error.description }
        let earlier = try? AffinityModel(
            fitting: sequences, categories: numbers, targets: targets, before: options.split)
        guard let earlier else { return }
        let found = AffinityReport(earlier, on: sequences, targets: targets, days: options.split..<options.before)
        if found.predictions > 0 { report.affinity = found }
    }

    // MARK: Discount sensitivity

    func fitDiscount(_ models: inout ScoreModels, _ report: inout TrainingReport) {
        do {
            models.discount = try DiscountModel(
                fitting: people.map { (counts: $0.exposures, cohort: 0) }, cohorts: 1)
        } catch { models.refusals["discount"] = error.description }
        let earlier = try? DiscountModel(
            fitting: people.map { (counts: $0.exposuresBefore, cohort: 0) }, cohorts: 1)
        guard let earlier else { return }
        var cases: (predicted: [Double], observed: [Double]) = ([], [])
        for person in people {
            for band in DiscountBand.allCases {
                for isRandomised in [true, false] {
                    let cell = person.exposuresAfter[band, randomised: isRandomised]
                    guard cell.exposures > 0 else { continue }
                    cases.predicted.append(earlier.response(band, person.exposuresBefore, cohort: 0))
                    cases.observed.append(Double(cell.responses) / Double(cell.exposures))
                }
            }
        }
        report.responses = Calibration(predicted: cases.predicted, observed: cases.observed)
    }
}
