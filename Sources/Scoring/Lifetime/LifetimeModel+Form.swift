extension LifetimeModel {
    /// The canonical form, version 1:
    ///
    ///     u8 version | number unitDays
    ///     real r, alpha, a, b | 16 reals covariance | number customers, repeatPurchases | real logLikelihood
    ///     u8 has order value | [real p, q, v | 9 reals covariance | number customers, orders
    ///                           | real logLikelihood, correlation]
    package func encoded() -> [UInt8] {
        var writer = FormWriter()
        writer.byte(1)
        writer.number(unitDays)
        for value in [purchases.r, purchases.alpha, purchases.a, purchases.b] { writer.real(value) }
        writer.matrix(purchases.covariance)
        writer.number(purchases.customers)
        writer.number(purchases.repeatPurchases)
        writer.real(purchases.logLikelihood)
        writer.byte(orderValue == nil ? 0 : 1)
        if let model = orderValue {
            for value in [model.p, model.q, model.v] { writer.real(value) }
            writer.matrix(model.covariance)
            writer.number(model.customers)
            writer.number(model.orders)
            writer.real(model.logLikelihood)
            writer.real(model.correlation)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        let days = try reader.count("unit_days", in: 1...36_500)
        let anything = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        let purchases = PurchaseModel(
            r: try reader.positive("r"), alpha: try reader.positive("alpha"), a: try reader.positive("a"),
            b: try reader.positive("b"), covariance: try reader.matrix(4, "covariance"),
            customers: try reader.count("customers", in: 0...Int.max),
            repeatPurchases: try reader.count("repeat_purchases", in: 0...Int.max),
            logLikelihood: try reader.real("log_likelihood", in: anything))
        var orderValue: OrderValueModel?
        switch try reader.byte() {
        case 0: break
        case 1:
            orderValue = OrderValueModel(
                p: try reader.positive("p"), q: try reader.real("q", in: 1.0.nextUp...Double.greatestFiniteMagnitude),
                v: try reader.positive("v"), covariance: try reader.matrix(3, "order value covariance"),
                customers: try reader.count("order value customers", in: 0...Int.max),
                orders: try reader.count("orders", in: 0...Int.max),
                logLikelihood: try reader.real("order value log_likelihood", in: anything),
                correlation: try reader.real("correlation", in: -1.1...1.1))
        default: throw .notCanonical(field: "has_order_value")
        }
        try reader.end()
        self.init(purchases: purchases, orderValue: orderValue, unitDays: days)
    }
}
