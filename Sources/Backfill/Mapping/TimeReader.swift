internal import Identity

/// Reads times from the bytes of a column. One for each thread: it remembers the offsets of a zone.
package struct TimeReader {
    private let formats: [TimeFormat]
    private var zone: ZoneOffsets

    init(_ rule: Mapping.Time) {
        formats = rule.formats
        zone = ZoneOffsets(rule.zone ?? .fixed(seconds: 0))
    }

    /// The time that the bytes tell by the first format that fits.
    mutating func time(_ text: Span<UInt8>) throws(RefusalReason) -> Timestamp {
        var reason = RefusalReason.invalidTime
        for format in formats {
            do throws(RefusalReason) {
                return try time(text, format)
            } catch {
                // Out of range says more than not of this format.
                if error != .invalidTime { reason = error }
            }
        }
        throw reason
    }

    private mutating func time(_ text: Span<UInt8>, _ format: TimeFormat) throws(RefusalReason) -> Timestamp {
        let milliseconds: Int64
        switch format {
        case .rfc3339: return try Timestamp(rfc3339: text)
        case .unix(let digits): milliseconds = try Self.unix(text, digits)
        case .pattern(let pieces):
            var reader = PatternReader(text)
            guard let told = reader.read(pieces) else { throw .invalidTime }
            let offset = told.offset ?? zone.offset(atLocal: told.seconds)
            milliseconds = (told.seconds - offset) * 1_000 + told.milliseconds
        }
        guard Timestamp.accepted.contains(milliseconds) else { throw .timeOutOfRange }
        return Timestamp(milliseconds: milliseconds)
    }

    /// Digits, and a fraction of any length that is cut to milliseconds.
    private static func unix(_ text: Span<UInt8>, _ digits: Int) throws(RefusalReason) -> Int64 {
        var index = 0
        var isNegative = false
        if index < text.count, text[index] == UInt8(ascii: "-") {
            isNegative = true
            index += 1
        }
        // As millionths of a second.
        var value: Int64 = 0
        let start = index
        while index < text.count, text[index] &- 0x30 < 10 {
            guard index - start < 18 else { throw .timeOutOfRange }
            value = value * 10 + Int64(text[index] - 0x30)
            index += 1
        }
        guard index > start else { throw .invalidTime }
        var fraction: Int64 = 0
        var scale: Int64 = 1
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            let first = index
            while index < text.count, text[index] &- 0x30 < 10 {
                if scale < 1_000 { (fraction, scale) = (fraction * 10 + Int64(text[index] - 0x30), scale * 10) }
                index += 1
            }
            guard index > first else { throw .invalidTime }
        }
        guard index == text.count else { throw .invalidTime }
        guard !isNegative else { throw .timeOutOfRange }
        switch digits {
        case 0:
            guard value < 1 << 40 else { throw .timeOutOfRange }
            return value * 1_000 + fraction * (1_000 / scale)
        case 3: return value
        default: return value / 1_000
        }
    }
}

/// A date and a time of day.
private struct Parts {
    var year: Int64 = 1970
    var month: Int64 = 1
    var day: Int64 = 1
    var hour: Int64 = 0
    var minute: Int64 = 0
    var second: Int64 = 0

    /// Days since 1970; nil where there is no such date.
    var civil: Int64? {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: InlineArray<12, Int64> = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[Int(month - 1)]).contains(day) else { return nil }
        return dayNumber(year: year, month: month, date: day)
    }
}

/// Walks over one text by a pattern.
private struct PatternReader: ~Escapable {
    private let text: Span<UInt8>
    private var place = 0
    private var date = Parts()
    private var isAfternoon: Bool?
    private var milliseconds: Int64 = 0
    private var offset: Int64?

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    /// Seconds since 1970 of the clock on the wall, milliseconds beside them, and seconds east of UTC where they are told.
    mutating func read(_ pieces: [TimeFormat.Piece]) -> (seconds: Int64, milliseconds: Int64, offset: Int64?)? {
        for piece in pieces {
            switch piece {
            case .literal(let byte):
                guard place < text.count, text[place] == byte else { return nil }
                place += 1
            case .field(let field): guard read(field) else { return nil }
            }
        }
        guard place == text.count, let days = date.civil else { return nil }
        if let isAfternoon { date.hour = date.hour % 12 + (isAfternoon ? 12 : 0) }
        return (days * 86_400 + date.hour * 3_600 + date.minute * 60 + date.second, milliseconds, offset)
    }

    private mutating func read(_ field: TimeFormat.Field) -> Bool {
        switch field {
        case .monthName: return takeMonth()
        case .half: return takeHalf()
        case .fraction: return takeFraction()
        case .zone: return takeZone()
        default: break
        }
        guard let value = takeNumber(field) else { return false }
        switch field {
        case .year: date.year = value
        // As POSIX reads it.
        case .shortYear: date.year = value + (value < 69 ? 2_000 : 1_900)
        case .month: date.month = value
        case .day: date.day = value
        case .hour, .hour12: date.hour = value
        case .minute: date.minute = value
        default: date.second = value
        }
        return true
    }

    private mutating func takeNumber(_ field: TimeFormat.Field) -> Int64? {
        switch field {
        case .year: take(4...4, 0...9_999)
        case .shortYear: take(2...2, 0...99)
        case .month, .hour12: take(1...2, 1...12)
        case .day: take(1...2, 1...31)
        case .hour: take(1...2, 0...23)
        case .minute: take(2...2, 0...59)
        // A leap second is the next one's first.
        default: take(2...2, 0...60)
        }
    }

    /// Digits, within a width and a range.
    private mutating func take(_ width: ClosedRange<Int>, _ range: ClosedRange<Int64>) -> Int64? {
        var read: Int64 = 0
        var count = 0
        while count < width.upperBound, place < text.count, text[place] &- 0x30 < 10 {
            read = read * 10 + Int64(text[place] - 0x30)
            (count, place) = (count + 1, place + 1)
        }
        return count >= width.lowerBound && range.contains(read) ? read : nil
    }

    private mutating func takeMonth() -> Bool {
        let names: StaticString = "janfebmaraprmayjunjulaugsepoctnovdec"
        guard place + 3 <= text.count else { return false }
        for index in 0..<12 {
            var isSame = true
            for offset in 0..<3 {
                // Sound: the text has 36 bytes.
                if unsafe text[place + offset] | 0x20 != names.utf8Start[3 * index + offset] { isSame = false }
            }
            if isSame {
                date.month = Int64(index + 1)
                place += 3
                return true
            }
        }
        return false
    }

    private mutating func takeHalf() -> Bool {
        guard place + 2 <= text.count, text[place + 1] | 0x20 == UInt8(ascii: "m") else { return false }
        switch text[place] | 0x20 {
        case UInt8(ascii: "a"): isAfternoon = false
        case UInt8(ascii: "p"): isAfternoon = true
        default: return false
        }
        place += 2
        return true
    }

    private mutating func takeFraction() -> Bool {
        var count = 0
        while place < text.count, text[place] &- 0x30 < 10 {
            if count < 3 { milliseconds = milliseconds * 10 + Int64(text[place] - 0x30) }
            (count, place) = (count + 1, place + 1)
        }
        for _ in min(count, 3)..<3 { milliseconds *= 10 }
        return count > 0
    }

    /// `Z`, `UTC`, `GMT`, +02:00, +0200 or +02.
    private mutating func takeZone() -> Bool {
        guard place < text.count else { return false }
        switch text[place] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            place += 1
            offset = 0
            return true
        case UInt8(ascii: "U"), UInt8(ascii: "G"):
            guard place + 3 <= text.count else { return false }
            let word = [text[place], text[place + 1], text[place + 2]]
            guard word == Array("UTC".utf8) || word == Array("GMT".utf8) else { return false }
            place += 3
            offset = 0
            return true
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return takeOffset()
        default: return false
        }
    }

    private mutating func takeOffset() -> Bool {
        let sign: Int64 = text[place] == UInt8(ascii: "-") ? -1 : 1
        place += 1
        var minutes: Int64 = 0
        guard let hours = take(2...2, 0...23) else { return false }
        let hasColon = place < text.count && text[place] == UInt8(ascii: ":")
        if hasColon { place += 1 }
        if place < text.count, text[place] &- 0x30 < 10 {
            guard let told = take(2...2, 0...59) else { return false }
            minutes = told
        } else if hasColon {
            return false
        }
        offset = sign * (hours * 3_600 + minutes * 60)
        return true
    }
}
