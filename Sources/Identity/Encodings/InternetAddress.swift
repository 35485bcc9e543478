/// An IP address as bytes: 4 of version 4, 16 of version 6. A version 4 address in a version 6 one is version 4.
struct InternetAddress: Hashable, Sendable {
    private(set) var bytes: [UInt8]

    /// Nil for what is no address.
    init?(_ text: Span<UInt8>) {
        var characters: [UInt8] = []
        for index in 0..<text.count where text[index] != UInt8(ascii: " ") { characters.append(text[index]) }
        guard
            let found = characters.contains(UInt8(ascii: ":"))
                ? Self.version6(characters) : Self.version4(characters[...])
        else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        bytes = found.count == 16 && Array(found.prefix(12)) == mapped ? Array(found.suffix(4)) : found
    }

    /// The address and the two networks by which it is compared: /24 and /16; of version 6 /64 and /48.
    var rungs: [[UInt8]] {
        bytes.count == 4
            ? [bytes, Array(bytes.prefix(3)), Array(bytes.prefix(2))]
            : [bytes, Array(bytes.prefix(8)), Array(bytes.prefix(6))]
    }

    private static func version4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.count <= 3 && part.allSatisfy { $0 &- 48 < 10 } ? UInt8(String(decoding: part, as: UTF8.self)) : nil
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: [UInt8]) -> [UInt8]? {
        let text = text.prefix { $0 != UInt8(ascii: "%") }
        var head: [UInt8] = []
        var tail: [UInt8]?
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // The ends of "::" at the beginning and at the end are empty too.
                if index == 0 || index == parts.count - 1 { continue }
                guard tail == nil else { return nil }
                tail = []
                continue
            }
            guard let group = group(part, isLast: index == parts.count - 1) else { return nil }
            if tail == nil { head += group } else { tail? += group }
        }
        guard let tail else { return head.count == 16 ? head : nil }
        guard head.count + tail.count <= 14 else { return nil }
        return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func group(_ part: ArraySlice<UInt8>, isLast: Bool) -> [UInt8]? {
        if part.contains(UInt8(ascii: ".")) { return isLast ? version4(part) : nil }
        guard part.count <= 4, let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16) else { return nil }
        return [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
    }
}
