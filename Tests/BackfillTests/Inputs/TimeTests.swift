import Backfill
import Identity
import Testing

/// Times as columns write them.
@Suite struct TimeTests {
    private func read(_ text: String, _ format: String, zone: String?) throws -> String {
        let zone = zone.map { ", zone: \($0)" } ?? ""
        let mapping = """
            source: {constant: web}
            time: {column: time, format: "\(format)"\(zone)}
            identifiers: [{namespace: cookie, column: cookie}]
            """
        let read = try Drafted("time,cookie\n\"\(text)\",k\n".utf8, mapping: mapping)
        return read.drafts.first?.draft.time.description ?? read.rejects.first?.reason.name ?? "nothing"
    }

    @Test(
        arguments: [
            ("2026-01-02T03:04:05Z", "rfc3339", nil, "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05.6789+02:00", "rfc3339", nil, "2026-01-02T01:04:05.678Z"),
            ("1767323045", "unix_seconds", nil, "2026-01-02T03:04:05.000Z"),
            ("1767323045.25", "unix_seconds", nil, "2026-01-02T03:04:05.250Z"),
            ("1767323045678", "unix_milliseconds", nil, "2026-01-02T03:04:05.678Z"),
            ("1767323045678901", "unix_microseconds", nil, "2026-01-02T03:04:05.678Z"),
            ("2026-01-02 03:04:05", "%Y-%m-%d %H:%M:%S", "UTC", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02 03:04:05", "%F %T", "+02:00", "2026-01-02T01:04:05.000Z"),
            ("2026-01-02 03:04:05.5", "%F %T.%f", "\"-0330\"", "2026-01-02T06:34:05.500Z"),
            ("2.1.2026 3:04", "%d.%m.%Y %H:%M", "UTC", "2026-01-02T03:04:00.000Z"),
            ("01/02/26", "%m/%d/%y", "UTC", "2026-01-02T00:00:00.000Z"),
            ("01/02/70", "%m/%d/%y", "UTC", "1970-01-02T00:00:00.000Z"),
            ("02 Jan 2026, 12:04 AM", "%d %b %Y, %I:%M %p", "UTC", "2026-01-02T00:04:00.000Z"),
            ("02 jan 2026, 12:04 pm", "%d %b %Y, %I:%M %p", "UTC", "2026-01-02T12:04:00.000Z"),
            ("2026-01-02 03:04:05 +0200", "%F %T %z", nil, "2026-01-02T01:04:05.000Z"),
            ("2026-01-02 03:04:05Z", "%F %T%z", nil, "2026-01-02T03:04:05.000Z"),
            ("100 % 2026-01-02", "100 %% %F", "UTC", "2026-01-02T00:00:00.000Z"),
            // Clocks of Berlin: winter, summer, the hour that comes twice, the hour that never was.
            ("2026-01-02 03:04", "%F %H:%M", "Europe/Berlin", "2026-01-02T02:04:00.000Z"),
            ("2026-07-02 03:04", "%F %H:%M", "Europe/Berlin", "2026-07-02T01:04:00.000Z"),
            ("2026-10-25 02:30", "%F %H:%M", "Europe/Berlin", "2026-10-25T00:30:00.000Z"),
            ("2026-10-25 03:00", "%F %H:%M", "Europe/Berlin", "2026-10-25T02:00:00.000Z"),
            ("2026-03-29 01:59", "%F %H:%M", "Europe/Berlin", "2026-03-29T00:59:00.000Z"),
            ("2026-03-29 02:30", "%F %H:%M", "Europe/Berlin", "2026-03-29T01:30:00.000Z"),
            ("2026-03-29 03:00", "%F %H:%M", "Europe/Berlin", "2026-03-29T01:00:00.000Z"),
            ("2026-11-01 01:30", "%F %H:%M", "America/New_York", "2026-11-01T05:30:00.000Z"),
            ("2026-06-01 00:00", "%F %H:%M", "Asia/Kolkata", "2026-05-31T18:30:00.000Z"),
        ] as [(String, String, String?, String)])
    func aTimeIsReadByItsFormat(text: String, format: String, zone: String?, expected: String) throws {
        #expect(try read(text, format, zone: zone) == expected)
    }

    @Test(
        arguments: [
            ("2026-01-02", "rfc3339", "invalid_time"), ("2026-01-02T03:04:05", "rfc3339", "invalid_time"),
            ("1969-12-31T23:59:59Z", "rfc3339", "time_out_of_range"),
            ("2200-01-01T00:00:00Z", "rfc3339", "time_out_of_range"),
            ("-1", "unix_seconds", "time_out_of_range"), ("99999999999", "unix_seconds", "time_out_of_range"),
            ("9999999999999999999999", "unix_seconds", "time_out_of_range"), ("1e9", "unix_seconds", "invalid_time"),
            ("1.", "unix_seconds", "invalid_time"), ("", "unix_seconds", "missing_field"),
            (" ", "unix_seconds", "missing_field"),
            ("2026-02-29", "%F", "invalid_time"), ("2026-13-01", "%F", "invalid_time"),
            ("2026-00-01", "%F", "invalid_time"),
            ("26-01-01", "%F", "invalid_time"), ("2026-01-01 ", "%F %H", "invalid_time"),
            ("2026-01-01x", "%F", "invalid_time"),
            ("2026-01-01 24:00:00", "%F %T", "invalid_time"), ("2026-01-01 23:60:00", "%F %T", "invalid_time"),
            ("2026-01-01 13 PM", "%F %I %p", "invalid_time"), ("1 Foo 2026", "%d %b %Y", "invalid_time"),
        ] as [(String, String, String)])
    func whatIsNoSuchTimeIsAReject(text: String, format: String, reason: String) throws {
        #expect(try read(text, format, zone: format.hasPrefix("%") ? "UTC" : nil) == reason)
    }

    @Test func formatsAreTriedInOrder() throws {
        let mapping = """
            source: {constant: web}
            time: {column: time, format: [rfc3339, "%d.%m.%Y", unix_seconds], zone: UTC}
            identifiers: [{namespace: cookie, column: cookie}]
            """
        let rows = "time,cookie\n2026-01-02T00:00:00Z,a\n02.01.2026,b\n1767312000,c\n2.1.26,d\n"
        let read = try Drafted(rows.utf8, mapping: mapping)
        #expect(read.drafts.map(\.draft.time.description) == Array(repeating: "2026-01-02T00:00:00.000Z", count: 3))
        #expect(read.rejects.map(\.line) == [5])
    }
}
