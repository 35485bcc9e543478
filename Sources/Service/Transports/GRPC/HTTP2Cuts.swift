package import NIOCore

/// Where the frames of HTTP/2 that open streams end in what a caller sends (RFC 9113, 3.4 and 4.1).
package struct HTTP2Cuts {
    private static let preface = 24
    private static let (headers, continuation): (UInt8, UInt8) = (1, 9)

    /// Whether the caller has sent the whole preface.
    package private(set) var hasPreface = false
    /// Bytes of the preface or of a frame's payload that are still to come.
    private var left = preface
    private var opensStream = false
    /// Bytes of a frame's header that have come, its length so far, and its type.
    private var (headerBytes, length, type): (Int, Int, UInt8) = (0, 0, 0)

    package init() {}

    /// How many bytes go on together: to the end of the first HEADERS or CONTINUATION among them, or all.
    package mutating func next(_ bytes: ByteBufferView) -> Int {
        var place = bytes.startIndex
        while place < bytes.endIndex {
            if left > 0 {
                let count = min(left, bytes.endIndex - place)
                place += count
                left -= count
            } else {
                take(bytes[place])
                place += 1
            }
            guard left == 0, headerBytes == 0 else { continue }
            hasPreface = true
            if opensStream {
                opensStream = false
                break
            }
        }
        return place - bytes.startIndex
    }

    /// A byte of a frame's header.
    private mutating func take(_ byte: UInt8) {
        if headerBytes < 3 { length = length << 8 | Int(byte) }
        if headerBytes == 3 { type = byte }
        headerBytes += 1
        guard headerBytes == 9 else { return }
        left = length
        opensStream = type == Self.headers || type == Self.continuation
        (headerBytes, length) = (0, 0)
    }
}
