import Identity
import Service
import SwiftASN1
import Testing
import Wire
import X509

/// A certificate that must be refused, and by which code.
struct BadCertificate: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: ErrorCode
    let draft: CertificateDraft

    init(
        _ name: String, _ code: ErrorCode = .unauthenticated, change: (inout CertificateDraft) -> Void
    ) {
        testDescription = name
        self.code = code
        draft = .with(change)
    }

    /// With this URI alone.
    init(uri: String) {
        testDescription = uri.count > 80 ? "\(uri.count) bytes" : uri
        code = .unauthenticated
        draft = .uri(uri)
    }
}

@Suite struct CertificateTests {
    static let badNames = [
        BadCertificate("no names") { $0.names = nil },
        BadCertificate("an empty list of names") { $0.names = [] },
        BadCertificate("a DNS name alone") { $0.names = [.dnsName("web.shop.example")] },
        BadCertificate("two URIs") { $0.names?.append(.uniformResourceIdentifier("spiffe://shop.example/admin")) },
        BadCertificate("two URIs, one of them not SPIFFE's") {
            $0.names?.append(.uniformResourceIdentifier("https://shop.example/"))
        },
        BadCertificate("the same URI twice") { $0.names = ($0.names ?? []) + ($0.names ?? []) },
        BadCertificate("a second extension of names") {
            $0.furtherNames = [.uniformResourceIdentifier("spiffe://shop.example/admin")]
        },
        BadCertificate("a second extension of names, with the same") { $0.furtherNames = $0.names },
        BadCertificate("two URIs apart") {
            $0.names = [
                .uniformResourceIdentifier("spiffe://shop.example/web"), .dnsName("web.shop.example"),
                .uniformResourceIdentifier("spiffe://shop.example/web"),
            ]
        },
    ]

    static let badURIs = [
        "https://shop.example/web", "SPIFFE://shop.example/web", "spiffe:/shop.example/web", "spiffe:///web",
        "spiffe://",
        "spiffe://other.example/web", "spiffe://shop.example.evil/web", "spiffe://Shop.example/web",
        "spiffe://shop.example", "spiffe://shop.example/", "spiffe://shop.example/web/", "spiffe://shop.example//web",
        "spiffe://shop.example/../web", "spiffe://shop.example/web/..", "spiffe://shop.example/./web",
        "spiffe://shop.example/web?role=admin", "spiffe://shop.example/web#admin", "spiffe://shop.example:443/web",
        "spiffe://admin@shop.example/web", "spiffe://shop.example/we%62", "spiffe://shop.example/w eb",
        "spiffe://shop.example/*", "spiffe://shop.example/web\u{0}",
        "spiffe://shop.example/" + String(repeating: "w", count: 2_048),
    ].map { BadCertificate(uri: $0) }

    static let badUses = [
        BadCertificate("an authority's") { $0.basicConstraints = .isCertificateAuthority(maxPathLength: nil) },
        BadCertificate("an authority's, of length 0") {
            $0.basicConstraints = .isCertificateAuthority(maxPathLength: 0)
        },
        BadCertificate("may sign certificates") { $0.keyUsage = KeyUsage(digitalSignature: true, keyCertSign: true) },
        BadCertificate("may sign lists") { $0.keyUsage = KeyUsage(cRLSign: true) },
        BadCertificate("for servers alone") { $0.extendedKeyUsage = [.serverAuth] },
        BadCertificate("ended a second ago", .credentialsExpired) { $0.validThrough = -1 },
        BadCertificate("ended long ago", .credentialsExpired) { $0.validThrough = -3_000 },
        BadCertificate("valid from the next second on") { $0.validFrom = 1 },
    ]

    @Test(arguments: badNames + badURIs + badUses)
    func isRefused(bad: BadCertificate) async throws {
        let under = try await AuthorityUnderTest()
        let chain = [try bad.draft.der()]
        let error = #expect(throws: CallError.self) { try under.authority.authenticate(certificates: chain) }
        #expect(error?.status == .unauthenticated)
        #expect(error?.code == bad.code.rawValue)
        #expect(error?.field == "certificate")
        #expect(error?.message.contains("shop.example") == false)
    }

    static let good: [(String, CertificateDraft)] = [
        ("spiffe://shop.example/web", CertificateDraft()),
        ("spiffe://shop.example/web", .with { $0.names?.append(.dnsName("web.shop.example")) }),
        ("spiffe://shop.example/web", .with { $0.extendedKeyUsage = nil }),
        ("spiffe://shop.example/web", .with { $0.basicConstraints = nil }),
        ("spiffe://shop.example/web", .with { $0.extendedKeyUsage = [.serverAuth, .clientAuth] }),
        ("spiffe://shop.example/web", .with { $0.validFrom = 0 }),
        ("spiffe://shop.example/web", .with { $0.validThrough = 0 }),
        ("spiffe://shop.example/ns/A-z_0.9/sa/...", .uri("spiffe://shop.example/ns/A-z_0.9/sa/...")),
    ]

    @Test(arguments: good)
    func isTaken(name: String, draft: CertificateDraft) async throws {
        let under = try await AuthorityUnderTest()
        let principal = try under.authority.authenticate(certificates: [try draft.der()])
        #expect(principal.name == name)
        #expect(principal.kind == .certificate)
        let end = TokenForge.now.milliseconds + Int64(draft.validThrough) * 1_000 + 1_000
        #expect(principal.expires == Timestamp(milliseconds: end))
    }

    @Test(arguments: [[], [[]], [[0x30]], [Array("not DER".utf8)]] as [[[UInt8]]])
    func whatIsNoCertificateIsRefused(chain: [[UInt8]]) async throws {
        let under = try await AuthorityUnderTest()
        let error = #expect(throws: CallError.self) { try under.authority.authenticate(certificates: chain) }
        #expect(error?.code == "unauthenticated")
    }

    @Test func aCutCertificateIsRefusedWhereverItIsCut() async throws {
        let under = try await AuthorityUnderTest()
        let whole = try CertificateDraft().der()
        for count in stride(from: 0, to: whole.count, by: 7) {
            #expect(throws: CallError.self) {
                try under.authority.authenticate(certificates: [Array(whole.prefix(count))])
            }
        }
    }
}
