internal import NIOCore
internal import Wire

/// What happens by the clock.
extension ConnectionState {
    mutating func tick(now: NIODeadline, keepalive: TimeAmount) {
        switch phase {
        case .closed: return
        case .greeting:
            if now >= greetBefore {
                close(SelvedgeError(.unavailable, "connect_failed", "the server did not answer the hello in time"))
            }
            return
        case .open, .draining: break
        }
        expire(now)
        payCredit(now)
        watchOver(now, keepalive)
        if let time = renewAt, now >= time {
            renewAt = nil
            effects.append(.event(.renew))
        }
    }

    private mutating func expire(_ now: NIODeadline) {
        let late = calls.filter { _, call in
            switch call {
            case .unary(let call): now >= call.expires
            case .stream(_, let expires): now >= expires
            case .abandoned: false
            }
        }
        for stream in late.keys {
            if let call = abandon(stream) { finish(call, .deadline) }
        }
    }

    /// Asks a server that is silent whether it is there, and gives up one that does not answer.
    private mutating func watchOver(_ now: NIODeadline, _ keepalive: TimeAmount) {
        if let pinged {
            if now - pinged >= min(keepalive, .seconds(20)) {
                close(.lost("the server did not answer a ping"))
            }
        } else if now - lastHeard >= keepalive, control.spend(at: now) {
            pinged = now
            write(.ping, [0, 0, 0, 0, 0, 0, 0, 1])
        }
    }

    /// Gives the server back what was read from a stream, now or, past the budget, at a later tick.
    mutating func pay(_ bytes: Int, to stream: UInt32, now: NIODeadline) {
        guard case .stream = calls[stream] else { return }
        owed[stream, default: 0] += bytes
        payCredit(now)
    }

    private mutating func payCredit(_ now: NIODeadline) {
        while let (stream, bytes) = owed.first, control.spend(at: now) {
            owed[stream] = nil
            write(.credit, stream: stream, number: UInt32(clamping: bytes))
        }
    }
}
