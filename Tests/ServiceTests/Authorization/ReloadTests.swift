import Foundation
import Identity
import Service
import TestSupport
import Testing
import Wire

/// What principals are given, and that a new policy gives it anew.
@Suite struct ReloadTests {
    static let now = TokenForge.now

    private func policy(_ principals: String, domain: String = "shop.example") async throws -> Policy {
        try await Policy(
            yaml: "certificates:\n  trust_domain: \(domain)\nprincipals:\n" + principals, file: "policy.yaml")
    }

    private func certificate(_ name: String, domain: String = "shop.example") async throws -> Principal {
        let authority = Authority(policy: try await policy("  - id: a\n    roles: [admin]\n", domain: domain)) {
            Self.now
        }
        return try authority.authenticate(certificates: [try CertificateDraft.uri(name).der()])
    }

    @Test func aRoleThatIsTakenAwayIsGoneAtTheNextQuestion() async throws {
        let web = try await certificate("spiffe://shop.example/web")
        let authority = Authority(
            policy: try await policy(
                "  - id: spiffe://shop.example/web\n    roles: [resolve, admin]\n    purposes: \"*\"\n")
        ) { Self.now }
        let before = authority.grants(of: web)
        #expect(before.generation == authority.generation)
        #expect(before.decide(.describe, .nothing, at: Self.now) == .allowed)
        authority.reload(
            try await policy("  - id: spiffe://shop.example/web\n    roles: [resolve]\n    purposes: [service]\n"))
        #expect(authority.generation != before.generation)
        let after = authority.grants(of: web)
        #expect(after.decide(.describe, .nothing, at: Self.now).error?.code == "role_required")
        let view = AccessDemand.view(purpose: "marketing", look: false)
        #expect(before.decide(.resolve, view, at: Self.now) == .allowed)
        #expect(after.decide(.resolve, view, at: Self.now).error?.code == "purpose_not_permitted")
    }

    @Test func whoIsNotListedHasNoRoleButIsSomebody() async throws {
        let stranger = try await certificate("spiffe://shop.example/stranger")
        let authority = Authority(
            policy: try await policy("  - id: spiffe://shop.example/web\n    roles: [admin]\n")
        ) { Self.now }
        let grants = authority.grants(of: stranger)
        #expect(grants.roles == [])
        for method in Method.allCases where AccessTable.rule(for: method) != .everyone {
            let error = grants.admits(method, at: Self.now).error
            #expect(error?.status == .permissionDenied)
            #expect(error?.code == "role_required")
        }
    }

    /// (the name asked about, the role that it has).
    @Test(arguments: [
        ("spiffe://shop.example/jobs/nightly", Role.ingest), ("spiffe://shop.example/jobs/special", .admin),
        ("spiffe://shop.example/jobs", nil), ("spiffe://shop.example/jobs/a/b", nil),
        ("spiffe://shop.example/jobsnightly", nil), ("spiffe://shop.example/other/nightly", nil),
    ])
    func aFamilyHoldsOneMoreSegmentAndTheExactNameGoesFirst(name: String, role: Role?) async throws {
        let authority = Authority(
            policy: try await policy(
                """
                  - id: spiffe://shop.example/jobs/*
                    roles: [ingest]
                    sources: "*"
                  - id: spiffe://shop.example/jobs/special
                    roles: [admin]
                """)
        ) { Self.now }
        let grants = authority.grants(of: try await certificate(name))
        #expect(grants.roles.roles == (role.map { [$0] } ?? []))
    }

    @Test func anotherTrustDomainMakesItsCertificatesWorthless() async throws {
        let web = try await certificate("spiffe://shop.example/web")
        let authority = Authority(
            policy: try await policy("  - id: spiffe://shop.example/web\n    roles: [admin]\n")
        ) { Self.now }
        #expect(authority.grants(of: web).admits(.describe, at: Self.now) == .allowed)
        authority.reload(try await policy("  - id: a\n    roles: [admin]\n", domain: "new.example"))
        #expect(authority.grants(of: web).admits(.describe, at: Self.now).error?.code == "unauthenticated")
    }

    @Test func aKeyThatIsTakenAwayEndsItsTokens() async throws {
        let under = try await AuthorityUnderTest()
        let principal = try await under.authenticate(TokenDraft())
        #expect(under.authority.grants(of: principal).admits(.resolve, at: Self.now) == .allowed)
        let set = #"{"keys": [\#(under.forge.keySet.split(separator: "\n").first { $0.contains("\"ec\"") } ?? "")"#
        let path = under.directory.path + "/jwks.json"
        try (set.trimmingCharacters(in: [","]) + "]}").write(toFile: path, atomically: false, encoding: .utf8)
        under.authority.reload(
            try await Policy(
                yaml: AuthorityUnderTest.text(tokens: "", principals: AuthorityUnderTest.principals),
                file: under.directory.path + "/policy.yaml"))
        let error = under.authority.grants(of: principal).admits(.resolve, at: Self.now).error
        #expect(error?.code == "unauthenticated")
        // The one that was verified before is not believed either.
        await #expect(throws: CallError.self) { try await under.authenticate(TokenDraft()) }
    }

    @Test func credentialsEndOnAnOpenConnection() async throws {
        let web = try await certificate("spiffe://shop.example/web")
        let authority = Authority(
            policy: try await policy("  - id: spiffe://shop.example/web\n    roles: [admin]\n")
        ) { Self.now }
        let grants = authority.grants(of: web)
        let end = try #require(web.expires)
        let before = Timestamp(milliseconds: end.milliseconds - 1)
        #expect(grants.decide(.describe, .nothing, at: before) == .allowed)
        let error = grants.decide(.describe, .nothing, at: end).error
        #expect(error?.status == .unauthenticated)
        #expect(error?.code == "credentials_expired")
        #expect(grants.decide(.authenticate, .nothing, at: end) == .allowed)
    }

    @Test func onlyAnInsecureServerHasInsecurePrincipals() async throws {
        let open = Authority(policy: .insecureLoopback) { Self.now }
        let all = open.grants(of: .insecure)
        #expect(all.roles == .all)
        #expect(all.decide(.resolve, .view(purpose: "any", look: false), at: Self.now) == .allowed)
        open.reload(try await policy("  - id: insecure\n    roles: [admin]\n"))
        #expect(open.grants(of: .insecure).admits(.describe, at: Self.now).error?.status == .unauthenticated)
        let chain = [try CertificateDraft().der()]
        let closed = Authority(policy: .insecureLoopback) { Self.now }
        #expect(throws: CallError.self) { try closed.authenticate(certificates: chain) }
        await #expect(throws: CallError.self) { try await closed.authenticate(token: "a.b.c") }
    }
}
