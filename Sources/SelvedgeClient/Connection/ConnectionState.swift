internal import NIOCore
internal import SwiftProtobuf
internal import Wire

/// All that changes in a connection, behind its lock. It touches no socket and wakes nobody: what is to be done comes
/// out in `effects`, what is to be sent lies in `outbound`.
struct ConnectionState {
    enum Phase {
        /// Connecting, or waiting for the server's HELLO.
        case greeting(CheckedContinuation<SelvedgeError?, Never>?)
        case open
        /// A GOAWAY was sent or received: what is open is finished, nothing begins.
        case draining
        case closed(SelvedgeError)
    }

    var phase = Phase.greeting(nil)
    var server = SelvedgeServerHello()
    var maxFrameBytes = WireProtocol.helloBytes
    var calls: [UInt32: OpenCall] = [:]
    var nextStream: UInt32 = 1
    /// Calls whose stream has ended since the owner was last told.
    var freed = 0

    var outbound = ByteBuffer()
    var isFlushScheduled = false
    var isWritable = true
    var channel: (any Channel)?

    var lastHeard = NIODeadline.now()
    var pinged: NIODeadline?
    var greetBefore: NIODeadline
    var renewAt: NIODeadline?
    var control = ControlBudget()
    /// Credit that waits for the next second, by stream.
    var owed: [UInt32: Int] = [:]
    var effects: [Effect] = []

    init(greetBefore: NIODeadline) { self.greetBefore = greetBefore }

    var isOpen: Bool {
        if case .open = phase { return true }
        return false
    }

    var isDraining: Bool {
        if case .draining = phase { return true }
        return false
    }

    /// Why no call can begin; nil: one can.
    var refusal: SelvedgeError? {
        switch phase {
        case .open:
            nextStream < UInt32.max
                ? nil : SelvedgeError(.unavailable, "draining", "all stream numbers of the connection are used")
        case .greeting: SelvedgeError(.unavailable, "connect_failed", "the server has not answered the hello yet")
        case .draining: SelvedgeError(.unavailable, "draining", "the connection is being closed: open another")
        case .closed(var error):
            {
                error.fate = .unsent
                return error
            }()
        }
    }

    // MARK: Writing

    mutating func write(
        _ kind: FrameKind, stream: UInt32 = 0, code: UInt16 = 0, flags: FrameFlags = [], _ payload: [UInt8] = []
    ) {
        FrameHeader(kind, stream: stream, code: code, flags: flags, length: payload.count).write(to: &outbound)
        outbound.writeBytes(payload)
    }

    mutating func write(_ kind: FrameKind, stream: UInt32 = 0, flags: FrameFlags = [], number: UInt32) {
        FrameHeader(kind, stream: stream, flags: flags, length: 4).write(to: &outbound)
        outbound.writeInteger(number)
    }

    /// Opens a stream. The message must fit into a frame with its deadline.
    mutating func request(_ method: UInt16, deadline: UInt32, ends: Bool, _ message: [UInt8]) -> UInt32 {
        let stream = nextStream
        nextStream += 1
        FrameHeader(
            .request, stream: stream, code: method, flags: ends ? .end : [], length: 4 + message.count
        ).write(to: &outbound)
        outbound.writeInteger(deadline)
        outbound.writeBytes(message)
        return stream
    }

    /// Nil: it fits.
    func oversize(_ bytes: Int) -> SelvedgeError? {
        guard bytes > maxFrameBytes else { return nil }
        return SelvedgeError(
            .invalidArgument, ErrorCode.frameTooLarge.rawValue,
            "the message is \(bytes) bytes long, the server takes \(maxFrameBytes): send fewer at once",
            limit: maxFrameBytes)
    }

    // MARK: Ending

    /// Gives a stream up; the server is told.
    mutating func abandon(_ stream: UInt32) -> OpenCall? {
        switch calls[stream] {
        case nil, .abandoned: return nil
        case .some(let call):
            calls[stream] = .abandoned
            owed[stream] = nil
            write(.cancel, stream: stream)
            return call
        }
    }

    mutating func remove(_ stream: UInt32) -> OpenCall? {
        guard let call = calls.removeValue(forKey: stream) else { return nil }
        owed[stream] = nil
        freed += 1
        return call
    }

    mutating func finish(_ call: OpenCall, _ error: SelvedgeError) {
        switch call {
        case .unary(let call): effects.append(.answer(call.continuation, .failure(error)))
        case .stream(let stream, _): effects.append(.end(stream, error))
        case .abandoned: break
        }
    }

    /// The end of everything: each open call ends with it. Only the first reason counts.
    mutating func close(_ reason: SelvedgeError) {
        switch phase {
        case .closed: return
        case .greeting(let continuation): if let continuation { effects.append(.greeted(continuation, reason)) }
        case .open, .draining: break
        }
        phase = .closed(reason)
        for stream in Array(calls.keys) {
            if let call = remove(stream) { finish(call, reason) }
        }
        effects.append(.event(.closed(reason)))
        effects.append(.close)
    }

    /// The server broke the protocol: it is told so, and the connection ends.
    mutating func fail(_ reason: SelvedgeError) {
        if case .closed = phase { return }
        var detail = SelvedgeErrorDetail()
        detail.code = reason.code
        detail.message = reason.message
        goaway(status: .invalidArgument, detail)
        close(reason)
    }

    mutating func goaway(status: Status, _ detail: SelvedgeErrorDetail) {
        let bytes: [UInt8] = (try? detail.serializedBytes()) ?? []
        write(.goaway, code: status.rawValue, [0, 0, 0, 0] + bytes)
    }

    mutating func drain() {
        guard isOpen else { return }
        phase = .draining
        effects.append(.event(.draining))
    }

    /// Ends a connection that drains once nothing is open on it.
    mutating func closeIfDrained() {
        guard isDraining, calls.isEmpty else { return }
        close(.lost("the connection was closed after its last call"))
    }
}
