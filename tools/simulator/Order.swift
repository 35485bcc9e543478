/// A thing for sale.
struct Product {
    let number: Int

    private static let count = 4800

    init(number: Int) { self.number = number }

    /// A product as a person would choose: two times in three from three favourite categories.
    init(liked person: UInt32, random: inout Random) {
        let categories = Words.categories.count
        let favourite = Int(mixed(UInt64(person) ^ (UInt64(random.below(3)) << 33)) % UInt64(categories))
        let category = random.below(3) < 2 ? favourite : random.below(categories)
        // The lower numbers of a category sell better.
        let rank = Int(random.unit() * random.unit() * Double(Self.count / categories))
        number = rank * categories + category
    }

    var category: String { Words.categories[number % Words.categories.count] }

    /// In minor units: 4.95 to 304.95.
    var price: Int { 495 + Int(mixed(UInt64(number) ^ 0x9211CE) % 301) * 100 }
}

/// What an order says: the same for an event each time it is asked.
struct Order {
    struct Line {
        let product: Product
        let quantity: Int
        let discount: Int
    }

    /// The event's number.
    let number: UInt32
    let lines: [Line]

    init(_ number: UInt32, of event: Event, dice: Random, discounts: Double) {
        var random = dice
        self.number = number
        let percent = random.happens(discounts) ? 5 * (1 + random.below(8)) : 0
        var lines: [Line] = []
        for _ in 0..<(1 + min(7, random.geometric(mean: 0.9))) {
            let product = Product(liked: event.person, random: &random)
            let quantity = random.happens(0.85) ? 1 : 2
            lines.append(Line(product: product, quantity: quantity, discount: product.price * quantity * percent / 100))
        }
        self.lines = lines
    }

    var discount: Int { lines.reduce(0) { $0 + $1.discount } }
    var total: Int { lines.reduce(0) { $0 + $1.product.price * $1.quantity } - discount }
}
