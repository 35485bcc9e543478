internal import GRPCCore
package import GRPCNIOTransportHTTP2Posix
internal import NIOCore
internal import SwiftProtobuf
internal import Synchronization
internal import Wire

/// The same methods over gRPC: the same handlers, access and limits.
package final class GRPCTransport: Transport {
    private let handlers: Handlers
    private let metrics: ServiceMetrics
    private let callers: GRPCCallers
    private let isServing: @Sendable () -> Bool
    private let transport: HTTP2ServerTransport.Posix
    private let server = Mutex<GRPCServer<HTTP2ServerTransport.Posix>?>(nil)
    private let running = Mutex<Task<Void, any Error>?>(nil)
    private let draining = Atomic<Bool>(false)

    package init(
        _ handlers: Handlers, metrics: ServiceMetrics, at address: GRPCNIOTransportHTTP2Posix.SocketAddress,
        security: HTTP2ServerTransport.Posix.TransportSecurity, insecure: Principal?,
        isServing: @escaping @Sendable () -> Bool
    ) {
        self.handlers = handlers
        self.metrics = metrics
        self.isServing = isServing
        callers = GRPCCallers(handlers, insecure: insecure, metrics: metrics)
        let limits = handlers.limits
        transport = HTTP2ServerTransport.Posix(
            address: address, transportSecurity: security,
            config: .defaults { config in
                config.rpc.maxRequestPayloadSize = limits.maxFrameBytes
                config.http2.maxConcurrentStreams = limits.streams
                config.connection.maxIdleTime = limits.idle
                config.connection.maxGraceTime = limits.drain
                let places = GRPCPlaces(limits, metrics: metrics[.grpc])
                config.channelDebuggingCallbacks.onAcceptTCPConnection = { places.take($0) }
            })
    }

    package func start() async throws -> BoundAddress {
        var router = RPCRouter<HTTP2ServerTransport.Posix>()
        for method in Method.allCases where !method.isOfWireAlone { register(method, in: &router) }
        registerHealthWatch(in: &router)
        let server = GRPCServer(transport: transport, router: router)
        self.server.withLock { $0 = server }
        running.withLock { $0 = Task { try await server.serve() } }
        let address = try await transport.listeningAddress
        if let inet = address.ipv4 { return BoundAddress("\(inet.host):\(inet.port)") }
        if let inet = address.ipv6 { return BoundAddress("[\(inet.host)]:\(inet.port)") }
        return BoundAddress("unix:\(address.unixDomainSocket?.path ?? "")")
    }

    package func drain(within time: Duration) async {
        draining.store(true, ordering: .relaxed)
        guard let server = server.withLock({ $0 }), let task = running.withLock({ $0 }) else { return }
        server.beginGracefulShutdown()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await task.result }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
            task.cancel()
        }
    }

    package func stop() async {
        let task = running.withLock { $0 }
        task?.cancel()
        _ = await task?.result
    }

    // MARK: Methods

    private func register(_ method: Method, in router: inout RPCRouter<HTTP2ServerTransport.Posix>) {
        let descriptor = MethodDescriptor(fullyQualifiedService: method.service, method: method.name)
        router.registerHandler(forMethod: descriptor, deserializer: RawDeserializer(), serializer: RawSerializer()) {
            request, context in
            do throws(CallError) {
                return try await self.answer(method, request, context)
            } catch {
                throw RPCError(error)
            }
        }
    }

    private func answer(
        _ method: Method, _ request: StreamingServerRequest<ByteBuffer>, _ context: ServerContext
    ) async throws(CallError) -> StreamingServerResponse<ByteBuffer> {
        if method == .health { return try await health(request) }
        let began = NIODeadline.now()
        let caller = try await callers.caller(request.metadata, context)
        try caller.grants.admits(method, at: handlers.now).check()
        let call = Call(method: method, grants: caller.grants, budget: caller.budget)
        if method.kind != .unary { return stream(call, request, context.cancellation, began) }
        let message = try await Self.only(request)
        let result: Result<ByteBuffer, CallError>
        do throws(CallError) {
            if let (answer, place) = try spot(method, message, caller) {
                call.purpose.place = place
                result = .success(answer)
            } else {
                metrics[.grpc].streams.add(1)
                defer { metrics[.grpc].streams.add(-1) }
                result = .success(
                    try await Deadline.run(handlers.limits.unaryDeadline) { () async throws(CallError) in
                        try await self.handlers.answer(message, call)
                    })
            }
        } catch {
            result = .failure(error)
        }
        report(method, call.purpose.place, result, began)
        return StreamingServerResponse(single: ServerResponse(message: try result.get()))
    }

    /// Short reads: at once. Nil: of what is none.
    private func spot(_ method: Method, _ message: ByteBuffer, _ caller: Caller) throws(CallError) -> (ByteBuffer, Int)?
    {
        guard Method(short: method.rawValue) != nil else { return nil }
        var out = ByteBuffer()
        var turn = try Turn(handlers)
        let bytes = message.readableBytesUInt8Span
        let purpose = try handlers.answerShort(method, bytes, caller, &turn, Ahead(capacity: 0), into: &out)
        return purpose.map { (out, $0) }
    }

    private func stream(
        _ call: Call, _ request: StreamingServerRequest<ByteBuffer>,
        _ cancellation: ServerContext.RPCCancellationHandle, _ began: NIODeadline
    ) -> StreamingServerResponse<ByteBuffer> {
        StreamingServerResponse { writer in
            let messages = IncomingMessages(request.messages)
            let stream = MessageStream(next: { try await messages.next() }, send: { try await writer.write($0) })
            self.metrics[.grpc].streams.add(1)
            defer { self.metrics[.grpc].streams.add(-1) }
            let result: Result<Void, CallError>
            do throws(CallError) {
                let gone: @Sendable () async -> Void = { await self.abandoned(cancellation) }
                try await Deadline.run(self.handlers.limits.streamDeadline, isGone: gone) {
                    () async throws(CallError) in
                    try await self.handlers.serve(stream, call)
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            self.report(call.method, call.purpose.place, result, began)
            do throws(CallError) { try result.get() } catch { throw RPCError(error) }
            return [:]
        }
    }

    /// Returns when the caller has given the call up: gRPC cancels no task for it. It says the same when the server drains, and
    /// then calls go on for as long as that may take.
    private func abandoned(_ cancellation: ServerContext.RPCCancellationHandle) async {
        do {
            try await cancellation.cancelled
            if draining.load(ordering: .relaxed) { try await Task.sleep(for: handlers.limits.streamDeadline) }
        } catch {
            // The call has ended.
        }
    }

    private func report<Value>(
        _ method: Method, _ purpose: Int, _ result: Result<Value, CallError>, _ began: NIODeadline
    ) {
        var status = Status.ok
        if case .failure(let error) = result { status = error.status }
        metrics.called(
            method, purpose: purpose, status: status, nanoseconds: (NIODeadline.now() - began).nanoseconds)
    }

    private static func only(_ request: StreamingServerRequest<ByteBuffer>) async throws(CallError) -> ByteBuffer {
        do {
            for try await message in request.messages { return message }
        } catch {
            throw CallError(.malformedMessage, "the message could not be read")
        }
        throw CallError(.malformedMessage, "the call has no message")
    }

    // MARK: Health

    private func health(
        _ request: StreamingServerRequest<ByteBuffer>
    ) async throws(CallError) -> StreamingServerResponse<ByteBuffer> {
        let message: GRPCHealthCheckRequest = try handlers.decode(try await Self.only(request))
        let answer = try handlers.health(message, isServing: mayServe)
        return StreamingServerResponse(single: ServerResponse(message: try handlers.encode(answer)))
    }

    private var mayServe: Bool { isServing() && !draining.load(ordering: .relaxed) }

    /// Tells the status whenever it changes; looked at each second, until the caller goes or the server drains.
    private func registerHealthWatch(in router: inout RPCRouter<HTTP2ServerTransport.Posix>) {
        let descriptor = MethodDescriptor(fullyQualifiedService: Method.health.service, method: "Watch")
        router.registerHandler(forMethod: descriptor, deserializer: RawDeserializer(), serializer: RawSerializer()) {
            request, context in
            let message: GRPCHealthCheckRequest
            do throws(CallError) {
                message = try self.handlers.decode(try await Self.only(request))
            } catch { throw RPCError(error) }
            return StreamingServerResponse { writer in
                self.metrics[.grpc].streams.add(1)
                defer { self.metrics[.grpc].streams.add(-1) }
                var last: GRPCHealthCheckResponse?
                while !Task.isCancelled {
                    var answer = GRPCHealthCheckResponse()
                    answer.status = .serviceUnknown
                    if let known = try? self.handlers.health(message, isServing: self.mayServe) { answer = known }
                    if answer != last { try await writer.write(try self.handlers.encode(answer)) }
                    last = answer
                    if context.cancellation.isCancelled { break }
                    try await Task.sleep(for: .seconds(1))
                }
                return [:]
            }
        }
    }
}

extension RPCError {
    /// The status as gRPC's own, its detail in the trailer `selvedge-error-bin`.
    init(_ error: CallError) {
        let detail: [UInt8] = (try? error.detail.serializedBytes()) ?? []
        var metadata = Metadata()
        metadata.addBinary(detail, forKey: "selvedge-error-bin")
        self.init(
            code: RPCError.Code(Int(error.status.rawValue)), message: "\(error.code): \(error.message)",
            metadata: metadata)
    }
}

extension RPCError.Code {
    fileprivate init(_ number: Int) {
        self = Status.Code(rawValue: number).flatMap(RPCError.Code.init) ?? .unknown
    }
}
