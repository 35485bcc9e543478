/// Text written by hand: a million lines leave no time for formatters.
extension [UInt8] {
    mutating func appendDecimal(_ number: UInt64, width: Int = 1) {
        var digits: InlineArray<20, UInt8> = .init(repeating: 0x30)
        var rest = number
        var used = 0
        repeat {
            digits[used] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            used += 1
        } while rest > 0
        for position in stride(from: Swift.max(used, width) - 1, through: 0, by: -1) {
            append(digits[position])
        }
    }

    /// Appends the lowest `digits` hexadecimal digits.
    mutating func appendHexadecimal(_ word: UInt64, digits: Int) {
        for position in stride(from: digits - 1, through: 0, by: -1) {
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(position * 4)) & 15
            append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }

    mutating func append(text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends RFC 3339 in UTC, with milliseconds.
    mutating func appendTime(_ milliseconds: Int64) {
        let days = milliseconds / Calendar.day
        let rest = UInt64(milliseconds % Calendar.day)
        let date = CivilDate(daysSinceEpoch: days)
        appendDecimal(UInt64(date.year), width: 4)
        append(0x2D)
        appendDecimal(UInt64(date.month), width: 2)
        append(0x2D)
        appendDecimal(UInt64(date.day), width: 2)
        append(0x54)
        appendDecimal(rest / 3_600_000, width: 2)
        append(0x3A)
        appendDecimal(rest / 60_000 % 60, width: 2)
        append(0x3A)
        appendDecimal(rest / 1000 % 60, width: 2)
        append(0x2E)
        appendDecimal(rest % 1000, width: 3)
        append(0x5A)
    }
}

/// A date of the proleptic Gregorian calendar.
struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    /// For days since 1970-01-01, from 1970 on (Howard Hinnant's `civil_from_days`).
    init(daysSinceEpoch days: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
