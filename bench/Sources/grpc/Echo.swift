internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix

/// Answers every call with the same bytes, and does nothing else: what gRPC itself costs.
struct Echo: RegistrableRPCService {
    static let method = MethodDescriptor(fullyQualifiedService: "bench.Echo", method: "Resolve")

    let answer: [UInt8]

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(forMethod: Self.method, deserializer: RawBytes(), serializer: RawBytes()) {
            [answer] request, _ in
            // Taken as a unary call is: one message in, one out.
            for try await _ in request.messages {}
            return StreamingServerResponse(single: ServerResponse(message: answer))
        }
    }

    /// Serves on a free port of the loopback and says which; until the process is ended.
    func serve() async throws {
        let transport = HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext)
        try await withGRPCServer(transport: transport, services: [self]) { server in
            let address = try await server.listeningAddress
            say("listening grpc=127.0.0.1:\(address?.ipv4?.port ?? 0)")
            try await Task.sleep(for: .seconds(86_400))
        }
    }
}
