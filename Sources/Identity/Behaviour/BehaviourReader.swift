/// Reads the fields of a document `behaviour` that have a meaning, and walks over the others.
struct BehaviourReader: ~Escapable {
    private var reader: JSONReader
    private var found = Behaviour()
    /// Where the reader is, such as `orders[2].total`.
    private var field = ""

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { reader = JSONReader(bytes) }

    /// In the order of `names`.
    private enum Field: Int { case carts, exposures, orders, preferences, responses, returns, searches, views }

    private static let names: [StaticString] = [
        "carts", "exposures", "orders", "preferences", "responses", "returns", "searches", "views",
    ]

    mutating func behaviour() throws(Refusal) -> Behaviour {
        do throws(RefusalReason) {
            try readObject()
            guard found.count <= Behaviour.mostFacts else { throw .tooLarge }
        } catch {
            throw Refusal(
                reason: error, field: field.isEmpty ? "behaviour" : "behaviour.\(field)", advice: advice(error))
        }
        return found
    }

    private func advice(_ reason: RefusalReason) -> String {
        switch reason {
        case .tooLarge: "at most \(Behaviour.mostFacts) facts to an observation: send more of them"
        case .valueTooLong: "ids and categories have at most \(Behaviour.textBytes) bytes of UTF-8"
        case .timeOutOfRange: "amounts are whole numbers of minor units, at most \(Behaviour.largestAmount) either way"
        default: reason.advice
        }
    }

    private mutating func readObject() throws(RefusalReason) {
        var isMore = try open("{", "}")
        while isMore {
            if let index = try reader.name(among: Self.names), let known = Field(rawValue: index) {
                field = Self.names[index].description
                try reader.expect(":")
                try read(known)
                field = ""
            } else {
                try skip()
            }
            isMore = try next("}")
        }
    }

    private mutating func read(_ known: Field) throws(RefusalReason) {
        if reader.takeNull() { return }
        switch known {
        case .views: found.views = try touches()
        case .searches: found.searches = try touches()
        case .carts: found.carts = try touches()
        case .orders, .returns, .exposures, .responses: try readList(known)
        case .preferences: try readPreferences()
        }
    }

    private mutating func readList(_ known: Field) throws(RefusalReason) {
        let outer = field
        var place = 0
        var isMore = try open("[", "]")
        while isMore {
            field = "\(outer)[\(place)]"
            switch known {
            case .orders: try readOrder()
            case .returns: try readReturn()
            case .exposures: try readExposure()
            default: try readResponse()
            }
            place += 1
            guard place <= Behaviour.mostFacts else { throw .tooLarge }
            isMore = try next("]")
        }
        field = outer
    }

    // MARK: Parts

    /// Lines of an order, or things that were looked at: what has no count counts once.
    private mutating func touches() throws(RefusalReason) -> [Behaviour.Touch] {
        var touches: [Behaviour.Touch] = []
        let outer = field
        var isMore = try open("[", "]")
        while isMore {
            field = "\(outer)[\(touches.count)]"
            touches.append(try readTouch())
            guard touches.count <= Behaviour.mostFacts else { throw .tooLarge }
            isMore = try next("]")
        }
        field = outer
        return touches
    }

    private mutating func readTouch() throws(RefusalReason) -> Behaviour.Touch {
        var touch = Behaviour.Touch(category: nil, count: 1)
        var isMore = try open("{", "}")
        while isMore {
            switch try reader.name(among: ["category", "quantity"]) {
            case 0: touch.category = try text("category")
            case 1: touch.count = Int(clamping: max(0, try whole("quantity")))
            default: try skip()
            }
            isMore = try next("}")
        }
        return touch
    }

    private mutating func readOrder() throws(RefusalReason) {
        var id: String?
        var order = Behaviour.Order(
            id: "", currency: "", total: 0, discount: 0, lines: [], placed: nil, isCancelled: false)
        var hasTotal = false
        var isMore = try open("{", "}")
        while isMore {
            let names: [StaticString] = ["cancelled", "currency", "discount", "id", "lines", "placed", "total"]
            switch try reader.name(among: names) {
            case 0: order.isCancelled = try flag("cancelled")
            case 1: order.currency = try text("currency")
            case 2: order.discount = try whole("discount")
            case 3: id = try text("id")
            case 4:
                try reader.expect(":")
                order.lines = try touches()
            case 5: order.placed = try Timestamp(rfc3339: try text("placed"))
            case 6:
                order.total = try whole("total")
                hasTotal = true
            default: try skip()
            }
            isMore = try next("}")
        }
        guard let id, hasTotal else { throw .missingField }
        let letters = order.currency.utf8
        guard letters.count == 3, letters.allSatisfy({ $0 >= 65 && $0 <= 90 }) else { throw .wrongType }
        order.id = id
        found.orders.append(order)
    }

    private mutating func readReturn() throws(RefusalReason) {
        var order: String?
        var amount: Int64?
        var sum: Int64 = 0
        var isMore = try open("{", "}")
        while isMore {
            switch try reader.name(among: ["amount", "lines", "order"]) {
            case 0: amount = try whole("amount")
            case 1:
                try reader.expect(":")
                sum = try sumOfAmounts()
            case 2: order = try text("order")
            default: try skip()
            }
            isMore = try next("}")
        }
        guard let order else { throw .missingField }
        found.returns.append(Behaviour.Return(order: order, amount: amount ?? sum))
    }

    /// What the lines of a return come to.
    private mutating func sumOfAmounts() throws(RefusalReason) -> Int64 {
        var sum: Int64 = 0
        var isLine = try open("[", "]")
        while isLine {
            var isMore = try open("{", "}")
            while isMore {
                if try reader.name(among: ["amount"]) == 0 { sum += try whole("amount") } else { try skip() }
                isMore = try next("}")
            }
            guard sum.magnitude <= UInt64(Behaviour.largestAmount) else { throw .timeOutOfRange }
            isLine = try next("]")
        }
        return sum
    }

    private mutating func readExposure() throws(RefusalReason) {
        var exposure = Behaviour.Exposure(id: nil, basisPoints: 0, isRandomised: false)
        var isMore = try open("{", "}")
        while isMore {
            switch try reader.name(among: ["basis_points", "id", "randomised"]) {
            case 0: exposure.basisPoints = Int(clamping: min(max(0, try whole("basis_points")), 10_000))
            case 1: exposure.id = try text("id")
            case 2: exposure.isRandomised = try flag("randomised")
            default: try skip()
            }
            isMore = try next("}")
        }
        found.exposures.append(exposure)
    }

    private mutating func readResponse() throws(RefusalReason) {
        var id: String?
        var isMore = try open("{", "}")
        while isMore {
            if try reader.name(among: ["exposure"]) == 0 {
                id = try text("exposure")
            } else {
                try skip()
            }
            isMore = try next("}")
        }
        guard let id else { throw .missingField }
        found.responses.append(id)
    }

    private mutating func readPreferences() throws(RefusalReason) {
        var names: [String] = []
        var isMore = try open("{", "}")
        while isMore {
            if try reader.name(among: ["categories"]) == 0 {
                try reader.expect(":")
                var isName = try open("[", "]")
                while isName {
                    names.append(try bareText())
                    guard names.count <= Behaviour.mostFacts else { throw .tooLarge }
                    isName = try next("]")
                }
            } else {
                try skip()
            }
            isMore = try next("}")
        }
        found.preferences = Set(names).sorted()
    }

    // MARK: Values

    /// Enters an object or a list; whether anything is in it.
    private mutating func open(_ first: Unicode.Scalar, _ last: Unicode.Scalar) throws(RefusalReason) -> Bool {
        guard reader.take(first) else { throw reader.mismatch() }
        return !reader.take(last)
    }

    /// Whether something more follows in an object or a list; leaves it where not.
    private mutating func next(_ last: Unicode.Scalar) throws(RefusalReason) -> Bool {
        if reader.take(",") { return true }
        try reader.expect(last)
        return false
    }

    /// A member whose name was read and has no meaning.
    private mutating func skip() throws(RefusalReason) {
        try reader.expect(":")
        var scratch: [UInt8] = []
        try reader.canonicalValue(into: &scratch)
    }

    private mutating func text(_ name: String) throws(RefusalReason) -> String {
        let outer = field
        field = outer.isEmpty ? name : "\(outer).\(name)"
        try reader.expect(":")
        let text = try bareText()
        field = outer
        return text
    }

    private mutating func bareText() throws(RefusalReason) -> String {
        let text = try reader.string()
        guard !text.isEmpty else { throw .emptyValue }
        guard text.utf8.count <= Behaviour.textBytes else { throw .valueTooLong }
        return text
    }

    private mutating func flag(_ name: String) throws(RefusalReason) -> Bool {
        let outer = field
        field = "\(outer).\(name)"
        try reader.expect(":")
        _ = reader.peek()
        let isSet = reader.takeWord("true")
        guard isSet || reader.takeWord("false") else { throw reader.mismatch() }
        field = outer
        return isSet
    }

    private mutating func whole(_ name: String) throws(RefusalReason) -> Int64 {
        let outer = field
        field = "\(outer).\(name)"
        try reader.expect(":")
        var digits: [UInt8] = []
        guard let next = reader.peek(), next == UInt8(ascii: "-") || (48...57).contains(next) else {
            throw reader.mismatch()
        }
        try reader.number(into: &digits)
        guard let value = Int64(String(decoding: digits, as: UTF8.self)) else { throw .wrongType }
        guard value.magnitude <= UInt64(Behaviour.largestAmount) else { throw .timeOutOfRange }
        field = outer
        return value
    }
}
