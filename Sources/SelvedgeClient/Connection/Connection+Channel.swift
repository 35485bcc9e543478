internal import NIOCore
internal import SwiftProtobuf
internal import Synchronization
internal import Wire

/// What the channel brings, on its event loop.
extension Connection {
    func activated(_ channel: any Channel, token: String) {
        let hello = SelvedgeClientHello.with {
            $0.token = token
            $0.agent = options.agent
            $0.initialCredit = UInt32(clamping: options.streamCredit)
        }
        let bytes: [UInt8] = (try? hello.serializedBytes()) ?? []
        change { state in
            state.channel = channel
            var head = ByteBuffer()
            head.writeInteger(WireProtocol.magic)
            head.writeInteger(WireProtocol.version)
            head.writeInteger(WireProtocol.version)
            state.write(.hello, Array(head.readableBytesView) + bytes)
        }
        eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { [weak self] task in
            guard let self, self.ticked() else { return task.cancel() }
        }
    }

    func received(_ reader: inout FrameReader) {
        change { state in
            state.lastHeard = .now()
            do throws(SelvedgeError) {
                while let (header, payload) = try reader.next(limit: state.maxFrameBytes) {
                    try state.receive(header, payload)
                }
            } catch {
                state.fail(error)
            }
            if state.isOpen {
                most.store(min(Int(state.server.maxStreams), options.maxInFlight), ordering: .relaxed)
            }
        }
    }

    func writabilityChanged(_ isWritable: Bool) {
        change { $0.isWritable = isWritable }
    }

    func ended(_ why: String) { change { $0.close(.lost(why)) } }

    private func ticked() -> Bool {
        change { state in
            state.tick(now: .now(), keepalive: TimeAmount(options.keepalive))
            if case .closed = state.phase { return false }
            return true
        }
    }
}

/// What streams ask.
extension Connection {
    /// Called with the stream's lock held: so nothing is written in place, and nobody is woken.
    func send(_ kind: FrameKind, on stream: UInt32, _ payload: [UInt8]) {
        let flushes = state.withLock { state in
            guard case .stream = state.calls[stream] else { return false }
            state.write(kind, stream: stream, payload)
            return needsFlush(&state)
        }
        if flushes { scheduleFlush() }
    }

    func oversize(_ bytes: Int) -> SelvedgeError? { state.withLock { $0.oversize(bytes) } }

    func pay(_ bytes: Int, to stream: UInt32) { change { $0.pay(bytes, to: stream, now: .now()) } }

    func abandon(_ stream: UInt32) { change { _ = $0.abandon(stream) } }
}
