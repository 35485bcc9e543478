/// Brings values into the one form that is hashed, or says why there is none. Holds nothing that changes.
///
/// Plain ASCII takes a path without an allocation; everything else goes through Unicode's.
struct Canonicaliser: Sendable {
    private let placeholders: PlaceholderList
    private let valueBytes: Int

    init(_ configuration: Configuration) {
        placeholders = PlaceholderList(configuration.placeholders)
        valueBytes = configuration.limits.valueBytes
    }

    /// SHA-256 of the canonical form of a value, which never leaves this type. `region` is for phone numbers without a country code.
    func digest(
        of value: Span<UInt8>, _ normaliser: Normaliser, region: String?
    ) throws(RefusalReason) -> Digest {
        guard value.count <= valueBytes else { throw .valueTooLong }
        let trimmed = Self.trimmed(value)
        guard trimmed.count > 0 else { throw .emptyValue }
        guard try Self.isPrintableASCII(trimmed) else {
            return try unicodeDigest(of: value, normaliser, region: region)
        }
        guard !placeholders.holds(trimmed) else { throw .placeholder }
        var short = ShortBytes()
        switch normaliser {
        case .opaque: return Digest(sha256: trimmed)
        case .email, .emailUID2:
            try canonicaliseEmail(trimmed, normaliser, into: &short)
            return Digest(sha256: short.span)
        case .phone:
            try canonicalisePhone(trimmed, region: region, into: &short)
            return Digest(sha256: short.span)
        case .code:
            let code = try code(trimmed)
            return Digest(sha256: code.span)
        }
    }

    /// Whether a hash is that of a placeholder.
    func isPlaceholder(_ digest: Digest) -> Bool { placeholders.holds(digest) }

    private func unicodeDigest(
        of value: Span<UInt8>, _ normaliser: Normaliser, region: String?
    ) throws(RefusalReason) -> Digest {
        guard let utf8 = try? UTF8Span(validating: value) else { throw .invalidUTF8 }
        let text = try CanonicalText.checked(String(copying: utf8))
        let bytes = Array(text.utf8)
        if bytes.allSatisfy({ $0 < 0x80 }) { return try digest(of: bytes.span, normaliser, region: region) }
        let folded = CanonicalText.lowercased(text)
        let foldedBytes = Array(folded.utf8)
        guard !placeholders.holds(foldedBytes.span) else { throw .placeholder }
        var short = ShortBytes()
        switch normaliser {
        case .opaque: return Digest(sha256: bytes.span)
        case .code:
            let code = try code(folded: folded)
            return Digest(sha256: code.span)
        case .email:
            let address = try Self.withASCIIDomain(folded)
            try canonicaliseEmail(address.span, normaliser, into: &short)
        case .emailUID2: try canonicaliseEmail(foldedBytes.span, normaliser, into: &short)
        case .phone: try canonicalisePhone(bytes.span, region: region, into: &short)
        }
        return Digest(sha256: short.span)
    }

    private func canonicaliseEmail(
        _ text: Span<UInt8>, _ normaliser: Normaliser, into out: inout ShortBytes
    ) throws(RefusalReason) {
        let rules: EmailAddress.Rules = normaliser == .email ? .standard : .uid2
        try EmailAddress.canonicalise(text, rules: rules, into: &out)
        // An encoded label may be a fake, or an address written by another version: one form for all.
        if rules == .standard, Self.mayHoldEncodedLabel(out.span) {
            let ascii = try Self.withASCIIDomain(out.text)
            try EmailAddress.canonicalise(ascii.span, rules: rules, into: &out)
        }
        // The text itself was looked up; folding may have uncovered a word for nothing.
        guard out.count == text.count || !placeholders.holds(out.span), !placeholders.holdsLocalPart(of: out.span)
        else {
            throw .placeholder
        }
    }

    private func canonicalisePhone(
        _ text: Span<UInt8>, region: String?, into out: inout ShortBytes
    ) throws(RefusalReason) {
        if !PhoneNumber.writePlain(text, region: region, into: &out) {
            let digits = Self.digits(text)
            guard !PhoneNumber.isPlaceholder(digits.span) else { throw .placeholder }
            try PhoneLibrary.e164(text, region: region, into: &out)
        }
        guard !PhoneNumber.isPlaceholder(out.span), !placeholders.holds(out.span) else { throw .placeholder }
    }

    /// Lower-cased, without white space and hyphens.
    private func code(_ text: Span<UInt8>) throws(RefusalReason) -> [UInt8] {
        var code: [UInt8] = []
        code.reserveCapacity(text.count)
        for index in 0..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") { continue }
            code.append(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte)
        }
        guard !placeholders.holds(code.span) else { throw .placeholder }
        return code
    }

    private func code(folded text: String) throws(RefusalReason) -> [UInt8] {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.properties.isWhitespace && scalar != "-" { kept.append(scalar) }
        let code = Array(CanonicalText.composed(String(kept)).utf8)
        guard !placeholders.holds(code.span) else { throw .placeholder }
        return code
    }
}
