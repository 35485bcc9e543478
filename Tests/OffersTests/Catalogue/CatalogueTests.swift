import Foundation
import Identity
import Offers
import Scoring
import Testing

/// A catalogue is read as it is written, and what is wrong in it is found by its place.
@Suite struct CatalogueTests {
    static let yaml = """
        channels:
          web: always
          email: {quiet: "21:00-08:00"}
        categories: [lamps, rugs]
        cohorts: [new, vip]
        purposes: [personalization]
        currency: EUR
        objective: {purchase_value: 250}
        contact:
          repeat_hours: 24
          caps: [{count: 5, days: 7}]
        exploration: {method: epsilon, epsilon: 0.1, floor: 0.002}
        holdout: 0.1
        offers:
          spring:
            benefit: {percent: 12.5}
            categories: [lamps]
            products: [sku-1]
            minimum_basket: 2_000
            margin_floor: 20
            inventory: {units: 100, pressure: 50}
            budget: 50_000
            starts: 2026-03-01T00:00:00Z
            ends: 2026-06-01T00:00:00Z
            channels: [web, email]
            stacking_group: seasonal
            caps: [{count: 2, days: 7, channel: email}]
            purposes: [personalization]
            cohorts: [vip]
            variants:
              warm: {tokens: {headline: Light for spring}}
              short: {channels: [web]}
          welcome:
            benefit: message
            channels: [web]
        """

    @Test func itIsReadAsItIsWritten() throws {
        let catalogue = try Catalogue(yaml: Self.yaml, file: "offers.yaml")
        #expect(catalogue.offers.map(\.name) == ["spring", "welcome"])
        let spring = catalogue.offers[0]
        #expect(spring.benefit == .percent(basisPoints: 1_250) && spring.marginFloor == 2_000)
        #expect(spring.inventory == Inventory(units: 100, pressure: 50) && spring.budget == 50_000)
        #expect(spring.caps == [Cap(count: 2, days: 7, channel: "email")])
        #expect(spring.variants[0].tokens == ["headline": "Light for spring"])
        #expect(spring.variants[1].channels == ["web"] && spring.stackingGroup == "seasonal")
        #expect(catalogue.channels.map(\.name) == ["email", "web"])
        #expect(catalogue.channels[0].quiet == QuietHours(from: 1_260, until: 480))
        #expect(catalogue.exploration == Exploration(method: .epsilon, epsilon: 0.1, floor: 0.002))
        #expect(catalogue.contact.repeatHours == 24 && catalogue.holdout == 0.1)
        #expect(catalogue.currency.description == "EUR" && catalogue.objective.purchaseValue == 250)
        #expect(spring.starts == (try Timestamp(rfc3339: "2026-03-01T00:00:00Z")))
    }

    @Test(arguments: [
        ("{percent: 12.5}", "{percent: 0}", "offers.spring.benefit.percent", 16),
        ("{percent: 12.5}", "{percent: 12.345}", "offers.spring.benefit.percent", 16),
        ("{percent: 12.5}", "{percent: 10, amount: 5}", "offers.spring.benefit", 16),
        ("{percent: 12.5}", "free", "offers.spring.benefit", 16),
        ("categories: [lamps]\n", "categories: [beds]\n", "offers.spring.categories", 17),
        ("margin_floor: 20", "margin_floor: 101", "offers.spring.margin_floor", 20),
        ("units: 100", "units: -1", "offers.spring.inventory.units", 21),
        ("budget: 50_000", "budget: much", "offers.spring.budget", 22),
        ("ends: 2026-06-01", "ends: 2025-06-01", "offers.spring.ends", 24),
        ("starts: 2026-03-01T00:00:00Z", "starts: spring", "offers.spring.starts", 23),
        ("channels: [web, email]", "channels: [web, post]", "offers.spring.channels", 25),
        ("channels: [web, email]", "channels: []", "offers.spring.channels", 25),
        ("channel: email}", "channel: post}", "offers.spring.caps[0].channel", 27),
        ("{count: 2,", "{count: 0,", "offers.spring.caps[0].count", 27),
        ("cohorts: [vip]", "cohorts: [vip, vip]", "offers.spring.cohorts", 29),
        ("short: {channels: [web]}", "short: {channels: [sms]}", "offers.spring.variants.short.channels", 32),
        ("21:00-08:00", "21:00-25:00", "channels.email.quiet", 3),
        ("21:00-08:00", "21:00-21:00", "channels.email.quiet", 3),
        ("currency: EUR", "currency: euro", "currency", 7), ("currency: EUR\n", "", "", 1),
        ("floor: 0.002", "floor: 0.2", "exploration.floor", 12),
        ("method: epsilon", "method: luck", "exploration.method", 12),
        ("holdout: 0.1", "holdout: 0.9", "holdout", 13), ("holdout: 0.1", "holdouts: 0.1", "holdouts", 13),
        ("benefit: message", "stock: 3", "offers.welcome.stock", 34),
    ])
    func whatIsWrongIsFoundByItsPlace(good: String, bad: String, key: String, line: Int) throws {
        let text = Self.yaml.replacingOccurrences(of: good, with: bad)
        try #require(text != Self.yaml)
        let error = #expect(throws: ConfigurationError.self) { try Catalogue(yaml: text, file: "offers.yaml") }
        #expect(error?.key == key, "\(error?.description ?? "")")
        #expect(error?.line == line, "\(error?.description ?? "")")
    }

    @Test func anEmptyFileSaysWhatIsMissing() {
        let error = #expect(throws: ConfigurationError.self) { try Catalogue(yaml: "# nothing", file: "o.yaml") }
        #expect(error?.description == "o.yaml: is empty; it must name a currency and channels")
    }

    @Test func namesBecomeNumbersWhateverTheirOrder() throws {
        let one = CompiledCatalogue(try Catalogue(yaml: Self.yaml, file: "offers.yaml"))
        #expect(one.offer(named: "spring") == 0 && one.offer(named: "welcome") == 1 && one.offer(named: "x") == nil)
        #expect(one.channel(named: "email") == 0 && one.category(named: "rugs") == 1 && one.cohort(named: "vip") == 1)
        #expect(one.product(named: "sku-1") == 0 && one.product(named: "sku-2") == nil)
        #expect(one.group(named: "seasonal") == 1 && one.purpose(named: "personalization") == 0)
        // spring: two variants, one of them on the web alone; welcome: one.
        #expect(one.arms.count == 4)
    }

    @Test(arguments: [(1_260, 480, [1_260, 1_439, 0, 479], [480, 1_259]), (60, 120, [60, 119], [59, 120])])
    func quietHoursGoOverMidnight(from: Int, until: Int, quiet: [Int], loud: [Int]) {
        let hours = QuietHours(from: from, until: until)
        #expect(quiet.allSatisfy { hours.contains(minute: $0) } && !loud.contains { hours.contains(minute: $0) })
    }
}
