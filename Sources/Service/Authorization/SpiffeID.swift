/// A workload's name: `spiffe://`, a trust domain, and a path of at least one segment.
///
/// Source: the SPIFFE ID specification, sections 2.1 to 2.3 (github.com/spiffe/spiffe, standards/SPIFFE-ID.md); stricter in one
/// thing: an id without a path names a trust domain and no workload, so it is not taken.
struct SpiffeID: Hashable, Sendable {
    static let scheme = "spiffe://"
    static let maximumBytes = 2_048
    static let maximumDomainBytes = 255

    let text: String
    let trustDomain: String

    /// Nil for what is not of that form: a query, a port, a user, an escape, an empty segment, `.` and `..` are none of it.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, text.hasPrefix(Self.scheme) else { return nil }
        let segments = text.utf8.dropFirst(Self.scheme.utf8.count).split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let domain = segments.first.flatMap({ String($0) }), Self.isTrustDomain(domain), segments.count > 1 else {
            return nil
        }
        for segment in segments.dropFirst() where !Self.isSegment(segment) { return nil }
        self.text = text
        trustDomain = domain
    }

    /// 1...255 of lower-case letters, digits, `.`, `-`, `_`.
    static func isTrustDomain(_ text: String) -> Bool {
        (1...maximumDomainBytes).contains(text.utf8.count)
            && text.utf8.allSatisfy { isDomainByte($0) }
    }

    private static func isDomainByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isSegment(_ bytes: Substring.UTF8View) -> Bool {
        guard !bytes.isEmpty, !bytes.elementsEqual(".".utf8), !bytes.elementsEqual("..".utf8) else { return false }
        return bytes.allSatisfy { byte in
            isDomainByte(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
    }
}
