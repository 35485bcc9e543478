import Erasure
import Foundation
import TestSupport
import Testing

@Suite struct NeedleTests {
    /// What Foundation makes of the same bytes, at one alignment: the characters that other neighbours would not change.
    private static func base64(_ bytes: [UInt8], before: Int, isURL: Bool) -> String {
        let texts = [UInt8(0), 255].map { fill in
            let data = Data([UInt8](repeating: fill, count: before) + bytes + [fill, fill, fill])
            return Array(data.base64EncodedString())
        }
        let common = zip(texts[0], texts[1]).drop { $0 != $1 }.prefix { $0 == $1 }
        let text = String((before == 0 ? Array(zip(texts[0], texts[1]).prefix { $0 == $1 }) : Array(common)).map(\.0))
        return isURL ? text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_") : text
    }

    @Test func formsAreThoseOfAnotherImplementation() throws {
        var generator = SeededGenerator(seed: 1)
        for count in [8, 12, 15, 16, 17, 32, 64] {
            for _ in 0..<40 {
                let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                let needle = try #require(Needle(bytes))
                let lower = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                #expect(needle.pattern(.raw) == bytes)
                #expect(needle.pattern(.hexLower) == Array(lower.utf8))
                #expect(
                    needle.pattern(.hexUpper) == (lower == lower.uppercased() ? nil : Array(lower.uppercased().utf8)))
                let standard: [NeedleForm] = [.base64At0, .base64At1, .base64At2]
                let url: [NeedleForm] = [.base64URLAt0, .base64URLAt1, .base64URLAt2]
                for before in 0..<3 {
                    let expected = Self.base64(bytes, before: before, isURL: false)
                    #expect(needle.pattern(standard[before]) == Array(expected.utf8), "\(count) bytes, \(before) in")
                    let other = Self.base64(bytes, before: before, isURL: true)
                    #expect(needle.pattern(url[before]) == (other == expected ? nil : Array(other.utf8)))
                }
                #expect(
                    needle.pattern(.utf16LittleHexLower)
                        == lower.data(using: .utf16LittleEndian).map { Array($0) })
                #expect(needle.pattern(.utf16BigHexLower) == lower.data(using: .utf16BigEndian).map { Array($0) })
                #expect(
                    needle.pattern(.utf16BigBase64At2)
                        == Self.base64(bytes, before: 2, isURL: false).data(using: .utf16BigEndian).map { Array($0) })
            }
        }
    }

    @Test func aTextIsLookedForAsItIs() throws {
        let needle = try #require(Needle(text: "prf_01hzy3abcdefg"))
        #expect(needle.pattern(.raw) == Array("prf_01hzy3abcdefg".utf8))
        #expect(needle.pattern(.utf16LittleText)?.count == 34)
        #expect(NeedleForm.allCases.compactMap { needle.pattern($0) }.count == 3)
    }

    @Test func whatWouldBeFoundByChanceIsNoNeedle() {
        #expect(Needle([1, 2, 3, 4, 5, 6, 7]) == nil)
        #expect(Needle([UInt8](repeating: 0, count: 16)) == nil)
        #expect(Needle([UInt8](repeating: 1, count: 65)) == nil)
        #expect("\(String(describing: Needle([1, 2, 3, 4, 5, 6, 7, 8])))".contains("<redacted>"))
    }

    @Test func formsHaveNamesOfTheirOwn() {
        #expect(Set(NeedleForm.allCases.map(\.name)).count == NeedleForm.allCases.count)
    }
}
