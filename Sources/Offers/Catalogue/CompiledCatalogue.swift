internal import Identity

/// A catalogue laid out for deciding: names have become numbers, lists masks and flat arrays. Numbers are places in the
/// catalogue's sorted lists, so the same catalogue compiles to the same.
package struct CompiledCatalogue: Sendable {
    /// What the benefit is, without a payload to unpack.
    enum BenefitKind: UInt8, Sendable { case percent, amount, gift, message }

    /// An offer as the rules want it: no reference in it.
    struct Row: Sendable {
        var starts: Int64
        var ends: Int64
        var purposes: UInt64
        var cohorts: UInt64
        var group: UInt64
        var channels: UInt32
        var benefit: BenefitKind
        /// Whether products or categories are named.
        var isNarrow: Bool
        /// Basis points, or money, by `benefit`.
        var amount: Int64
        var minimumBasket: Int64
        var marginFloor: Int64
        /// 0: without end.
        var units: Int64
        var pressure: Int64
        /// Places in `caps`, in `categories`, and in `arms`.
        var caps: Range<Int32>
        var categories: Range<Int32>
        var arms: Range<Int32>
        var band: UInt8
    }

    /// An offer in one variant on one channel: what is chosen.
    package struct Arm: Hashable, Sendable {
        package var offer: Int32
        package var variant: Int16
        package var channel: Int16

        package init(offer: Int32, variant: Int16, channel: Int16) {
            self.offer = offer
            self.variant = variant
            self.channel = channel
        }
    }

    struct CapRow: Sendable {
        var count: Int64
        var milliseconds: Int64
        /// The channels that count, and that it closes.
        var channels: UInt32
        /// Whether it counts all channels, and so closes the offer.
        var isWhole: Bool
    }

    package let catalogue: Catalogue
    let rows: [Row]
    package let arms: [Arm]
    let caps: [CapRow]
    /// The caps over all offers.
    let contactCaps: [CapRow]
    /// The category numbers of narrow offers, by `Row.categories`.
    let categories: [Int32]
    /// A bit for each (offer, product): words of 64.
    let productBits: [UInt64]
    let productWords: Int
    let categoryBits: [UInt64]
    let categoryWords: Int
    let quiet: [QuietHours?]
    let repeatMilliseconds: Int64
    private let productNumbers: [String: Int32]
    /// Stacking groups, in order.
    private let groups: [String]

    package var offers: Int { rows.count }
    /// How many products offers name.
    var products: Int { productNumbers.count }

    package init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
        let products = Set(catalogue.offers.flatMap(\.products)).sorted()
        productNumbers = Dictionary(uniqueKeysWithValues: products.enumerated().map { ($1, Int32($0)) })
        quiet = catalogue.channels.map(\.quiet)
        repeatMilliseconds = Int64(catalogue.contact.repeatHours) * 3_600_000
        productWords = (products.count + 63) / 64
        categoryWords = (catalogue.categories.count + 63) / 64
        var layout = Layout(catalogue: catalogue, products: productNumbers)
        for offer in catalogue.offers { layout.add(offer, productWords, categoryWords) }
        contactCaps = catalogue.contact.caps.map(layout.row)
        rows = layout.rows
        arms = layout.arms
        caps = layout.caps
        categories = layout.categories
        groups = layout.groups
        productBits = layout.productBits
        categoryBits = layout.categoryBits
    }

    /// A product's number; nil where no offer names it.
    package func product(named name: String) -> Int32? { productNumbers[name] }
    package func category(named name: String) -> Int32? { Self.place(name, catalogue.categories).map { Int32($0) } }
    package func cohort(named name: String) -> Int? { Self.place(name, catalogue.cohorts) }
    package func purpose(named name: String) -> Int? { Self.place(name, catalogue.purposes) }
    package func channel(named name: String) -> Int? { Self.place(name, catalogue.channels.map(\.name)) }
    package func offer(named name: String) -> Int? { Self.place(name, catalogue.offers.map(\.name)) }

    /// The mask of a stacking group; nil where no offer is in it.
    package func group(named name: String) -> UInt64? {
        Self.place(name, groups).map { 1 << UInt64($0) }
    }

    static func place(_ name: String, _ names: [String]) -> Int? {
        var low = 0
        var high = names.count
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low] == name ? low : nil
    }

    @inline(__always)
    func applies(_ offer: Int, _ line: BasketLine) -> Bool {
        if line.product >= 0 {
            let word = productBits[offer * productWords + Int(line.product) >> 6]
            if word >> UInt64(line.product & 63) & 1 == 1 { return true }
        }
        if line.category >= 0 {
            let word = categoryBits[offer * categoryWords + Int(line.category) >> 6]
            if word >> UInt64(line.category & 63) & 1 == 1 { return true }
        }
        return false
    }
}

/// The flat arrays while they grow.
private struct Layout {
    let catalogue: Catalogue
    let products: [String: Int32]
    let groups: [String]
    var rows: [CompiledCatalogue.Row] = []
    var arms: [CompiledCatalogue.Arm] = []
    var caps: [CompiledCatalogue.CapRow] = []
    var categories: [Int32] = []
    var productBits: [UInt64] = []
    var categoryBits: [UInt64] = []

    init(catalogue: Catalogue, products: [String: Int32]) {
        self.catalogue = catalogue
        self.products = products
        groups = Self.groups(catalogue)
    }

    static func groups(_ catalogue: Catalogue) -> [String] {
        Set(catalogue.offers.compactMap(\.stackingGroup)).sorted()
    }

    private func mask(_ names: [String], in all: [String]) -> UInt64 {
        names.reduce(0) { mask, name in
            CompiledCatalogue.place(name, all).map { mask | 1 << UInt64($0) } ?? mask
        }
    }

    private func channels(_ names: [String]) -> UInt32 {
        UInt32(truncatingIfNeeded: mask(names, in: catalogue.channels.map(\.name)))
    }

    func row(_ cap: Cap) -> CompiledCatalogue.CapRow {
        CompiledCatalogue.CapRow(
            count: Int64(cap.count), milliseconds: Int64(cap.days) * 86_400_000,
            channels: cap.channel.map { channels([$0]) } ?? .max, isWhole: cap.channel == nil)
    }

    mutating func add(_ offer: Offer, _ productWords: Int, _ categoryWords: Int) {
        let number = rows.count
        var bits = Array(repeating: UInt64(0), count: productWords)
        for product in offer.products.compactMap({ products[$0] }) {
            bits[Int(product) >> 6] |= 1 << UInt64(product & 63)
        }
        productBits += bits
        bits = Array(repeating: 0, count: categoryWords)
        let firstCategory = Int32(categories.count)
        for category in offer.categories.compactMap({ CompiledCatalogue.place($0, catalogue.categories) }).sorted() {
            bits[category >> 6] |= 1 << UInt64(category & 63)
            categories.append(Int32(category))
        }
        categoryBits += bits
        let firstCap = Int32(caps.count)
        caps += offer.caps.map(row)
        let firstArm = Int32(arms.count)
        // Where some variant can be shown: so an offer that can be made always has an arm.
        var open: UInt32 = 0
        for (variant, content) in offer.variants.enumerated() {
            let mask = channels(content.channels.isEmpty ? offer.channels : content.channels)
            open |= mask
            for channel in 0..<32 where mask >> UInt32(channel) & 1 == 1 {
                arms.append(.init(offer: Int32(number), variant: Int16(variant), channel: Int16(channel)))
            }
        }
        let (kind, amount, band) = Self.benefit(offer.benefit)
        rows.append(
            CompiledCatalogue.Row(
                starts: offer.starts?.milliseconds ?? .min, ends: offer.ends?.milliseconds ?? .max,
                purposes: mask(offer.purposes, in: catalogue.purposes),
                cohorts: mask(offer.cohorts, in: catalogue.cohorts),
                group: offer.stackingGroup.map { mask([$0], in: groups) } ?? 0, channels: open,
                benefit: kind, isNarrow: !(offer.products.isEmpty && offer.categories.isEmpty), amount: amount,
                minimumBasket: offer.minimumBasket, marginFloor: Int64(offer.marginFloor),
                units: offer.inventory?.units ?? 0, pressure: offer.inventory?.pressure ?? 0,
                caps: firstCap..<Int32(caps.count), categories: firstCategory..<Int32(categories.count),
                arms: firstArm..<Int32(arms.count), band: band))
    }

    /// The band is that of the percentage; that of an amount depends on the basket.
    private static func benefit(_ benefit: Benefit) -> (CompiledCatalogue.BenefitKind, Int64, UInt8) {
        switch benefit {
        case .percent(let points): (.percent, Int64(points), DepthBand.number(basisPoints: points))
        case .amount(let money): (.amount, money, 0)
        case .gift(let cost): (.gift, cost, 0)
        case .message: (.message, 0, 0)
        }
    }
}
