/// A device as a server sees it: what browser, on what screen, in what language.
struct Browser {
    enum Family: Int {
        case safariPhone, chromePhone, chromeAndroid, samsung, firefoxAndroid
        case chromeWindows, edge, firefoxWindows, safariMac, chromeMac, firefoxLinux
        case kiosk
    }

    let family: Family
    let screen: String
    let language: String
    let timeZone: String
    /// Weeks by which it is updated later than others.
    let lag: Int

    static let kiosk = Browser(
        family: .kiosk, screen: "1080x1920", language: "de-DE", timeZone: "Europe/Berlin", lag: 0)

    private init(family: Family, screen: String, language: String, timeZone: String, lag: Int) {
        self.family = family
        self.screen = screen
        self.language = language
        self.timeZone = timeZone
        self.lag = lag
    }

    var isTelephone: Bool { family.rawValue <= Family.firefoxAndroid.rawValue }

    /// - Parameter commonness: 1: as they are; above, the common ones are preferred to the others.
    init(drawnBy random: inout Random, commonness: Double, isTelephone: Bool) {
        let families = isTelephone ? Self.telephones : Self.computers
        family = Self.pick(families, commonness, &random)
        screen = Self.pick(Self.screens(of: family), commonness, &random)
        language = Self.pick(Self.languages, commonness, &random)
        timeZone = random.happens(0.97) ? "Europe/Berlin" : Self.pick(Self.zones, 1, &random)
        lag = random.geometric(mean: 2)
    }

    private static func pick<Value>(
        _ values: [(Value, Double)], _ power: Double, _ random: inout Random
    ) -> Value {
        let weights = values.map { raised($0.1, power) }
        var rest = random.unit() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return values[index].0 }
        }
        return values[values.count - 1].0
    }

    // Shares of visits in Germany, rounded.
    private static let telephones: [(Family, Double)] = [
        (.safariPhone, 0.38), (.chromePhone, 0.05), (.chromeAndroid, 0.42), (.samsung, 0.12), (.firefoxAndroid, 0.03),
    ]
    private static let computers: [(Family, Double)] = [
        (.chromeWindows, 0.38), (.edge, 0.22), (.firefoxWindows, 0.13), (.safariMac, 0.12), (.chromeMac, 0.11),
        (.firefoxLinux, 0.04),
    ]
    private static let languages: [(String, Double)] = [
        ("de-DE", 0.86), ("en-US", 0.06), ("de", 0.03), ("tr-TR", 0.02), ("en-GB", 0.02), ("pl-PL", 0.01),
    ]
    private static let zones: [(String, Double)] = [
        ("Europe/Vienna", 0.4), ("Europe/Zurich", 0.3), ("Europe/London", 0.2), ("Europe/Istanbul", 0.1),
    ]

    private static func screens(of family: Family) -> [(String, Double)] {
        switch family {
        case .safariPhone, .chromePhone:
            [
                ("390x844", 0.32), ("393x852", 0.24), ("430x932", 0.12), ("428x926", 0.09), ("375x812", 0.09),
                ("414x896", 0.08), ("375x667", 0.06),
            ]
        case .chromeAndroid, .samsung, .firefoxAndroid:
            [
                ("360x800", 0.27), ("412x915", 0.2), ("384x832", 0.14), ("393x873", 0.12), ("412x892", 0.1),
                ("360x780", 0.09), ("393x851", 0.08),
            ]
        case .chromeWindows, .edge, .firefoxWindows, .firefoxLinux:
            [
                ("1920x1080", 0.45), ("1536x864", 0.2), ("1366x768", 0.1), ("2560x1440", 0.12), ("1280x720", 0.07),
                ("3840x2160", 0.06),
            ]
        case .safariMac, .chromeMac:
            [("1440x900", 0.35), ("1512x982", 0.25), ("1470x956", 0.2), ("1728x1117", 0.12), ("2560x1440", 0.08)]
        case .kiosk: [("1080x1920", 1)]
        }
    }

    /// The text that it sends at a time: versions go up every four weeks, of some later than of others.
    func userAgent(at time: Int64) -> String {
        let weeks = max(0, Int((time - Calendar.start) / (7 * Calendar.day)) - lag)
        let chrome = "\(132 + weeks / 4).0.0.0"
        let safari = "18.\(2 + weeks / 8)"
        let system = safari.replacing(".", with: "_")
        let engine = "AppleWebKit/537.36 (KHTML, like Gecko)"
        let apple = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
        return switch family {
        case .safariPhone:
            "Mozilla/5.0 (iPhone; CPU iPhone OS \(system) like Mac OS X) \(apple) Version/\(safari) Mobile/15E148 Safari/604.1"
        case .chromePhone:
            "Mozilla/5.0 (iPhone; CPU iPhone OS \(system) like Mac OS X) \(apple) CriOS/\(chrome) Mobile/15E148 Safari/604.1"
        case .chromeAndroid: "Mozilla/5.0 (Linux; Android 10; K) \(engine) Chrome/\(chrome) Mobile Safari/537.36"
        case .samsung:
            "Mozilla/5.0 (Linux; Android 10; K) \(engine) SamsungBrowser/\(27 + weeks / 12).0 Chrome/125.0.0.0 Mobile Safari/537.36"
        case .firefoxAndroid:
            "Mozilla/5.0 (Android 15; Mobile; rv:\(134 + weeks / 4).0) Gecko/\(134 + weeks / 4).0 Firefox/\(134 + weeks / 4).0"
        case .chromeWindows, .kiosk:
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(engine) Chrome/\(chrome) Safari/537.36"
        case .edge: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(engine) Chrome/\(chrome) Safari/537.36 Edg/\(chrome)"
        case .firefoxWindows:
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:\(134 + weeks / 4).0) Gecko/20100101 Firefox/\(134 + weeks / 4).0"
        case .firefoxLinux:
            "Mozilla/5.0 (X11; Linux x86_64; rv:\(134 + weeks / 4).0) Gecko/20100101 Firefox/\(134 + weeks / 4).0"
        case .safariMac:
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(apple) Version/\(safari) Safari/605.1.15"
        case .chromeMac: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(engine) Chrome/\(chrome) Safari/537.36"
        }
    }
}
