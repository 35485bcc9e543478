internal import Engine
internal import Identity
internal import NIOCore
internal import SwiftProtobuf
internal import Wire

/// A call that is not answered yet.
struct OpenStream {
    let stream: WireStream
    /// Bytes that the caller may send on it.
    var credit: Int
    var isEnded: Bool
    /// Bytes of its request that are held.
    var held = 0
    /// Bytes of its messages that are held, within its credit.
    var queued = 0
    /// Whether its credit was set aside of what all connections share.
    var hasWindow = false
    var task: Task<Void, Never>?
    var purpose: CallPurpose?
    var deadline: Scheduled<Void>?

    func give(up error: CallError) {
        stream.fail(error)
        task?.cancel()
        deadline?.cancel()
    }
}

/// Calls: those answered on the spot, and those that take their time.
extension WireConnection {
    // MARK: On the spot

    /// A read so short that it is done on the connection's own thread.
    func isShortRead(_ header: FrameHeader) -> Bool {
        header.kind == FrameKind.request.rawValue && phase == .open
            && Method(short: header.code) != nil
            && header.flags == .end && header.length >= 4
    }

    /// Answers the short reads that lie at the front of the input, from one snapshot: all of them were read before it is taken.
    func answerShortReads() {
        let turn: Turn
        do throws(CallError) {
            turn = try Turn(handlers)
        } catch {
            return answerShortReads(failing: error)
        }
        answerShortReads(turn)
    }

    private func answerShortReads(_ turn: consuming Turn) {
        // Of this thread alone while the turn lasts, so that nothing is counted or checked for each byte.
        var bytes = input
        var answers = output
        input = ByteBuffer()
        output = ByteBuffer()
        var began = NIODeadline.now()
        var ahead = Ahead(capacity: holdsMany(bytes) ? 64 : 0)
        while mayProcess, answers.readableBytes < limits.outboundBytes, let header = FrameHeader(peeking: bytes),
            isShortRead(header), header.length <= UInt32(limits.maxFrameBytes),
            bytes.readableBytes >= FrameHeader.size + Int(header.length), header.stream > lastStream
        {
            _ = open(header.stream)
            answered += 1
            if ahead.capacity > 0, ahead.isSpent { look(ahead: &ahead, bytes, turn) }
            ahead.advance()
            let isLong = answer(header, bytes, into: &answers, &turn, ahead, &began)
            let payload =
                isLong ? bytes.getSlice(at: bytes.readerIndex + FrameHeader.size, length: Int(header.length)) : nil
            bytes.moveReaderIndex(forwardBy: FrameHeader.size + Int(header.length))
            // It waits for the audit or the writer, or has much to read.
            if let payload { start(header, payload) }
        }
        let others = output
        output = answers
        output.writeImmutableBuffer(others)
        input = bytes
        // The one at the front is no such read, or a mistake.
        if let header = FrameHeader(peeking: input), header.stream <= lastStream, isShortRead(header) {
            _ = open(header.stream)
        }
    }

    /// Whether there are so many frames that it is worth to look ahead, as far as the first one's length tells.
    private func holdsMany(_ bytes: ByteBuffer) -> Bool {
        guard let header = FrameHeader(peeking: bytes), header.code == Method.resolve.rawValue else { return false }
        return bytes.readableBytes >= Ahead.fewest * (FrameHeader.size + Int(header.length))
    }

    /// Looks at the calls of Resolve at the front of the input, as many as can be walked together.
    private func look(ahead: inout Ahead, _ bytes: ByteBuffer, _ turn: borrowing Turn) {
        guard let caller else { return }
        var messages: [Range<Int>] = []
        messages.reserveCapacity(ahead.capacity)
        var rest = bytes
        while messages.count < ahead.capacity, let header = FrameHeader(peeking: rest), isShortRead(header),
            rest.readableBytes >= FrameHeader.size + Int(header.length)
        {
            let start = rest.readerIndex - bytes.readerIndex + FrameHeader.size
            let isResolve = header.code == Method.resolve.rawValue
            messages.append(isResolve ? start + 4..<start + Int(header.length) : start..<start)
            rest.moveReaderIndex(forwardBy: FrameHeader.size + Int(header.length))
        }
        handlers.look(ahead: &ahead, messages, bytes.readableBytesUInt8Span, caller, turn)
    }

    /// - Returns: whether the call takes its time after all, and was not answered.
    private func answer(
        _ header: FrameHeader, _ input: ByteBuffer, into output: inout ByteBuffer, _ turn: inout Turn,
        _ ahead: borrowing Ahead, _ began: inout NIODeadline
    ) -> Bool {
        let start = output.writerIndex
        let method = Method(short: header.code) ?? .resolve
        output.writeInteger(0 as UInt64)
        output.writeInteger(0 as UInt32)
        var purpose = -1
        var status = Status.ok
        do throws(CallError) {
            let caller = try currentCaller(at: turn.now)
            let range = FrameHeader.size + 4..<FrameHeader.size + Int(header.length)
            let message = input.readableBytesUInt8Span.extracting(range)
            guard let index = try handlers.answerShort(method, message, caller, &turn, ahead, into: &output) else {
                output.moveWriterIndex(to: start)
                return true
            }
            purpose = index
            guard output.writerIndex - start - FrameHeader.size <= limits.maxFrameBytes else {
                throw CallError(
                    .batchTooLarge, "the answer is larger than a frame; ask for fewer subjects, or for no members",
                    limit: limits.maxFrameBytes)
            }
        } catch {
            status = error.status
            output.moveWriterIndex(to: start + FrameHeader.size)
            let detail: [UInt8] = (try? error.detail.serializedBytes()) ?? []
            output.writeBytes(detail)
        }
        let length = output.writerIndex - start - FrameHeader.size
        FrameHeader(.response, stream: header.stream, code: status.rawValue, length: length).set(in: &output, at: start)
        let now = NIODeadline.now()
        server.metrics.called(method, purpose: purpose, status: status, nanoseconds: (now - began).nanoseconds)
        began = now
        return false
    }

    private func answerShortReads(failing error: CallError) {
        guard let header = FrameHeader(peeking: input), open(header.stream) else { return }
        input.moveReaderIndex(forwardBy: FrameHeader.size + Int(header.length))
        write(error, stream: header.stream)
    }

    /// Who calls, under the policy that is current.
    private func currentCaller(at now: Timestamp) throws(CallError) -> Caller {
        guard let caller else { throw CallError(.unauthenticated, "the call needs credentials") }
        let current = try caller.current(at: now)
        if current !== caller { self.caller = current }
        return current
    }

    // MARK: Streams

    /// Takes the number of a new stream.
    private func open(_ id: UInt32) -> Bool {
        guard id > lastStream else {
            protocolError("a REQUEST's stream is not larger than every one before")
            return false
        }
        lastStream = id
        control.called()
        return true
    }

    func request(_ header: FrameHeader, _ payload: ByteBuffer) {
        guard open(header.stream) else { return }
        guard phase == .open else {
            return write(
                CallError(.draining, "the connection is ending; send the call on another"), stream: header.stream)
        }
        start(header, payload)
    }

    /// Begins a call whose stream is open.
    private func start(_ header: FrameHeader, _ payload: ByteBuffer) {
        do throws(CallError) {
            guard let method = Method(rawValue: header.code) else {
                throw CallError(.unknownMethod, "no method has the code \(header.code)")
            }
            if method == .health || method == .authenticate { return answerOfSession(method, header, payload) }
            let caller = try currentCaller(at: handlers.now)
            try caller.grants.admits(method, at: handlers.now).check()
            guard streams.count < limits.streams else {
                throw CallError(
                    .tooManyStreams, "the connection has \(limits.streams) open calls; wait for one, or open another",
                    limit: limits.streams, retryAfter: 10)
            }
            guard method.kind == .bidirectional || header.flags.contains(.end) else {
                throw CallError(.malformedMessage, "\(method) takes one message; send its REQUEST with END")
            }
            serve(method, caller, header, payload)
        } catch {
            write(error, stream: header.stream)
        }
    }

    private func serve(_ method: Method, _ caller: Caller, _ header: FrameHeader, _ payload: ByteBuffer) {
        var payload = payload
        let asked = payload.readInteger(as: UInt32.self) ?? 0
        let longest = method.kind == .unary ? limits.unaryDeadline : limits.streamDeadline
        let time = asked == 0 ? longest : min(longest, .milliseconds(Int64(asked)))
        let stream = WireStream(id: header.stream, method: method, credit: initialCredit, began: .now())
        let isEnded = header.flags.contains(.end)
        var open = OpenStream(
            stream: stream, credit: WireProtocol.initialCredit, isEnded: isEnded)
        if method.kind == .bidirectional {
            guard server.inbound.take(WireProtocol.initialCredit) else {
                return write(
                    CallError(
                        .tooManyStreams, "the server's streams hold all the memory that they may; try again later",
                        retryAfter: 1_000), stream: header.stream)
            }
            open.hasWindow = true
        } else {
            open.held = payload.readableBytes
            held += open.held
        }
        open.deadline = loop.scheduleTask(in: TimeAmount(time)) { [weak self] in
            self?.finish(
                header.stream,
                .failure(CallError(.deadlineExceeded, "the call took longer than \(time.milliseconds) milliseconds")))
        }
        let call = Call(method: method, grants: caller.grants, budget: caller.budget)
        open.purpose = call.purpose
        if method.kind == .bidirectional {
            if payload.readableBytes > 0 { stream.push(payload) }
            if isEnded { stream.end() }
        }
        open.task = method.kind == .unary ? unary(stream, payload, call) : streaming(stream, payload, call)
        streams[header.stream] = open
        server.metrics[.wire].streams.add(1)
    }

    private func unary(_ stream: WireStream, _ message: ByteBuffer, _ call: Call) -> Task<Void, Never> {
        Task { [handlers, loop, self] in
            let result: Result<ByteBuffer, CallError>
            do throws(CallError) {
                result = .success(try await handlers.answer(message, call))
            } catch {
                result = .failure(error)
            }
            loop.execute { self.finish(stream.id, result) }
        }
    }

    private func streaming(_ stream: WireStream, _ first: ByteBuffer, _ call: Call) -> Task<Void, Never> {
        let isOneWay = call.method.kind == .serverStream
        if isOneWay {
            stream.push(first)
            stream.end()
        }
        let messages = MessageStream(
            next: { [loop, self] in
                guard let message = try await stream.next() else { return nil }
                loop.execute { self.consumed(message.readableBytes, on: stream.id, counts: !isOneWay) }
                return message
            },
            send: { [self] message in
                try await stream.takeCredit(message.readableBytes)
                await self.send(message, on: stream)
            })
        return Task { [handlers, loop, self] in
            let result: Result<ByteBuffer, CallError>
            do throws(CallError) {
                try await handlers.serve(messages, call)
                result = .success(ByteBuffer())
            } catch {
                result = .failure(error)
            }
            loop.execute { self.finish(stream.id, result) }
        }
    }

    /// A call ends with its RESPONSE: once.
    func finish(_ id: UInt32, _ result: Result<ByteBuffer, CallError>) {
        guard phase != .closed, let open = streams.removeValue(forKey: id) else { return }
        server.metrics[.wire].streams.add(-1)
        held -= open.held
        if open.hasWindow { server.inbound.giveBack(WireProtocol.initialCredit) }
        var status = Status.ok
        switch result {
        case .success(let message) where message.readableBytes <= limits.maxFrameBytes:
            open.deadline?.cancel()
            write(.response, stream: id, message)
        case .success:
            let error = CallError(
                .batchTooLarge, "the answer is larger than a frame; ask for less", limit: limits.maxFrameBytes)
            status = error.status
            write(error, stream: id)
        case .failure(let error):
            open.give(up: error)
            status = error.status
            write(error, stream: id)
        }
        let time = NIODeadline.now() - open.stream.began
        server.metrics.called(
            open.stream.method, purpose: open.purpose?.place ?? -1, status: status, nanoseconds: time.nanoseconds)
        flush()
        closeWhenDone()
        resume()
    }

    // MARK: Of the connection

    private func answerOfSession(_ method: Method, _ header: FrameHeader, _ payload: ByteBuffer) {
        var payload = payload
        payload.moveReaderIndex(forwardBy: 4)
        do throws(CallError) {
            if method == .health { return write(.response, stream: header.stream, try health(payload)) }
            let request: SelvedgeAuthenticateRequest = try handlers.decode(payload)
            renew(header.stream, request.token)
        } catch {
            write(error, stream: header.stream)
        }
    }

    private func health(_ payload: ByteBuffer) throws(CallError) -> ByteBuffer {
        let request: GRPCHealthCheckRequest = try handlers.decode(payload)
        return try handlers.encode(handlers.health(request, isServing: server.isServing() && !server.isDraining))
    }

    private func renew(_ id: UInt32, _ token: String) {
        authenticate(token) { [weak self] result in
            guard let self, self.phase == .open || self.phase == .leaving else { return }
            do throws(CallError) {
                let principal = try result.get()
                let before = self.caller?.principal
                guard before == nil || before?.kind == .nobody || before?.name == principal.name else {
                    throw CallError(.unauthenticated, "the connection belongs to another; open one of your own")
                }
                self.caller = try self.handlers.caller(principal)
                var response = SelvedgeAuthenticateResponse()
                response.principal = principal.name
                response.expiresMs = principal.expires?.milliseconds ?? 0
                self.write(.response, stream: id, try self.handlers.encode(response))
            } catch {
                self.server.metrics.authenticationFailed(error.code)
                self.write(error, stream: id)
            }
            self.flush()
        }
    }
}
