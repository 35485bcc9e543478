internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import SwiftASN1
internal import Synchronization
internal import Wire
internal import X509

/// Who makes a gRPC call: by the connection's certificate, or by the call's bearer token. What a token was found to be is
/// remembered until it ends or the policy changes.
final class GRPCCallers: Sendable {
    private struct Known {
        var callers: [String: Caller] = [:]
        var generation: UInt64 = 0
    }

    private let handlers: Handlers
    private let insecure: Principal?
    private let metrics: ServiceMetrics
    private let known = Mutex(Known())

    /// Tokens remembered at a time.
    private static let limit = 4_096

    init(_ handlers: Handlers, insecure: Principal?, metrics: ServiceMetrics) {
        self.handlers = handlers
        self.insecure = insecure
        self.metrics = metrics
    }

    func caller(_ metadata: Metadata, _ context: ServerContext) async throws(CallError) -> Caller {
        do throws(CallError) {
            return try await identify(metadata, context).current(at: handlers.now)
        } catch {
            if error.status == .unauthenticated { metrics.authenticationFailed(error.code) }
            throw error
        }
    }

    private func identify(_ metadata: Metadata, _ context: ServerContext) async throws(CallError) -> Caller {
        if let insecure { return try remembered("", insecure) }
        let bearers = Array(metadata[stringValues: "authorization"])
        let certificate = (context.transportSpecific as? HTTP2ServerTransport.Posix.Context)?.peerCertificate
        switch (certificate, bearers.first) {
        case (nil, nil): return try handlers.caller(Principal(name: "", kind: .nobody, expires: nil))
        case (_?, _?):
            throw CallError(.unauthenticated, "a certificate and a token; say who you are in one way")
        case (let certificate?, nil):
            let bytes = try Self.bytes(of: certificate)
            let principal = try handlers.authority.authenticate(certificates: [bytes])
            return try remembered("certificate \(principal.name)", principal)
        case (nil, let text?):
            guard bearers.count == 1, text.count > 7, text.prefix(7).lowercased() == "bearer " else {
                throw CallError(.unauthenticated, "authorization must be one `Bearer TOKEN`")
            }
            return try await caller(token: String(text.dropFirst(7)))
        }
    }

    private func caller(token: String) async throws(CallError) -> Caller {
        if let caller = recall(token) { return caller }
        let caller = try handlers.caller(try await handlers.authority.authenticate(token: token))
        remember(token, caller)
        return caller
    }

    private func remembered(_ name: String, _ principal: Principal) throws(CallError) -> Caller {
        if let caller = recall(name), caller.principal == principal { return caller }
        let caller = try handlers.caller(principal)
        remember(name, caller)
        return caller
    }

    private func recall(_ name: String) -> Caller? {
        let generation = handlers.authority.generation
        return known.withLock { known in
            guard known.generation == generation else {
                known = Known(generation: generation)
                return nil
            }
            return known.callers[name]
        }
    }

    private func remember(_ name: String, _ caller: Caller) {
        known.withLock { known in
            if known.callers.count >= Self.limit { known.callers = [:] }
            known.callers[name] = caller
        }
    }

    private static func bytes(of certificate: Certificate) throws(CallError) -> [UInt8] {
        do {
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return serializer.serializedBytes
        } catch {
            throw CallError(.unauthenticated, "the certificate cannot be read")
        }
    }
}
