internal import Foundation
internal import NIOCore
internal import NIOSSL
internal import SwiftProtobuf
internal import Wire

/// Who calls.
extension WireConnection {
    func hello(_ payload: ByteBuffer) {
        guard phase == .hello else { return protocolError("a second HELLO") }
        var payload = payload
        guard payload.readInteger(as: UInt32.self) == WireProtocol.magic,
            let least = payload.readInteger(as: UInt16.self),
            let most = payload.readInteger(as: UInt16.self), least <= most
        else { return protocolError("HELLO does not begin with SLVG and two versions") }
        guard (least...most).contains(WireProtocol.version) else {
            return goaway(
                CallError(
                    .unsupportedVersion, "the server speaks version \(WireProtocol.version)",
                    limit: Int(WireProtocol.version)))
        }
        guard let hello = try? SelvedgeClientHello(serializedBytes: Data(payload.readableBytesView)) else {
            return protocolError("HELLO holds no ClientHello")
        }
        if hello.initialCredit > 0 { initialCredit = Int(min(hello.initialCredit, UInt32(Int32.max))) }
        phase = .authenticating
        identify(token: hello.token)
    }

    private func identify(token: String) {
        if let insecure = server.insecure { return welcome(.success(insecure)) }
        let certificates = peerCertificates()
        switch (certificates.isEmpty, token.isEmpty) {
        case (false, false):
            welcome(
                .failure(CallError(.unauthenticated, "a certificate and a token; say who you are in one way")))
        case (false, true):
            welcome(Result { () throws(CallError) in try handlers.authority.authenticate(certificates: certificates) })
        case (true, true): welcome(.success(Principal(name: "", kind: .nobody, expires: nil)))
        case (true, false): authenticate(token) { self.welcome($0) }
        }
    }

    /// Looks at a token on another thread; the answer comes on the connection's.
    func authenticate(_ token: String, _ completion: @escaping (Result<Principal, CallError>) -> Void) {
        let authority = handlers.authority
        let completion = NIOLoopBound(completion, eventLoop: loop)
        Task { [loop] in
            let result: Result<Principal, CallError>
            do throws(CallError) {
                result = .success(try await authority.authenticate(token: token))
            } catch {
                result = .failure(error)
            }
            loop.execute { completion.value(result) }
        }
    }

    /// In DER, the leaf first; none where TLS brought none.
    private func peerCertificates() -> [[UInt8]] {
        guard let context, let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLHandler.self),
            let leaf = tls.peerCertificate, let bytes = try? leaf.toDERBytes()
        else { return [] }
        return [bytes]
    }

    private func welcome(_ result: Result<Principal, CallError>) {
        guard phase == .authenticating else { return }
        switch result {
        case .failure(let error):
            server.metrics.authenticationFailed(error.code)
            goaway(error)
        case .success(let principal):
            do throws(CallError) { caller = try handlers.caller(principal) } catch { return goaway(error) }
            write(.hello, stream: 0, answer(principal))
            phase = .open
            if server.isDraining { return drain() }
            resume()
        }
    }

    private func answer(_ principal: Principal) -> ByteBuffer {
        var hello = SelvedgeServerHello()
        hello.server = "selvedge/1"
        hello.principal = principal.name
        hello.maxFrameBytes = UInt32(limits.maxFrameBytes)
        hello.maxStreams = UInt32(limits.streams)
        hello.initialCredit = UInt32(WireProtocol.initialCredit)
        hello.maxBatch = UInt32(limits.batch)
        hello.unaryDeadlineMs = limits.unaryDeadline.milliseconds
        hello.streamDeadlineMs = limits.streamDeadline.milliseconds
        hello.idleMs = limits.idle.milliseconds
        var payload = ByteBuffer()
        payload.writeInteger(WireProtocol.magic)
        payload.writeInteger(WireProtocol.version)
        let bytes: [UInt8] = (try? hello.serializedBytes()) ?? []
        payload.writeBytes(bytes)
        return payload
    }
}

extension Duration {
    var milliseconds: UInt32 {
        let (seconds, attoseconds) = components
        return UInt32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }
}
