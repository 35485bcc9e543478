import Identity
import Testing

/// Browser and system of a User-Agent, against a naive search.
@Suite("User agents") struct UserAgentTests {
    private static let browsers = [
        "edg", "opr/", "samsungbrowser", "firefox", "fxios", "crios", "chrome", "safari", "curl", "bot",
    ]
    private static let systems = ["iphone", "ipad", "android", "windows", "cros", "mac os", "linux"]

    /// Pieces that name something, that nearly do, and that are no ASCII.
    private static let pieces =
        browsers + systems + [
            "Mozilla", "Edg", "OPR", "/", " ", "Fire", "fox", "Chrom", "e", "\u{301}", "é", "Mac", " OS", "(X11; ",
            "ed",
            "iP", "hone", "ad", ";", "bo", "t", "-", "ü", "cri", "os",
        ]

    /// Texts without digits, dots and low lines, so that nothing is left out of them.
    private func texts(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                Self.pieces.randomElement(using: &generator) ?? ""
            }.joined()
        }
    }

    private func named(_ words: [String], in text: String) -> String {
        let lower = String(text.unicodeScalars.map { $0.isASCII ? Character($0).lowercased() : String($0) }.joined())
        return words.first { lower.contains($0) } ?? "other"
    }

    @Test func theyAreWhatANaiveSearchFinds() throws {
        var encoder = FeatureEncoder(schema: .standard, keyRing: try testKeyRing())
        var browsers: [String: UInt32] = [:]
        var systems: [String: UInt32] = [:]
        for text in texts(4_000, seed: 11) {
            let document = Array(#"{"user_agent":"\#(text)"}"#.utf8)
            let words = try #require(try encoder.sighting(document: document.span)?.words)
            let system = named(Self.systems, in: text)
            let both = named(Self.browsers, in: text) + " " + system
            #expect(browsers[both, default: words[4]] == words[4], "seed 11: \(text)")
            #expect(systems[system, default: words[5]] == words[5], "seed 11: \(text)")
            (browsers[both], systems[system]) = (words[4], words[5])
        }
        #expect(systems.count == Self.systems.count + 1)
        #expect(browsers.count > 40)
        // No two have one token.
        #expect(Set(browsers.values).count == browsers.count)
        #expect(Set(systems.values).count == systems.count)
    }
}
