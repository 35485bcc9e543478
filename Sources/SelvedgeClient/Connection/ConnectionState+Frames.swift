internal import NIOCore
internal import SwiftProtobuf
internal import Wire

/// What the server sends.
extension ConnectionState {
    mutating func receive(_ header: FrameHeader, _ payload: ByteBuffer) throws(SelvedgeError) {
        guard let kind = FrameKind(rawValue: header.kind) else { throw .malformed("a frame of unknown kind") }
        try check(header, kind)
        switch (kind, phase) {
        case (_, .closed): return
        case (.hello, .greeting): try greet(payload)
        case (.goaway, _): try goneAway(header.code, payload)
        case (_, .greeting): throw .malformed("no hello")
        case (.response, _): respond(header, payload)
        case (.message, _):
            if case .stream(let stream, _) = calls[header.stream] { effects.append(.message(stream, payload)) }
        case (.credit, _): try credit(header.stream, payload)
        case (.ping, _): try ping(header.flags, payload)
        default: throw .malformed("a \(kind) frame, which only a client sends")
        }
    }

    private func check(_ header: FrameHeader, _ kind: FrameKind) throws(SelvedgeError) {
        let isOfStream = kind == .response || kind == .message || kind == .credit
        guard isOfStream == (header.stream != 0), header.stream < nextStream else {
            throw .malformed("a \(kind) frame with a stream that is not open")
        }
        guard header.flags.isEmpty || (kind == .ping && header.flags == .acknowledgement) else {
            throw .malformed("a \(kind) frame with a flag that is not known")
        }
        guard header.code == 0 || kind == .response || kind == .goaway else {
            throw .malformed("a \(kind) frame with a code")
        }
    }

    /// Magic 4, version 2, ServerHello.
    private mutating func greet(_ payload: ByteBuffer) throws(SelvedgeError) {
        guard case .greeting(let continuation) = phase else { return }
        var rest = payload
        guard let magic = rest.readInteger(as: UInt32.self), magic == WireProtocol.magic else {
            throw .malformed("no Selvedge hello: is this its port?")
        }
        guard let version = rest.readInteger(as: UInt16.self) else { throw .malformed("a hello that is cut short") }
        guard version == WireProtocol.version else {
            throw SelvedgeError(
                .unimplemented, ErrorCode.unsupportedVersion.rawValue,
                "the server speaks version \(version), this client \(WireProtocol.version)")
        }
        guard let hello = try? SelvedgeServerHello(serializedBytes: rest.readableBytesSpan) else {
            throw .malformed("a hello that cannot be decoded")
        }
        server = hello
        if server.maxFrameBytes == 0 { server.maxFrameBytes = UInt32(WireProtocol.maxFrameBytes) }
        if server.maxStreams == 0 { server.maxStreams = UInt32(WireProtocol.maxStreams) }
        if server.initialCredit == 0 { server.initialCredit = UInt32(WireProtocol.initialCredit) }
        if server.streamDeadlineMs == 0 { server.streamDeadlineMs = 600_000 }
        maxFrameBytes = Int(server.maxFrameBytes)
        phase = .open
        if let continuation { effects.append(.greeted(continuation, nil)) }
    }

    private mutating func respond(_ header: FrameHeader, _ payload: ByteBuffer) {
        // One that is gone was answered twice, or never asked: harmless.
        guard let call = remove(header.stream) else { return }
        switch call {
        case .unary(let call):
            effects.append(
                .answer(
                    call.continuation,
                    header.code == 0
                        ? .success(payload) : .failure(SelvedgeError(status: header.code, detail: payload))))
        case .stream(let stream, _):
            effects.append(
                .end(stream, header.code == 0 ? nil : SelvedgeError(status: header.code, detail: payload)))
        case .abandoned: break
        }
        closeIfDrained()
    }

    private mutating func credit(_ stream: UInt32, _ payload: ByteBuffer) throws(SelvedgeError) {
        guard payload.readableBytes == 4, let bytes = payload.getInteger(at: payload.readerIndex, as: UInt32.self)
        else { throw .malformed("a credit that is not 4 bytes long") }
        if case .stream(let call, _) = calls[stream] { effects.append(.credit(call, Int(bytes))) }
    }

    private mutating func ping(_ flags: FrameFlags, _ payload: ByteBuffer) throws(SelvedgeError) {
        guard payload.readableBytes == 8 else { throw .malformed("a ping that is not 8 bytes long") }
        if flags.contains(.acknowledgement) {
            pinged = nil
        } else {
            write(.ping, flags: .acknowledgement, Array(payload.readableBytesView))
        }
    }

    /// Last stream 4, ErrorDetail. Calls above it were not looked at; the others are answered first.
    private mutating func goneAway(_ code: UInt16, _ payload: ByteBuffer) throws(SelvedgeError) {
        var rest = payload
        guard let last = rest.readInteger(as: UInt32.self) else { throw .malformed("a goaway that is cut short") }
        var reason = SelvedgeError(status: code, detail: rest)
        if code == 0 { reason.status = .unavailable }
        if case .greeting = phase { return close(reason) }
        reason.fate = .skipped
        for stream in calls.keys.filter({ $0 > last }).sorted() {
            if let call = remove(stream) { finish(call, reason) }
        }
        drain()
        closeIfDrained()
    }
}
