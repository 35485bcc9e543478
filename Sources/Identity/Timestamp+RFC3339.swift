extension Timestamp {
    /// 1970-01-01T00:00:00Z up to, not including, 2200-01-01T00:00:00Z.
    package static let accepted: Range<Int64> = 0..<7_258_118_400_000

    /// Reads RFC 3339: a date, `T`, a time, a fraction of any length (cut to milliseconds), and a zone, which is required.
    /// Throws `invalidTime`, or `timeOutOfRange` outside 1970...2199.
    package init(rfc3339 text: Span<UInt8>) throws(RefusalReason) {
        var reader = RFC3339Reader(text)
        guard let milliseconds = reader.milliseconds() else { throw .invalidTime }
        guard Self.accepted.contains(milliseconds) else { throw .timeOutOfRange }
        self.init(milliseconds: milliseconds)
    }

    /// Reads RFC 3339; see `init(rfc3339:)` of bytes.
    package init(rfc3339 text: String) throws(RefusalReason) {
        let bytes = Array(text.utf8)
        try self.init(rfc3339: bytes.span)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, such as `2026-01-02T03:04:05.000Z`.
    package var description: String {
        let (year, month, date) = civilDate(day: day)
        let inDay = milliseconds - day * 86_400_000
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let clock = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1_000 % 60].map { padded($0, 2) }
        return
            "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T\(clock.joined(separator: ":")).\(padded(inDay % 1_000, 3))Z"
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant's days_from_civil).
package func dayNumber(year: Int64, month: Int64, date: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

/// The reverse of `dayNumber` (Howard Hinnant's civil_from_days).
private func civilDate(day: Int64) -> (year: Int64, month: Int64, date: Int64) {
    let shifted = day + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

/// Walks over the text of one time.
private struct RFC3339Reader: ~Escapable {
    private let text: Span<UInt8>
    private var position = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    mutating func milliseconds() -> Int64? {
        guard let day = day(), take("T"), let second = secondOfDay(), let fraction = fraction(), let offset = offset(),
            position == text.count
        else { return nil }
        let seconds = day * 86_400 + second - offset * 60
        guard second % 60 == 0, leap else { return leap ? nil : seconds * 1_000 + fraction }
        // A leap second ends a day of UTC; it is counted into that day's last millisecond.
        return seconds % 86_400 == 0 ? seconds * 1_000 - 1 : nil
    }

    private var leap = false

    private mutating func day() -> Int64? {
        guard let year = digits(4), take("-"), let month = digits(2), take("-"), let date = digits(2),
            (1...12).contains(month)
        else { return nil }
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: InlineArray<12, Int64> = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[Int(month - 1)]).contains(date) else { return nil }
        return dayNumber(year: year, month: month, date: date)
    }

    private mutating func secondOfDay() -> Int64? {
        guard let hour = digits(2), take(":"), let minute = digits(2), take(":"), let second = digits(2), hour < 24,
            minute < 60, second <= 60
        else { return nil }
        leap = second == 60
        return hour * 3_600 + minute * 60 + second
    }

    /// Milliseconds; 0 where there is no fraction.
    private mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        while count > 0, count < 3 {
            value *= 10
            count += 1
        }
        return count > 0 ? value : nil
    }

    /// Minutes east of UTC.
    private mutating func offset() -> Int64? {
        if take("Z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hour = digits(2), take(":"), let minute = digits(2), hour < 24, minute < 60 else { return nil }
        return sign * (hour * 60 + minute)
    }

    /// An ASCII character; letters of either case.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        let wanted = UInt8(ascii: character)
        guard position < text.count else { return false }
        let byte = text[position]
        guard byte == wanted || (isLetterOrDigit(wanted) && byte == wanted | 0x20) else { return false }
        position += 1
        return true
    }

    private mutating func digit() -> Int64? {
        guard position < text.count else { return nil }
        let value = text[position] &- UInt8(ascii: "0")
        guard value < 10 else { return nil }
        position += 1
        return Int64(value)
    }

    private mutating func digits(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }
}
