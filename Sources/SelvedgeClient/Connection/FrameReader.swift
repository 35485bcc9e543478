internal import NIOCore
internal import Wire

/// Cuts what arrives into frames. A payload is a slice of what was read: it is copied only where a frame came in pieces.
struct FrameReader {
    private var buffer = ByteBuffer()

    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Nil: the rest has not arrived.
    ///
    /// - Throws: where a frame says that it is longer than `limit`, before any of it is kept.
    mutating func next(limit: Int) throws(SelvedgeError) -> (header: FrameHeader, payload: ByteBuffer)? {
        guard let header = FrameHeader(peeking: buffer) else {
            compact(for: FrameHeader.size)
            return nil
        }
        guard header.length <= limit else {
            throw SelvedgeError.malformed("a frame of \(header.length) bytes where at most \(limit) may be")
        }
        let length = Int(header.length)
        guard buffer.readableBytes >= FrameHeader.size + length else {
            compact(for: FrameHeader.size + length)
            return nil
        }
        buffer.moveReaderIndex(forwardBy: FrameHeader.size)
        guard let payload = buffer.readSlice(length: length) else { return nil }
        return (header, payload)
    }

    /// Of the read that brings a frame's end, which may bring more.
    private static let headroom = 65_536

    /// Moves what is left of the last read to a buffer that nobody else holds and that takes all of the frame, so that
    /// appending to it copies nothing twice.
    private mutating func compact(for needed: Int) {
        if buffer.readableBytes == 0 {
            buffer = ByteBuffer()
        } else if buffer.readerIndex > 0 || buffer.capacity < needed {
            var fresh = ByteBufferAllocator().buffer(capacity: max(needed, buffer.readableBytes) + Self.headroom)
            fresh.writeImmutableBuffer(buffer)
            buffer = fresh
        }
    }
}
