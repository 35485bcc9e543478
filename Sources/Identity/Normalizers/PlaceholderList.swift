/// Values that stand for no value, as a table that is searched without an allocation.
struct PlaceholderList: Sendable {
    /// Open addressing, a power of two, at most half full; an empty slot has no bytes.
    private var slots: [[UInt8]]
    /// By length, the first bytes of the entries that have it, folded to six bits: most values stop here.
    private var firstBytes: [UInt64]
    /// SHA-256 of every entry and of nothing: what a partner's script makes of an empty column.
    private let digests: Set<Digest>

    /// An entry this long or longer, without `@`, also stands for e-mail addresses with that local part.
    private static let shortestLocalPart = 4
    /// A value of so many letters and digits, all of them the same, was typed to fill a field.
    private static let shortestRepetition = 8

    init(_ placeholders: Set<String>) {
        let entries = placeholders.map { Array(CanonicalText.folded($0).utf8) }.filter { !$0.isEmpty }
        var capacity = 16
        while capacity < 2 * entries.count { capacity *= 2 }
        slots = Array(repeating: [], count: capacity)
        firstBytes = Array(repeating: 0, count: (entries.map(\.count).max() ?? 0) + 1)
        digests = Set(entries.map { Digest(sha256: $0.span) } + [Digest(sha256: [UInt8]().span)])
        for entry in entries {
            var slot = Self.hash(entry.span) & (capacity - 1)
            while !slots[slot].isEmpty { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = entry
            firstBytes[entry.count] |= 1 << UInt64(entry[0] & 63)
        }
    }

    /// Whether the trimmed value stands for none. ASCII letters are compared without case; others must be lower-cased.
    func holds(_ value: Span<UInt8>) -> Bool { contains(value) || Self.isFiller(value) }

    /// Whether the local part of a canonical or trimmed address, up to its first `@`, is such a word.
    func holdsLocalPart(of address: Span<UInt8>) -> Bool {
        var count = 0
        while count < address.count, address[count] != UInt8(ascii: "@") { count += 1 }
        guard count >= Self.shortestLocalPart, count < address.count else { return false }
        return contains(address.extracting(0..<count))
    }

    /// Whether a hash is that of a listed value or of nothing, or is itself a filler.
    func holds(_ digest: Digest) -> Bool {
        digests.contains(digest) || digest.storage == SIMD32(repeating: digest.storage[0])
    }

    private func contains(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0, value.count < firstBytes.count,
            firstBytes[value.count] >> UInt64(Self.lowercased(value[0]) & 63) & 1 == 1
        else { return false }
        var slot = Self.hash(value) & (slots.count - 1)
        while !slots[slot].isEmpty {
            if Self.matches(slots[slot], value) { return true }
            slot = (slot + 1) & (slots.count - 1)
        }
        return false
    }

    private static func matches(_ entry: [UInt8], _ value: Span<UInt8>) -> Bool {
        guard entry.count == value.count else { return false }
        for index in 0..<entry.count where entry[index] != lowercased(value[index]) { return false }
        return true
    }

    /// Nothing but zeros and punctuation, or one letter or digit repeated. Addresses are left to their own rules.
    private static func isFiller(_ value: Span<UInt8>) -> Bool {
        var first: UInt8?
        var count = 0
        var onlyZeros = true
        for index in 0..<value.count {
            let byte = lowercased(value[index])
            if byte >= 0x80 || byte == UInt8(ascii: "@") { return false }
            guard isLetterOrDigit(byte) else { continue }
            if byte != first ?? byte { return false }
            first = byte
            count += 1
            onlyZeros = onlyZeros && byte == UInt8(ascii: "0")
        }
        return onlyZeros || count >= shortestRepetition
    }

    /// FNV-1a over the lower-cased bytes.
    private static func hash(_ value: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<value.count { hash = (hash ^ UInt64(lowercased(value[index]))) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash >> 1)
    }

    @inline(__always)
    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }
}
