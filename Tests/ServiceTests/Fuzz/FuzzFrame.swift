import NIOCore
import Wire

/// A frame as its twelve bytes and its payload say, true or not.
struct FuzzFrame: Sendable {
    /// Of the header; nil: the payload's own.
    var length: UInt32?
    var kind: UInt8
    var flags: UInt8 = 0
    var code: UInt16 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    init(_ kind: FrameKind, stream: UInt32 = 0, code: UInt16 = 0, flags: UInt8 = 0, _ payload: [UInt8] = []) {
        self.kind = kind.rawValue
        self.flags = flags
        self.code = code
        self.stream = stream
        self.payload = payload
    }

    var bytes: [UInt8] {
        bigEndian(length ?? UInt32(payload.count)) + [kind, flags] + bigEndian(code) + bigEndian(stream) + payload
    }

    static func hello(least: UInt16 = 1, most: UInt16 = 1, _ message: [UInt8] = []) -> FuzzFrame {
        FuzzFrame(.hello, bigEndian(WireProtocol.magic) + bigEndian(least) + bigEndian(most) + message)
    }

    static func request(
        _ method: UInt16, stream: UInt32, deadline: UInt32 = 0, flags: UInt8 = 1, _ message: [UInt8]
    ) -> FuzzFrame {
        FuzzFrame(.request, stream: stream, code: method, flags: flags, bigEndian(deadline) + message)
    }

    static func credit(_ count: UInt32, stream: UInt32) -> FuzzFrame {
        FuzzFrame(.credit, stream: stream, bigEndian(count))
    }
}

func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Number($0)) }
}

/// Frames out of bytes, read as the specification says and with nothing of the server's own reader.
struct FrameSplitter {
    private(set) var frames: [FuzzFrame] = []
    /// Bytes of a frame that is not whole.
    private(set) var rest: [UInt8] = []

    /// The frames so far are of no more use.
    mutating func forget() { frames = [] }

    mutating func add(_ bytes: [UInt8]) {
        rest += bytes
        var position = 0
        while rest.count - position >= 12 {
            let head = rest[position..<position + 12].map(UInt32.init)
            let length = Int(head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3])
            guard rest.count - position - 12 >= length else { break }
            var frame = FuzzFrame(.hello)
            (frame.kind, frame.flags) = (rest[position + 4], rest[position + 5])
            frame.code = UInt16(head[6] << 8 | head[7])
            frame.stream = head[8] << 24 | head[9] << 16 | head[10] << 8 | head[11]
            frame.payload = Array(rest[position + 12..<position + 12 + length])
            frames.append(frame)
            position += 12 + length
        }
        rest.removeFirst(position)
    }
}
