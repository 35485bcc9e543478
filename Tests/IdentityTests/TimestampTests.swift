import Foundation
import Identity
import Testing

@Suite struct TimestampTests {
    static let golden: [(text: String, milliseconds: Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("2026-01-02T03:04:05Z", 1_767_323_045_000),
        ("2026-01-02t03:04:05z", 1_767_323_045_000), ("2026-01-02T04:04:05+01:00", 1_767_323_045_000),
        ("2026-01-01T21:34:05-05:30", 1_767_323_045_000), ("2026-01-02T03:04:05.1Z", 1_767_323_045_100),
        ("2026-01-02T03:04:05.1239999999Z", 1_767_323_045_123), ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("2000-02-29T12:00:00-00:00", 951_825_600_000), ("2016-12-31T23:59:60Z", 1_483_228_799_999),
        ("2017-01-01T00:59:60+01:00", 1_483_228_799_999), ("2199-12-31T23:59:59.999Z", 7_258_118_399_999),
    ]

    @Test(arguments: golden) func rfc3339IsRead(text: String, milliseconds: Int64) throws {
        #expect(try Timestamp(rfc3339: text).milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z", "2026-01-02T03:04:61Z", "2026-01-02T03:04:60Z",
        "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05ZZ",
        "+2026-01-02T03:04:05Z", "2026-1-2T03:04:05Z", "２026-01-02T03:04:05Z", "1767323045",
    ])
    func whatIsNotRFC3339IsRefused(text: String) {
        #expect(throws: RefusalReason.invalidTime) { try Timestamp(rfc3339: text) }
    }

    @Test(arguments: ["1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    func anotherCenturyIsOutOfRange(text: String) {
        #expect(throws: RefusalReason.timeOutOfRange) { try Timestamp(rfc3339: text) }
    }

    @Test func whatIsPrintedReadsBackAndIsFoundations() throws {
        var generator = SeededGenerator(seed: 3)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        for _ in 0..<2_000 {
            let time = Timestamp(milliseconds: Int64.random(in: Timestamp.accepted, using: &generator))
            #expect(try Timestamp(rfc3339: time.description) == time)
            let whole = Timestamp(milliseconds: time.milliseconds / 1_000 * 1_000)
            let date = Date(timeIntervalSince1970: Double(whole.milliseconds / 1_000))
            #expect(date.formatted(style).dropLast() == whole.description.dropLast(5))
        }
    }
}
