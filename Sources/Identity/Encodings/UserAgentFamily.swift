/// What a User-Agent tells of its browser.
enum UserAgentFamily {
    /// The text without version numbers, then browser and system, then the system.
    static func rungs(_ value: Span<UInt8>) -> [[UInt8]] {
        var text: [UInt8] = []
        text.reserveCapacity(value.count)
        var isVersion = false
        var isASCII = true
        for position in 0..<value.count {
            let byte = value[position] &- 65 < 26 ? value[position] | 0x20 : value[position]
            if byte &- 48 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") {
                isVersion = isVersion || position > 0 && value[position - 1] == UInt8(ascii: "/")
                if isVersion { continue }
            } else {
                isVersion = false
            }
            isASCII = isASCII && byte < 0x80
            text.append(byte)
        }
        let (browser, system) = isASCII ? names(in: text.span) : names(in: String(decoding: text, as: UTF8.self))
        return [text, browser + [UInt8(ascii: " ")] + system, system]
    }

    // The more particular first: most browsers name several.
    private static let browsers = WordList([
        "edg", "opr/", "samsungbrowser", "firefox", "fxios", "crios", "chrome", "safari", "curl", "bot",
    ])
    private static let systems = WordList(["iphone", "ipad", "android", "windows", "cros", "mac os", "linux"])

    private static func names(in text: Span<UInt8>) -> (browser: [UInt8], system: [UInt8]) {
        (browsers.first(in: text), systems.first(in: text))
    }

    /// By whole characters: a letter with an accent behind it is another letter.
    private static func names(in text: String) -> (browser: [UInt8], system: [UInt8]) {
        (browsers.first(in: text), systems.first(in: text))
    }
}

/// Words to look for in a text: the first of them that is there counts, wherever it stands.
private struct WordList: Sendable {
    private let words: [[UInt8]]
    /// By byte: the words that begin with it, as bits.
    private let beginnings: [UInt32]

    init(_ words: [String]) {
        self.words = words.map { Array($0.utf8) }
        var beginnings = [UInt32](repeating: 0, count: 256)
        for (index, word) in self.words.enumerated() { beginnings[Int(word[0])] |= 1 << UInt32(index) }
        self.beginnings = beginnings
    }

    private static let other = Array("other".utf8)

    /// Of a text in ASCII, where bytes and characters are the same; "other" where none is there.
    func first(in text: Span<UInt8>) -> [UInt8] {
        var best = words.count
        for start in 0..<text.count {
            // Only words before the best one so far.
            var rest = beginnings[Int(text[start])] & (1 << UInt32(best) &- 1)
            while rest != 0 {
                let word = rest.trailingZeroBitCount
                rest &= rest &- 1
                guard isThere(words[word], text, start) else { continue }
                best = word
                break
            }
            if best == 0 { break }
        }
        return best < words.count ? words[best] : Self.other
    }

    func first(in text: String) -> [UInt8] {
        words.first { text.contains(String(decoding: $0, as: UTF8.self)) } ?? Self.other
    }

    private func isThere(_ word: [UInt8], _ text: Span<UInt8>, _ start: Int) -> Bool {
        guard text.count - start >= word.count else { return false }
        for place in word.indices where text[start + place] != word[place] { return false }
        return true
    }
}
