/// The key of a block: records that share one are candidates for matching. 16 bytes of HMAC-SHA-256 under the block key, so
/// that a table of blocks tells nothing of the tokens in it.
package struct BlockKey: Hashable, Comparable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static func == (left: BlockKey, right: BlockKey) -> Bool {
        left.high == right.high && left.low == right.low
    }

    package static func < (left: BlockKey, right: BlockKey) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// Makes block keys.
package struct BlockHasher: Sendable {
    private let authenticator: MessageAuthenticator

    package init(keyRing: KeyRing) { authenticator = keyRing.block }

    /// Over
    ///
    ///     | rule 8 | group 8 |
    ///
    /// - Parameters:
    ///   - rule: the rule's own number, the same in every model that has the rule.
    ///   - group: what the records of a block have in common, as the rule makes it of their tokens.
    package func key(rule: UInt64, group: UInt64) -> BlockKey {
        var message = InlineArray<16, UInt8>(repeating: 0)
        var span = message.mutableSpan
        for index in 0..<8 {
            span[index] = UInt8(truncatingIfNeeded: rule >> UInt64(56 - 8 * index))
            span[8 + index] = UInt8(truncatingIfNeeded: group >> UInt64(56 - 8 * index))
        }
        let digest = authenticator.code(for: message.span)
        var words: (UInt64, UInt64) = (0, 0)
        for index in 0..<8 {
            words.0 = words.0 << 8 | UInt64(digest.storage[index])
            words.1 = words.1 << 8 | UInt64(digest.storage[8 + index])
        }
        return BlockKey(high: words.0, low: words.1)
    }
}
