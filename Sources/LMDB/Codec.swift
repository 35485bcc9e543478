/// Keys of one table as bytes: fixed width, big-endian, so that byte order is the key's order.
@usableFromInline
package protocol KeyCodec: Sendable {
    associatedtype Key: Sendable
    /// Bytes, 1 to 511.
    static var width: Int { get }
    /// Appends exactly `width` bytes.
    static func encode(_ key: Key, into writer: inout ByteWriter)
    /// `bytes` has exactly `width` bytes.
    static func decode(_ bytes: RawSpan) -> Key
}

/// Values of one table as bytes: the payload only. The module adds the version in front and the checksum behind.
@usableFromInline
package protocol ValueCodec: Sendable {
    associatedtype Value
    /// The format that `encode` writes; formats up to it can be decoded, later ones are refused.
    static var version: UInt8 { get }
    static func encode(_ value: borrowing Value, into writer: inout ByteWriter)
    static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> Value
}

/// Why bytes are no value.
@usableFromInline
package enum CodecError: Error, Hashable, Sendable {
    case truncated
    case unsupportedVersion(UInt8)
    /// The reason names the field, never its content.
    case invalid(StaticReason)
}

/// A reason known at compile time: an error cannot carry personal data by accident.
@usableFromInline
package struct StaticReason: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    private let text: StaticString

    @usableFromInline
    package init(stringLiteral text: StaticString) { self.text = text }

    @usableFromInline
    package var description: String { text.description }

    @usableFromInline
    package static func == (left: StaticReason, right: StaticReason) -> Bool { left.description == right.description }

    @usableFromInline
    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
