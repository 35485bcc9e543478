internal import Foundation

/// The normal form of an attribute's text: lower case, transliterated to a to z where there is a usual way, letters and
/// digits alone. A letter of a script without such a way (Chinese, Arabic) stays as it is, and has a sound beside it.
enum AttributeText {
    /// Appends the normal form, a scalar value to an element.
    static func append(_ text: Span<UInt8>, to out: inout [UInt32]) {
        for index in 0..<text.count where text[index] >= 0x80 {
            appendUnicode(text, to: &out)
            return
        }
        for index in 0..<text.count {
            let byte = text[index]
            if byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 {
                out.append(UInt32(byte))
            } else if byte &- UInt8(ascii: "A") < 26 {
                out.append(UInt32(byte | 0x20))
            }
        }
    }

    private static func appendUnicode(_ text: Span<UInt8>, to out: inout [UInt32]) {
        // What is not UTF-8 was refused before; a repair here could only lose a letter.
        guard let utf8 = try? UTF8Span(validating: text) else { return }
        for scalar in String(copying: utf8).precomposedStringWithCompatibilityMapping.unicodeScalars {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars { append(lower, to: &out) }
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout [UInt32]) {
        if scalar.isASCII {
            if isLetterOrDigit(scalar) { out.append(scalar.value) }
            return
        }
        if let latin = transliterations[scalar] {
            out += latin
            return
        }
        for base in String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars {
            if let latin = transliterations[base] {
                out += latin
            } else if isLetterOrDigit(base) {
                out.append(base.value)
            }
        }
    }

    /// How a text in a script without a usual way is read, as far as that is known, in a to z: 王 is wang. Nil where nothing is.
    static func sound(of text: [UInt32]) -> [UInt8]? {
        let written = String(String.UnicodeScalarView(text.compactMap(Unicode.Scalar.init)))
        guard let read = written.applyingTransform(StringTransform("Any-Latin; Latin-ASCII"), reverse: false) else {
            return nil
        }
        let letters = read.utf8.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 }.filter { $0 &- 97 < 26 || $0 &- 48 < 10 }
        return letters.isEmpty || read.unicodeScalars.contains { $0.value > 0x24f } ? nil : letters
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic && scalar.properties.canonicalCombiningClass == .notReordered
            || scalar.properties.numericType != nil
    }

    /// Letters that decomposition does not bring to a to z, and those that it would bring to another than people write.
    private static let transliterations: [Unicode.Scalar: [UInt32]] = {
        var table: [Unicode.Scalar: [UInt32]] = [:]
        for pair in latin.split(separator: " ") + cyrillic.split(separator: " ") + greek.split(separator: " ") {
            guard let letter = pair.unicodeScalars.first else { continue }
            table[letter] = pair.unicodeScalars.dropFirst().map(\.value)
        }
        return table
    }()

    // A letter and what it becomes; nothing for the two signs that are not spoken.
    private static let latin = "äae öoe üue ßss æae øoe œoe đd ðd þth łl ħh ıi ŋng ŧt ſs ĸk əe"
    private static let cyrillic = """
        аa бb вv гg дd еe ёe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь эe юiu яia \
        іi їi єie ґg ўu ђd јj љlj њnj ћc џdz ѓg ќk
        """
    private static let greek = "αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo"
}
