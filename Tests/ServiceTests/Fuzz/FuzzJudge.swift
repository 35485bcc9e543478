import SwiftProtobuf
import Wire

/// What the specification says of a server's bytes, given a client's.
struct FuzzJudge {
    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    /// Streams that the client's bytes may have opened, with their methods: every whole REQUEST, in order.
    private let requests: [(stream: UInt32, method: UInt16)]

    init(_ input: FuzzInput) {
        var splitter = FrameSplitter()
        splitter.add(input.bytes)
        requests = splitter.frames.filter { $0.kind == FrameKind.request.rawValue }.map { ($0.stream, $0.code) }
    }

    /// What is not answered though the connection goes on; no streams where it has ended.
    func unanswered(_ written: FuzzConnection.Written) -> (unary: Int, streams: Int) {
        guard !written.isClosed, written.frames.first?.kind == FrameKind.hello.rawValue else { return (0, 0) }
        var answered: Set<UInt32> = []
        for frame in written.frames where frame.kind == FrameKind.response.rawValue { answered.insert(frame.stream) }
        var (unary, streams) = (0, 0)
        for request in requests where !answered.contains(request.stream) {
            let kind = Method(rawValue: request.method)?.kind ?? .unary
            if kind == .unary { unary += 1 } else { streams += 1 }
        }
        return (unary, streams)
    }

    func check(_ written: FuzzConnection.Written) throws {
        guard written.rest.isEmpty else { throw Wrong(description: "the server's last frame is not whole") }
        let opened = Set(requests.map(\.stream))
        var answered: Set<UInt32> = []
        var isEnded = false
        for (index, frame) in written.frames.enumerated() {
            let place = "frame \(index) of the server (kind \(frame.kind), stream \(frame.stream))"
            func require(_ isTrue: Bool, _ what: String) throws {
                if !isTrue { throw Wrong(description: "\(place): \(what)") }
            }
            try require(!isEnded, "comes after a GOAWAY that ends the connection")
            guard let kind = FrameKind(rawValue: frame.kind) else { throw Wrong(description: "\(place): no kind") }
            try require(index > 0 || kind == .hello || kind == .goaway, "is the first")
            try require(kind != .hello || index == 0, "a second HELLO")
            try Self.checkForm(kind, frame, require)
            guard frame.stream != 0 else {
                isEnded = kind == .goaway && frame.code != 0
                continue
            }
            try require(opened.contains(frame.stream), "a stream that was not opened")
            try require(!answered.contains(frame.stream), "a stream that was answered")
            if kind == .response { answered.insert(frame.stream) }
        }
    }

    private static func checkForm(
        _ kind: FrameKind, _ frame: FuzzFrame, _ require: (Bool, String) throws -> Void
    ) throws {
        let ofConnection: Set<FrameKind> = [.hello, .ping, .goaway]
        try require((frame.stream == 0) == ofConnection.contains(kind), "stream")
        try require(frame.flags == 0 || (kind == .ping && frame.flags == 1), "flags \(frame.flags)")
        try require(frame.payload.count <= WireProtocol.maxFrameBytes, "larger than a frame")
        switch kind {
        case .request, .halfClose, .cancel: try require(false, "a server sends none")
        case .message: try require(frame.code == 0, "code")
        case .credit:
            try require(frame.code == 0 && frame.payload.count == 4 && frame.payload != [0, 0, 0, 0], "credit")
        case .ping: try require(frame.code == 0 && frame.payload.count == 8, "ping")
        case .hello:
            try require(frame.payload.starts(with: bigEndian(WireProtocol.magic) + [0, 1]), "magic and version")
            let message = try SelvedgeServerHello(serializedBytes: Array(frame.payload.dropFirst(6)))
            try require(message.maxStreams == 128, "limits")
        case .response, .goaway:
            try require(Status(rawValue: frame.code) != nil, "status")
            if kind == .response, frame.code == 0 { return }
            let detail = try SelvedgeErrorDetail(
                serializedBytes: Array(frame.payload.dropFirst(kind == .goaway ? 4 : 0)))
            try require(!detail.code.isEmpty && !detail.message.isEmpty, "no detail")
        }
    }
}
