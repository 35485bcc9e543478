internal import Foundation

/// The Unicode part of normalisation: which characters are refused, and NFC.
enum CanonicalText {
    /// Trimmed, without a refused character, in NFC. Throws `emptyValue` or `invalidCharacters`.
    static func checked(_ text: String) throws(RefusalReason) -> String {
        let trimmed = trimmed(text)
        guard !trimmed.isEmpty else { throw .emptyValue }
        guard trimmed.unicodeScalars.allSatisfy(isAllowed) else { throw .invalidCharacters }
        return composed(String(trimmed))
    }

    /// Whether no character is one that `checked` refuses.
    static func isClean(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isAllowed) }

    /// Lower-cased without regard to language, in NFC: `I` is `i`, and the dotless i stays itself.
    static func lowercased(_ text: String) -> String {
        var lower = ""
        for scalar in text.unicodeScalars { lower += scalar.properties.lowercaseMapping }
        return composed(lower)
    }

    /// Trimmed and lower-cased, in NFC: how placeholders are compared.
    static func folded(_ text: String) -> String { lowercased(composed(String(trimmed(text)))) }

    /// Canonical composition: one form for text that looks the same by definition.
    static func composed(_ text: String) -> String { text.precomposedStringWithCanonicalMapping }

    private static func trimmed(_ text: String) -> Substring {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return Substring(scalars)
    }

    /// Not control, formatting (zero-width, bidi), private use, line separators, noncharacters or the invisible ones.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: false
        default: !scalar.properties.isNoncharacterCodePoint && !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
