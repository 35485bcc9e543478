/// Two numbers in order: all rows of one `first` lie together.
package struct NumberPair: Hashable, Comparable, Sendable {
    package var first: UInt64
    package var second: UInt64

    @inlinable @inline(__always)
    package init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    @inlinable
    package static func < (left: NumberPair, right: NumberPair) -> Bool {
        left.first != right.first ? left.first < right.first : left.second < right.second
    }
}

/// A composite key, in the place of duplicates under one key.
///
///     0        8        16
///     +--------+--------+
///     | first  | second |
///     +--------+--------+
package enum PairKey: KeyCodec {
    package static var width: Int { @inlinable @inline(__always) get { 16 } }

    @inlinable @inline(__always)
    package static func encode(_ key: NumberPair, into writer: inout ByteWriter) {
        writer.append(key.first)
        writer.append(key.second)
    }

    @inlinable @inline(__always)
    package static func decode(_ bytes: RawSpan) -> NumberPair {
        NumberPair(first: bytes.bigEndianUInt64(at: 0), second: bytes.bigEndianUInt64(at: 8))
    }
}
