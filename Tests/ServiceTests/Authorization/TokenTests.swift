import Foundation
import Identity
import Service
import TestSupport
import Testing
import Wire

/// A token that must be refused, and by which code.
struct BadToken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var code = ErrorCode.unauthenticated
    let make: @Sendable (TokenForge) throws -> String

    init(
        _ name: String, _ code: ErrorCode = .unauthenticated, change: @escaping @Sendable (inout TokenDraft) -> Void
    ) {
        testDescription = name
        self.code = code
        make = { forge in try TokenDraft.with(change).signed(by: forge) }
    }

    init(_ name: String, text: @escaping @Sendable (String) -> String) {
        testDescription = name
        make = { forge in text(try TokenDraft().signed(by: forge)) }
    }
}

@Suite struct TokenTests {
    static let badKeys = [
        BadToken("algorithm none") {
            $0.headerText = #"{"alg": "none"}"#
            $0.key = .stranger
        },
        BadToken("algorithm none with a kid") { $0.header["alg"] = "\"none\"" },
        BadToken("algorithm nOnE") { $0.header["alg"] = "\"nOnE\"" },
        BadToken("HS256 with the RSA key's public half") {
            $0.header = ["alg": "\"HS256\"", "kid": "\"rsa\""]
            $0.key = .rsaAsSecret
        },
        BadToken("HS256 with the elliptic key's public half") {
            $0.header = ["alg": "\"HS256\"", "kid": "\"ec\""]
            $0.key = .ecAsSecret
        },
        BadToken("HS256 with the right secret, where it is not listed") {
            $0.header = ["alg": "\"HS256\""]
            $0.key = .secret
        },
        BadToken("another's key under a known kid") { $0.key = .stranger },
        BadToken("unknown kid") { $0.header["kid"] = "\"nobody\"" },
        BadToken("the kid of another key") { $0.header["kid"] = "\"ed2\"" },
        BadToken("the kid of another algorithm's key") { $0.header["kid"] = "\"ec\"" },
        BadToken("RS256 said of a key for PS256") {
            $0.header = ["alg": "\"RS256\"", "kid": "\"pss\""]
            $0.key = .rsa
        },
        BadToken("ES256 said of a signature by EdDSA") { $0.header = ["alg": "\"ES256\"", "kid": "\"ec\""] },
        BadToken("no kid where two keys could be meant") { $0.header["kid"] = nil },
        BadToken("an encryption key's kid") { $0.header["kid"] = "\"enc\"" },
        BadToken("a kid that is a number") { $0.header["kid"] = "1" },
        BadToken("an algorithm in small letters") { $0.header["alg"] = "\"eddsa\"" },
        BadToken("no algorithm") { $0.header["alg"] = nil },
        BadToken("a key that the token brings itself") {
            $0.header["jwk"] = #"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
            $0.key = .stranger
        },
        BadToken("crit") { $0.header["crit"] = #"["b64"]"# },
        BadToken("empty crit") { $0.header["crit"] = "[]" },
        BadToken("a header that is a list") { $0.headerText = "[]" },
    ]

    static let badClaims = [
        BadToken("wrong audience") { $0.claims["aud"] = "\"another\"" },
        BadToken("a list without the audience") { $0.claims["aud"] = #"["a", "selvedge2"]"# },
        BadToken("no audience") { $0.claims["aud"] = nil },
        BadToken("no exp") { $0.claims["exp"] = nil },
        BadToken("no sub") { $0.claims["sub"] = nil },
        BadToken("empty sub") { $0.claims["sub"] = "\"\"" },
        BadToken("control characters in sub") { $0.claims["sub"] = #""bill\ning""# },
        BadToken("sub too long") { $0.claims["sub"] = "\"" + String(repeating: "s", count: 2_049) + "\"" },
        BadToken("sub of another trust domain") { $0.claims["sub"] = "\"spiffe://other.example/web\"" },
        BadToken("sub that is no workload") { $0.claims["sub"] = "\"spiffe://shop.example/web/../admin\"" },
        BadToken("wrong issuer") { $0.claims["iss"] = "\"https://issuer.example/\"" },
        BadToken("no issuer") { $0.claims["iss"] = nil },
        BadToken("ended an hour ago", .credentialsExpired) {
            $0.claims["iat"] = "1799990000"
            $0.claims["exp"] = "1799996400"
        },
        BadToken("ended as long ago as clocks may differ", .credentialsExpired) { $0.claims["exp"] = "1799999970" },
        BadToken("nbf in the future") { $0.claims["nbf"] = "1800000031" },
        BadToken("iat in the future") { $0.claims["iat"] = "1800000031" },
        BadToken("lives a second too long") { $0.claims["exp"] = "1800086401" },
        BadToken("lives too long, without iat") {
            $0.claims["iat"] = nil
            $0.claims["exp"] = "1800086401"
        },
        BadToken("exp as a text") { $0.claims["exp"] = "\"1800003600\"" },
        BadToken("exp beyond all numbers") { $0.claims["exp"] = "1e300" },
        BadToken("exp before 1970") { $0.claims["exp"] = "-1" },
        BadToken("iat beyond all numbers") { $0.claims["iat"] = "-1e300" },
        BadToken("claims that are a list") { $0.claimsText = "[1]" },
        BadToken("claims that are no JSON") { $0.claimsText = "sub=billing" },
    ]

    static let badForms = [
        BadToken("nothing") { _ in "" },
        BadToken("garbage") { _ in "garbage" },
        BadToken("dots alone") { _ in ".." },
        BadToken("one dot") { token in token.split(separator: ".").prefix(2).joined(separator: ".") },
        BadToken("three dots") { token in token + "." },
        BadToken("without its signature") { token in token.split(separator: ".").prefix(2).joined(separator: ".") + "."
        },
        BadToken("padded") { token in token + "==" },
        BadToken("of other letters") { token in token.replacingOccurrences(of: ".", with: ".*") },
        BadToken("a changed signature") { token in String(token.dropLast(8)) + "AAAAAAAA" },
        BadToken("claims from another token") { token in
            let parts = token.split(separator: ".")
            let claims = TokenForge.base64url(#"{"sub": "admin", "aud": "selvedge", "exp": 1800003600}"#.utf8)
            return "\(parts[0]).\(claims).\(parts[2])"
        },
        BadToken("longer than 8 KiB") { token in token + String(repeating: "A", count: 8_193) },
        BadToken("with Bearer before it") { token in "Bearer " + token },
    ]

    @Test(arguments: badKeys + badClaims + badForms)
    func isRefused(bad: BadToken) async throws {
        let under = try await AuthorityUnderTest()
        let token = try bad.make(under.forge)
        let error = await #expect(throws: CallError.self) { try await under.authority.authenticate(token: token) }
        #expect(error?.status == .unauthenticated)
        #expect(error?.code == bad.code.rawValue)
        #expect(error?.field == "token")
    }

    static let algorithms: [(TokenForge.Key, String)] = [
        (.ed, "EdDSA"), (.ed2, "EdDSA"), (.ec, "ES256"), (.ec384, "ES384"), (.rsa, "RS256"), (.pss, "PS256"),
    ]

    @Test(arguments: algorithms)
    func isTakenForEachAlgorithm(key: TokenForge.Key, algorithm: String) async throws {
        let under = try await AuthorityUnderTest()
        let principal = try await under.authenticate(
            .with {
                $0.header = ["alg": "\"\(algorithm)\"", "kid": "\"\(key.rawValue)\""]
                $0.key = key
            })
        #expect(principal.name == "billing")
        #expect(principal.kind == .token)
        // One hour, and the 30 seconds that clocks may differ.
        #expect(principal.expires == Timestamp(milliseconds: TokenForge.now.milliseconds + 3_630_000))
        #expect(under.authority.grants(of: principal).roles == [RoleSet(.resolve), RoleSet(.ingest)])
    }

    @Test func theOnlyKeyOfAnAlgorithmNeedsNoKid() async throws {
        let under = try await AuthorityUnderTest()
        let principal = try await under.authenticate(
            .with {
                $0.header = ["alg": "\"ES256\""]
                $0.key = .ec
            })
        #expect(principal.name == "billing")
    }

    @Test func anAudienceMayBeOneOfAList() async throws {
        let under = try await AuthorityUnderTest()
        let principal = try await under.authenticate(.with { $0.claims["aud"] = #"["other", "selvedge"]"# })
        #expect(principal.name == "billing")
    }

    /// (`leeway`, seconds since `exp`, whether it is taken).
    @Test(arguments: [(0, 0, false), (0, 1, false), (0, -1, true), (30, 1, true), (30, 29, true), (30, 30, false)])
    func leewayIsExact(leeway: Int, ago: Int, taken: Bool) async throws {
        let under = try await AuthorityUnderTest(tokens: "leeway: \(leeway)s")
        let draft = TokenDraft.with {
            $0.claims["iat"] = "1799999000"
            $0.claims["exp"] = "\(1_800_000_000 - ago)"
        }
        if taken {
            let principal = try await under.authenticate(draft)
            let decision = under.authority.grants(of: principal).admits(.resolve, at: TokenForge.now)
            #expect(decision == .allowed)
        } else {
            let error = await #expect(throws: CallError.self) { try await under.authenticate(draft) }
            #expect(error?.code == "credentials_expired")
        }
    }

    @Test func aSharedSecretIsTakenWhereItIsListed() async throws {
        let under = try await AuthorityUnderTest(
            tokens: "algorithms: [ES256, HS256]\n  hmac_key_file: secret")
        var draft = TokenDraft.with {
            $0.header = ["alg": "\"HS256\""]
            $0.key = .secret
        }
        #expect(try await under.authenticate(draft).name == "billing")
        draft.key = .ecAsSecret
        let wrong = draft
        await #expect(throws: CallError.self) { try await under.authenticate(wrong) }
    }

    @Test func theSameTokenEndsThoughItWasVerifiedBefore() async throws {
        let moment = MovingClock(TokenForge.now)
        let under = try await AuthorityUnderTest()
        let policy = try await Policy(
            yaml: AuthorityUnderTest.text(tokens: "leeway: 0s", principals: AuthorityUnderTest.principals),
            file: under.directory.path + "/policy.yaml")
        let authority = Authority(policy: policy) { moment.now }
        let token = try TokenDraft().signed(by: under.forge)
        let first = try await authority.authenticate(token: token)
        #expect(try await authority.authenticate(token: token) == first)
        moment.advance(milliseconds: 3_600_000)
        let error = await #expect(throws: CallError.self) { try await authority.authenticate(token: token) }
        #expect(error?.code == "credentials_expired")
    }

    @Test func noErrorRepeatsWhatTheTokenHeld() async throws {
        let under = try await AuthorityUnderTest()
        for bad in Self.badKeys + Self.badClaims + Self.badForms {
            let token = try bad.make(under.forge)
            let error = await #expect(throws: CallError.self) { try await under.authority.authenticate(token: token) }
            let said = (error?.message ?? "").lowercased()
            #expect(!said.contains("billing") && !said.contains("nobody") && !said.contains("another"), "\(bad)")
        }
    }
}
