package import NIOCore

/// What a frame is; the numbers of the wire (<doc:WireProtocol>).
package enum FrameKind: UInt8, Hashable, Sendable, CaseIterable {
    case hello = 1
    case request = 2
    case message = 3
    case halfClose = 4
    case response = 5
    case cancel = 6
    case credit = 7
    case ping = 8
    case goaway = 9
}

/// Bits of a frame's flags. END of a PING is ACK.
package struct FrameFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let end = FrameFlags(rawValue: 1)
    package static let acknowledgement = FrameFlags(rawValue: 1)
}

/// The first 12 bytes of a frame:
///
///     +---------------+-----+-----+---------+---------------+
///     | length 4      |kind |flags| code 2  | stream 4      |
///     +---------------+-----+-----+---------+---------------+
package struct FrameHeader: Hashable, Sendable {
    package static let size = 12

    /// Of the payload, in bytes.
    package var length: UInt32
    /// As sent: it may be no kind.
    package var kind: UInt8
    package var flags: FrameFlags
    package var code: UInt16
    package var stream: UInt32

    package init(
        _ kind: FrameKind, stream: UInt32 = 0, code: UInt16 = 0, flags: FrameFlags = [], length: Int
    ) {
        self.length = UInt32(length)
        self.kind = kind.rawValue
        self.flags = flags
        self.code = code
        self.stream = stream
    }

    /// Nil: the buffer has fewer than 12 readable bytes. Nothing is consumed.
    @inlinable
    package init?(peeking buffer: ByteBuffer) {
        guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt64.self),
            let stream = buffer.getInteger(at: buffer.readerIndex + 8, as: UInt32.self)
        else { return nil }
        length = UInt32(truncatingIfNeeded: first >> 32)
        kind = UInt8(truncatingIfNeeded: first >> 24)
        flags = FrameFlags(rawValue: UInt8(truncatingIfNeeded: first >> 16))
        code = UInt16(truncatingIfNeeded: first)
        self.stream = stream
    }

    @inlinable
    package func write(to buffer: inout ByteBuffer) {
        set(in: &buffer, at: buffer.writerIndex)
        buffer.moveWriterIndex(forwardBy: Self.size)
    }

    /// Writes over 12 bytes that were left for it.
    @inlinable
    package func set(in buffer: inout ByteBuffer, at index: Int) {
        let first =
            UInt64(length) << 32 | UInt64(kind) << 24 | UInt64(flags.rawValue) << 16 | UInt64(code)
        buffer.setInteger(first, at: index)
        buffer.setInteger(stream, at: index + 8)
    }
}

/// Numbers of the protocol that both sides know; limits that are a server's own stand in its HELLO.
package enum WireProtocol {
    /// "SLVG".
    package static let magic: UInt32 = 0x534C_5647
    package static let version: UInt16 = 1
    package static let alpn = "selvedge/1"
    /// Most bytes of a payload before the server's HELLO.
    package static let helloBytes = 16_384
    package static let maxFrameBytes = 4 * 1_048_576
    package static let maxStreams = 128
    package static let initialCredit = 262_144
    package static let maxBatch = 1_000
}
