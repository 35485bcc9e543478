/// Who an identifier is, without what it is: 16 bytes of HMAC-SHA-256 under the key of its namespace.
///
/// Ordered as its bytes are: `high` holds the first eight, big-endian, `low` the last eight.
package struct IdentityKey: Hashable, Comparable, Sendable {
    package var high: UInt64
    package var low: UInt64

    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable
    package static func == (left: IdentityKey, right: IdentityKey) -> Bool {
        left.high == right.high && left.low == right.low
    }

    @inlinable
    package static func < (left: IdentityKey, right: IdentityKey) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension IdentityKey: CustomStringConvertible {
    /// 32 hexadecimal digits.
    package var description: String {
        func digits(_ word: UInt64) -> String {
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(high) + digits(low)
    }
}
