internal import NIOCore
internal import Wire

/// Messages of open streams, and their credit.
extension WireConnection {
    func message(_ header: FrameHeader, _ payload: ByteBuffer) {
        guard header.stream <= lastStream else { return protocolError("a MESSAGE on a stream that was never opened") }
        // What comes on a stream that has ended is dropped.
        guard var open = streams[header.stream] else { return }
        guard open.stream.method.kind == .bidirectional, !open.isEnded else {
            return protocolError("a MESSAGE on a stream that takes none")
        }
        guard open.credit > 0 else { return protocolError("a MESSAGE without credit") }
        open.credit -= payload.readableBytes
        open.queued += payload.readableBytes
        open.isEnded = header.flags.contains(.end)
        streams[header.stream] = open
        open.stream.push(payload)
        if open.isEnded { open.stream.end() }
    }

    func halfClose(_ header: FrameHeader) {
        guard header.stream <= lastStream else { return protocolError("HALF_CLOSE of a stream that was never opened") }
        guard var open = streams[header.stream] else { return }
        guard open.stream.method.kind == .bidirectional, !open.isEnded else {
            return protocolError("HALF_CLOSE of a stream that has ended")
        }
        open.isEnded = true
        streams[header.stream] = open
        open.stream.end()
    }

    func cancel(_ id: UInt32) {
        guard id <= lastStream else { return protocolError("CANCEL of a stream that was never opened") }
        finish(id, .failure(CallError(.cancelled, "the caller gave the call up")))
    }

    func credit(_ id: UInt32, _ payload: ByteBuffer) {
        guard id <= lastStream else { return protocolError("CREDIT of a stream that was never opened") }
        guard let open = streams[id], let count = payload.getInteger(at: payload.readerIndex, as: UInt32.self) else {
            return
        }
        guard open.stream.add(credit: Int(count)) else { return protocolError("a credit of more than 2,147,483,647") }
    }

    /// A message was taken by the task that serves the stream: its sender may send as much again.
    func consumed(_ count: Int, on id: UInt32, counts: Bool) {
        guard phase != .closed, var open = streams[id] else { return }
        open.queued -= min(count, open.queued)
        let grant = WireProtocol.initialCredit - open.queued - open.credit
        if counts, !open.isEnded, grant >= WireProtocol.initialCredit / 4 {
            open.credit += grant
            write(.credit, stream: id, ByteBuffer(integer: UInt32(grant)))
        }
        streams[id] = open
        flush()
    }

    // MARK: To the caller

    /// Writes a message of a stream once the other side reads. From the task that serves it.
    func send(_ message: ByteBuffer, on stream: WireStream) async {
        await withCheckedContinuation { continuation in
            loop.execute { self.write(message, on: stream.id, continuation) }
        }
    }

    private func write(_ message: ByteBuffer, on id: UInt32, _ continuation: CheckedContinuation<Void, Never>) {
        guard phase != .closed, streams[id] != nil else { return continuation.resume() }
        var frame = ByteBuffer()
        FrameHeader(.message, stream: id, length: message.readableBytes).write(to: &frame)
        frame.writeImmutableBuffer(message)
        guard waiting.isEmpty, let context, context.channel.isWritable else {
            waiting.append(Waiting(frame: frame, continuation: continuation))
            return
        }
        output.writeBuffer(&frame)
        flush()
        continuation.resume()
    }

    /// The other side reads again.
    func writeWaiting() {
        while let context, context.channel.isWritable, !waiting.isEmpty {
            var entry = waiting.removeFirst()
            output.writeBuffer(&entry.frame)
            flush()
            entry.continuation.resume()
        }
    }
}
