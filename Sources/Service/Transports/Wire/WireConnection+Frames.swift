internal import NIOCore
internal import SwiftProtobuf
internal import Wire

/// Reading frames.
extension WireConnection {
    /// Looks at every frame that is whole, while the other side reads its answers.
    func process() {
        while mayProcess, let header = FrameHeader(peeking: input) {
            let most = phase == .hello ? WireProtocol.helloBytes : limits.maxFrameBytes
            guard header.length <= UInt32(most) else {
                return goaway(
                    CallError(
                        .frameTooLarge,
                        "a frame has \(header.length) bytes, the limit is \(most); send smaller batches",
                        limit: most))
            }
            guard input.readableBytes >= FrameHeader.size + Int(header.length) else { break }
            if isShortRead(header) {
                answerShortReads()
                continue
            }
            input.moveReaderIndex(forwardBy: FrameHeader.size)
            guard let payload = input.readSlice(length: Int(header.length)) else { break }
            take(header, payload)
        }
        if input.readableBytes == 0 {
            input = ByteBuffer()
            partialSince = nil
        } else {
            if input.readerIndex > 65_536 { input.discardReadBytes() }
            makeRoomForRest()
            partialSince = partialSince ?? .now()
        }
        updateReading()
    }

    /// Room for the rest of a long frame at once: a buffer that grows by doubling leaves holes as large as itself. Memory that is
    /// not written yet is none. A length past the limit may stand here where frames wait: it is refused when its turn comes.
    private func makeRoomForRest() {
        guard let header = FrameHeader(peeking: input), header.length > 65_536,
            header.length <= UInt32(limits.maxFrameBytes)
        else { return }
        let rest = FrameHeader.size + Int(header.length) - input.readableBytes
        guard rest > 0, input.writableBytes < rest else { return }
        input.discardReadBytes()
        input.reserveCapacity(minimumWritableBytes: rest)
    }

    private func take(_ header: FrameHeader, _ payload: ByteBuffer) {
        guard let kind = FrameKind(rawValue: header.kind), isWellFormed(kind, header) else {
            return protocolError("a frame of kind \(header.kind) is not as the protocol says")
        }
        guard phase != .hello || kind == .hello || kind == .goaway else {
            return protocolError("the first frame must be HELLO")
        }
        switch kind {
        case .hello: hello(payload)
        case .request: request(header, payload)
        case .message: message(header, payload)
        case .halfClose: halfClose(header)
        case .cancel: if takeControl() { cancel(header.stream) }
        case .credit: if takeControl() { credit(header.stream, payload) }
        case .ping: ping(header, payload)
        case .goaway: leave()
        case .response: protocolError("a client sends no RESPONSE")
        }
    }

    /// Flags, stream and length as they may be.
    private func isWellFormed(_ kind: FrameKind, _ header: FrameHeader) -> Bool {
        let allowed: FrameFlags
        let isOfStream: Bool
        let lengths: ClosedRange<UInt32>
        switch kind {
        case .hello: (allowed, isOfStream, lengths) = ([], false, 8...UInt32(WireProtocol.helloBytes))
        case .request: (allowed, isOfStream, lengths) = (.end, true, 4...UInt32.max)
        case .message: (allowed, isOfStream, lengths) = (.end, true, 0...UInt32.max)
        case .halfClose, .cancel: (allowed, isOfStream, lengths) = ([], true, 0...0)
        case .credit: (allowed, isOfStream, lengths) = ([], true, 4...4)
        case .ping: (allowed, isOfStream, lengths) = (.acknowledgement, false, 8...8)
        case .goaway: (allowed, isOfStream, lengths) = ([], false, 4...UInt32.max)
        case .response: return true
        }
        return header.flags.isSubset(of: allowed) && (header.stream != 0) == isOfStream
            && lengths.contains(header.length) && (kind == .request || kind == .goaway || header.code == 0)
    }

    func protocolError(_ what: String) {
        goaway(CallError(.protocolError, "\(what); see the specification of the wire protocol"))
    }

    // MARK: Frames about the connection

    private func takeControl() -> Bool {
        if control.take(at: .now()) { return true }
        goaway(
            CallError(
                .tooManyControlFrames, "more than \(limits.controlFrames) PING, CANCEL or CREDIT frames in a second",
                limit: limits.controlFrames, retryAfter: 1_000))
        return false
    }

    private func ping(_ header: FrameHeader, _ payload: ByteBuffer) {
        guard takeControl(), !header.flags.contains(.acknowledgement) else { return }
        write(.ping, stream: 0, flags: .acknowledgement, payload)
    }

    /// The client goes when its calls are answered.
    private func leave() {
        guard phase == .open || phase == .hello else { return }
        phase = .leaving
        closeWhenDone()
    }

    /// Says why the connection ends. One that is not a drain ends at once.
    func goaway(_ error: CallError) {
        guard phase != .closed else { return }
        let isDrain = error.code == ErrorCode.draining.rawValue
        if phase == .leaving, isDrain { return }
        let detail: [UInt8] = (try? error.detail.serializedBytes()) ?? []
        let code = isDrain ? Status.ok : error.status
        FrameHeader(.goaway, code: code.rawValue, length: 4 + detail.count).write(to: &output)
        output.writeInteger(lastStream)
        output.writeBytes(detail)
        if isDrain {
            phase = .leaving
            flush()
            return closeWhenDone()
        }
        close(error)
        closeSoon()
    }

    /// What the client still sends is thrown away for a moment, so that it can read why: closed at once, the connection might
    /// be reset under it.
    private func closeSoon() {
        flush()
        guard let context else { return }
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        // Nothing of the connection is kept for it but the channel, and that only while the client stays: thousands a second
        // would be held for the whole second otherwise.
        let end = loop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in end.cancel() }
    }

    /// From any thread.
    func drain() {
        loop.execute { self.goaway(CallError(.draining, "the server is being stopped; use another connection")) }
    }

    func closeWhenDone() {
        guard phase == .leaving, streams.isEmpty else { return }
        flush()
        close(CallError(.draining, "the connection has ended"))
        closeSoon()
    }

    // MARK: Time

    /// What has been waited for too long.
    func look() {
        guard phase != .closed else { return }
        let now = NIODeadline.now()
        if phase == .hello || phase == .authenticating {
            guard now - opened >= TimeAmount(limits.handshake) else { return }
            return goaway(CallError(.deadlineExceeded, "HELLO did not come in time"))
        }
        if let since = partialSince ?? stalledSince, now - since >= TimeAmount(limits.writeStall) {
            return goaway(CallError(.idle, "a frame was not sent, or answers were not read, in time"))
        }
        guard streams.isEmpty else { return }
        let quiet = now - lastRead
        let isGone = askedAt.map { now - $0 >= .seconds(20) } ?? false
        if isGone || quiet >= TimeAmount(limits.idle) {
            return goaway(CallError(.idle, "nothing happened on the connection"))
        }
        guard quiet >= TimeAmount(limits.idle / 2), askedAt == nil else { return }
        askedAt = now
        write(.ping, stream: 0, ByteBuffer(integer: lastRead.uptimeNanoseconds))
        flush()
    }
}
