internal import Foundation
internal import Identity
internal import SwiftASN1
internal import X509
internal import Wire

/// Whether a client's certificate, whose chain TLS has verified, names a workload, and which.
///
/// Source: the X.509-SVID standard, sections 2 to 5 (github.com/spiffe/spiffe, standards/X509-SVID.md).
struct CertificateVerifier {
    let trustDomain: String

    /// Leaf first; the leaf alone is looked at, as TLS has looked at the others.
    func verify(_ chain: [[UInt8]], at now: Timestamp) throws(CallError) -> Principal {
        guard let leaf = chain.first else { throw refused("the client sent no certificate") }
        let certificate: Certificate
        let content: Content
        do {
            certificate = try Certificate(derEncoded: leaf)
            content = try Content(certificate.extensions)
        } catch {
            throw refused("the client's certificate, or an extension of it, is malformed")
        }
        try check(content)
        guard content.uris.count == 1, let uri = content.uris.first else {
            throw refused(
                "the client's certificate has \(content.uris.count) URIs among its names: exactly one is taken")
        }
        guard let id = SpiffeID(uri) else {
            throw refused("the URI in the client's certificate is not a SPIFFE id of a workload")
        }
        guard id.trustDomain == trustDomain else {
            throw refused("the client's certificate is of another trust domain than the policy's")
        }
        return Principal(
            name: id.text, kind: .certificate, expires: try end(of: certificate, at: now), voucher: trustDomain)
    }

    private func check(_ content: Content) throws(CallError) {
        guard !content.isAuthority else {
            throw refused("the client's certificate is an authority's, not a workload's")
        }
        guard content.maySign != true else {
            throw refused("the client's certificate is for signing certificates or lists of revoked ones")
        }
        guard content.isForClients != false else {
            throw refused("the client's certificate is not for clients: its extended key usage lacks clientAuth")
        }
    }

    /// RFC 5280, section 4.1.2.5: valid through the second of `notAfter`.
    private func end(of certificate: Certificate, at now: Timestamp) throws(CallError) -> Timestamp {
        guard now >= Self.timestamp(certificate.notValidBefore) else {
            throw refused("the client's certificate is not valid yet")
        }
        let end = Timestamp(milliseconds: Self.timestamp(certificate.notValidAfter).milliseconds + 1_000)
        guard now < end else {
            throw CallError(
                .credentialsExpired, "the client's certificate has ended: connect again with a new one",
                field: "certificate")
        }
        return end
    }

    private static func timestamp(_ date: Date) -> Timestamp {
        Timestamp(milliseconds: Int64(date.timeIntervalSince1970.rounded(.down)) * 1_000)
    }
}

/// What the extensions of a certificate say.
private struct Content {
    var uris: [String] = []
    var isAuthority = false
    /// Nil where the extension is absent, and so does not narrow.
    var maySign: Bool?
    var isForClients: Bool?

    init(_ extensions: Certificate.Extensions) throws {
        for name in try extensions.subjectAlternativeNames ?? SubjectAlternativeNames() {
            if case .uniformResourceIdentifier(let uri) = name { uris.append(uri) }
        }
        if case .isCertificateAuthority = try extensions.basicConstraints { isAuthority = true }
        if let usage = try extensions.keyUsage { maySign = usage.keyCertSign || usage.cRLSign }
        if let usage = try extensions.extendedKeyUsage {
            isForClients = usage.contains(.clientAuth) || usage.contains(.any)
        }
    }
}

private func refused(_ problem: String) -> CallError {
    CallError(.unauthenticated, problem, field: "certificate")
}
