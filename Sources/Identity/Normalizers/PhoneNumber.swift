/// E.164 numbers: the fast path for what is plainly one, and the numbers that nobody has.
enum PhoneNumber {
    /// A country whose numbers the library is known to leave as they are, within these bounds.
    private struct Plan {
        let code: StaticString
        let lengths: ClosedRange<Int>
    }

    // Countries without a carrier or mobile token in the national number, where every length in the range is possible, and
    // a number never starts with its trunk prefix 0. A test holds this table against the library.
    private static let plans: [Plan] = [
        Plan(code: "31", lengths: 9...9), Plan(code: "33", lengths: 9...9), Plan(code: "34", lengths: 9...9),
        Plan(code: "41", lengths: 9...9), Plan(code: "44", lengths: 10...10), Plan(code: "46", lengths: 9...9),
        Plan(code: "47", lengths: 8...8), Plan(code: "45", lengths: 8...8), Plan(code: "48", lengths: 9...9),
        Plan(code: "49", lengths: 10...11), Plan(code: "91", lengths: 10...10),
    ]

    /// Writes the E.164 form of a number that is plainly written: digits with spaces, hyphens, dots and brackets, after `+` or,
    /// for the regions that dial by ten digits, without. False, with nothing written of use, means: ask the library.
    static func writePlain(_ text: Span<UInt8>, region: String?, into out: inout ShortBytes) -> Bool {
        guard text.count <= maximumPlain, text.count > 0 else { return false }
        out.removeAll()
        if text[0] == UInt8(ascii: "+") {
            out.append(text[0])
        } else {
            guard region == "US" || region == "CA" else { return false }
            out.append(UInt8(ascii: "+"))
            out.append(UInt8(ascii: "1"))
        }
        for index in (text[0] == UInt8(ascii: "+") ? 1 : 0)..<text.count {
            if isDigit(text[index]) { out.append(text[index]) } else if !isPunctuation(text[index]) { return false }
        }
        return isPlain(out.span)
    }

    private static let maximumPlain = 40

    /// Whether `+` and digits are a number that the library would return unchanged.
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        guard (9...16).contains(text.count) else { return false }
        if text[1] == UInt8(ascii: "1") {
            return text.count == 12 && text[2] >= UInt8(ascii: "2") && text[5] >= UInt8(ascii: "2")
        }
        return plans.contains { plan in
            // Sound: the pointer of a static string is valid for ever, and codes have two bytes.
            unsafe plan.code.utf8Start[0] == text[1] && plan.code.utf8Start[1] == text[2]
                && plan.lengths.contains(text.count - 3) && text[3] > UInt8(ascii: "1")
        }
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"): true
        default: false
        }
    }

    /// Whether the digits are one digit repeated after a country code of up to three, or count up to a whole ten: what is
    /// typed into a form that insists.
    static func isPlaceholder(_ number: Span<UInt8>) -> Bool {
        guard number.count >= 8 else { return false }
        return endsInRepetition(number) || endsInCount(number)
    }

    private static func endsInRepetition(_ number: Span<UInt8>) -> Bool {
        let last = number[number.count - 1]
        var run = 0
        while run < number.count, number[number.count - 1 - run] == last { run += 1 }
        // The sign counts among what precedes: at most `+` and three digits.
        return run >= 7 && number.count - run <= 4
    }

    private static func endsInCount(_ number: Span<UInt8>) -> Bool {
        guard number.count >= 10 else { return false }
        let start = number.count - 10
        let first = number[start]
        guard first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return false }
        for offset in 1..<10 {
            let expected = (Int(first - UInt8(ascii: "0")) + offset) % 10
            guard number[start + offset] == UInt8(ascii: "0") + UInt8(expected) else { return false }
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
