import Foundation
import Identity
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// A server that asks who calls, by token alone or by certificate as well, and callers of every kind.
struct AccessWorld {
    let server: TestServer
    /// Signs the server's certificate and its callers'.
    let office: CertificateOffice
    /// Signs for somebody else.
    let stranger: CertificateOffice

    /// Names are roles: each has that role alone, the purpose service and the source web.
    static let roles = ["resolve", "ingest", "consent", "privacy", "approve", "score", "offer", "admin"]

    static func policy(_ changes: [String: String] = [:], keys: String = "jwks.json") -> String {
        var lines = roles.map { role in
            changes[role] ?? "  - {id: \(role), roles: [\(role)]\(scope(of: role))}"
        }
        lines.append(
            changes["web"] ?? "  - {id: \"\(web)\", roles: [resolve, ingest], purposes: [service], sources: [web]}")
        return """
            tokens: {audience: selvedge, issuer: "https://issuer.example", keys_file: \(keys)}
            certificates: {trust_domain: shop.example}
            principals:

            """ + lines.joined(separator: "\n") + "\n"
    }

    /// Whose certificate the drafts are.
    static let web = "spiffe://shop.example/web"

    private static func scope(of role: String) -> String {
        switch role {
        case "resolve", "score", "offer": ", purposes: [service]"
        case "ingest", "consent": ", sources: [web]"
        default: ""
        }
    }

    /// - Parameter certificates: whether callers are asked for one. The clock is this machine's then, as TLS knows no other.
    static func with(certificates: Bool = false, _ body: (AccessWorld) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let office = try CertificateOffice("ours", in: directory)
        let stranger = try CertificateOffice("theirs", in: directory)
        var setup = TestServer.Setup(policy: policy(), tls: try office.server(trusting: certificates ? office : nil))
        if certificates { setup.start = .init(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }
        try await TestServer.with(setup, in: directory) { server in
            try await body(AccessWorld(server: server, office: office, stranger: stranger))
        }
    }

    // MARK: Callers

    func token(_ name: String, _ change: (inout TokenDraft) -> Void = { _ in }) async throws -> String {
        let moment = server.clock.now.milliseconds / 1_000
        let draft = TokenDraft.with { draft in
            draft.claims["sub"] = "\"\(name)\""
            draft.claims["iat"] = "\(moment)"
            draft.claims["exp"] = "\(moment + 3_600)"
            change(&draft)
        }
        return try draft.signed(by: try await TokenForge.shared.value)
    }

    /// By token; nil: nobody.
    func door(_ kind: DoorKind, as name: String?) async throws -> any Door {
        var token: String?
        if let name { token = try await self.token(name) }
        return try server.door(kind, .init(token: token, authority: office.file))
    }

    /// By certificate, of an office.
    func door(
        _ kind: DoorKind, _ draft: CertificateDraft, of signer: CertificateOffice? = nil, token: String? = nil
    ) throws -> any Door {
        let own = try (signer ?? office).sign(draft)
        return try server.door(kind, .init(token: token, certificate: own, authority: office.file))
    }

    /// One call by token.
    func ask(_ kind: DoorKind, as name: String?, _ method: Wire.Method, _ message: [UInt8]) async throws -> Reply {
        let door = try await door(kind, as: name)
        let reply: Reply
        if method == .recordStream {
            // The first message of a stream that both sides send is the question here.
            let stream = await door.open(method, nil)
            await stream.send(message)
            stream.finish()
            reply = await stream.rest()
        } else {
            reply = await door.ask(method, message)
        }
        await door.close()
        return reply
    }

    // MARK: Questions

    /// One that would be answered to whoever may ask it: for the purpose service and the source web, without a look.
    static func question(_ method: Wire.Method) -> [UInt8] {
        let (ada, batch) = (Say.email("ada"), [Say.observation("email:ada@example.org", "cookie:a")])
        return switch method {
        case .resolve: Say.resolve(ada).bytes
        case .resolveBatch: Say.batch([ada]).bytes
        case .explain:
            SelvedgeExplainRequest.with { ($0.first, $0.second, $0.purpose) = (ada, Say.email("bob"), "service") }.bytes
        case .simulate: SelvedgeSimulateRequest.with { ($0.observations, $0.purpose) = (batch, "service") }.bytes
        case .watch: SelvedgeWatchRequest.with { $0.purpose = "service" }.bytes
        case .record: Say.recording(batch).bytes
        case .recordStream: Say.streaming(1, batch).bytes
        case .retract: SelvedgeRetractRequest.with { $0.source = "web" }.bytes
        case .decide: Say.decide("ada", [Say.decision("service", "granted")]).bytes
        case .consentCheck: SelvedgeConsentCheckRequest.with { ($0.subject, $0.look) = (ada, Say.look()) }.bytes
        case .ledger: SelvedgeLedgerRequest.with { ($0.subject, $0.look) = (ada, Say.look()) }.bytes
        case .prove: SelvedgeProveRequest.with { ($0.subject, $0.look) = (ada, Say.look()) }.bytes
        case .key: SelvedgeKeyRequest.with { $0.subject = ada }.bytes
        case .requestErasure:
            SelvedgeRequestErasureRequest.with { ($0.subject, $0.reason) = (ada, "a test") }.bytes
        case .planErasure: SelvedgePlanErasureRequest.with { ($0.subject, $0.look) = (ada, Say.look()) }.bytes
        case .access: SelvedgeAccessRequest.with { ($0.subject, $0.look) = (ada, Say.look()) }.bytes
        case .restrict: SelvedgeRestrictRequest.with { ($0.subject, $0.reason) = (ada, "a test") }.bytes
        case .object: SelvedgeObjectRequest.with { ($0.subject, $0.reason) = (ada, "a test") }.bytes
        case .lift:
            SelvedgeLiftRequest.with { ($0.subject, $0.kind, $0.reason) = (ada, "restriction", "a test") }.bytes
        default: []
        }
    }
}
