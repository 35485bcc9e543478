internal import NIOCore
internal import SwiftProtobuf
internal import Wire

extension SwiftProtobuf.Message {
    func wireBytes() throws(SelvedgeError) -> [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            throw SelvedgeError(
                .invalidArgument, ErrorCode.malformedMessage.rawValue, "the request cannot be encoded")
        }
    }

    /// Read in place: the bytes are not copied first.
    init(wireBytes bytes: ByteBuffer) throws(SelvedgeError) {
        do {
            try self.init(serializedBytes: bytes.readableBytesSpan)
        } catch {
            throw .unreadable
        }
    }
}
