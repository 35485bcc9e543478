import Foundation
import Identity
import Service
import TestSupport
import Testing
import Wire

/// A policy that must not be taken: where it is wrong, and a part of what is said of it.
struct BadPolicy: Sendable, CustomTestStringConvertible {
    let line: Int
    let said: String
    let yaml: String

    var testDescription: String { said }

    init(_ line: Int, _ said: String, _ yaml: String) {
        self.line = line
        self.said = said
        self.yaml = yaml
    }

    /// In the part `principals` of a policy that is right so far; its first line is the fourth.
    init(_ line: Int, principals said: String, _ yaml: String) {
        self.init(line, said, "certificates:\n  trust_domain: shop.example\nprincipals:\n" + yaml)
    }
}

@Suite struct PolicyTests {
    static let badPrincipals = [
        BadPolicy(5, principals: "\"resolver\" is not one of resolve, ingest", "  - id: a\n    roles: [resolver]\n"),
        BadPolicy(7, principals: "is listed twice", "  - id: a\n    roles: [admin]\n  - roles: [admin]\n    id: a\n"),
        BadPolicy(5, principals: "is listed twice", "  - id: a\n    roles: [admin, admin]\n"),
        BadPolicy(
            6, principals: "* stands alone", "  - id: a\n    roles: [resolve]\n    purposes: [marketing, \"*\"]\n"),
        BadPolicy(
            6, principals: "\"service\" is listed twice",
            "  - id: a\n    roles: [resolve]\n    purposes: [service, service]\n"),
        BadPolicy(4, principals: "the role resolve needs purposes", "  - id: a\n    roles: [resolve]\n"),
        BadPolicy(4, principals: "the role ingest needs sources", "  - id: a\n    roles: [ingest]\n"),
        BadPolicy(4, principals: "the role consent needs sources", "  - id: a\n    roles: [consent]\n"),
        BadPolicy(6, principals: "the list is empty", "  - id: a\n    roles: [resolve]\n    purposes: []\n"),
        BadPolicy(5, principals: "a principal needs a role", "  - id: a\n    roles: []\n"),
        BadPolicy(4, principals: "roles is missing", "  - id: a\n"),
        BadPolicy(4, principals: "id is missing", "  - roles: [admin]\n"),
        BadPolicy(6, principals: "unknown key", "  - id: a\n    roles: [admin]\n    role: admin\n"),
        BadPolicy(6, principals: "is not a whole number in", "  - id: a\n    roles: [admin]\n    generic_budget: 0\n"),
        BadPolicy(6, principals: "is not known", "  - id: a\n    roles: [ingest]\n    sources: [a source]\n"),
        BadPolicy(4, principals: "is not an id", "  - id: \"*\"\n    roles: [admin]\n"),
        BadPolicy(4, principals: "is not an id", "  - id: spiffe://shop.example/*/web\n    roles: [admin]\n"),
        BadPolicy(4, principals: "is not a SPIFFE id", "  - id: spiffe://shop.example\n    roles: [admin]\n"),
        BadPolicy(
            4, principals: "is not of the trust domain", "  - id: spiffe://other.example/web\n    roles: [admin]\n"),
    ]

    static let badRest = [
        BadPolicy(0, "is empty", "# nothing\n"),
        BadPolicy(1, "nobody could be authenticated", "principals:\n  - id: a\n    roles: [admin]\n"),
        BadPolicy(1, "principals is missing", "certificates:\n  trust_domain: shop.example\n"),
        BadPolicy(3, "0 principals", "certificates:\n  trust_domain: shop.example\nprincipals: []\n"),
        BadPolicy(2, "is not a trust domain", "certificates:\n  trust_domain: Shop.example\nprincipals: []\n"),
        BadPolicy(1, "unknown key; the keys here are", "certs:\n  trust_domain: shop.example\n"),
        BadPolicy(2, "expected a mapping", "certificates:\n  - shop.example\nprincipals: []\n"),
    ]

    static let badTokens = [
        BadPolicy(3, "\"none\" is not one of EdDSA", "audience: a\n  algorithms: [none]"),
        BadPolicy(3, "\"RS512\" is not one of", "audience: a\n  algorithms: [RS512]"),
        BadPolicy(2, "HS256 needs hmac_key_file", "audience: a\n  algorithms: [HS256]"),
        BadPolicy(2, "hmac_key_file is of use only", "audience: a\n  hmac_key_file: secret"),
        BadPolicy(2, "keys_file is missing", "audience: a"),
        BadPolicy(2, "audience is missing", "keys_file: jwks.json"),
        BadPolicy(3, "\"30\" is not a duration", "audience: a\n  leeway: 30"),
        BadPolicy(3, "\"-1s\" is not a duration", "audience: a\n  leeway: -1s"),
        BadPolicy(3, "\"61s\" is out of range", "audience: a\n  leeway: 61s"),
        BadPolicy(3, "\"0s\" is out of range", "audience: a\n  max_lifetime: 0s"),
        BadPolicy(3, "is not there", "audience: a\n  keys_file: other.json"),
        BadPolicy(3, "is a private key", "audience: a\n  keys_file: private.json"),
        BadPolicy(3, "has no kid", "audience: a\n  keys_file: nameless.json"),
        BadPolicy(3, "holds no key for the algorithms", "audience: a\n  keys_file: none.json"),
        BadPolicy(3, "is not a JSON Web Key Set", "audience: a\n  keys_file: secret"),
        BadPolicy(3, "is not a EdDSA key", "audience: a\n  keys_file: short.json"),
        BadPolicy(3, "belongs into hmac_key_file", "audience: a\n  keys_file: shared.json"),
        BadPolicy(4, "a secret's must be 0400 or 0600", "audience: a\n  algorithms: [HS256]\n  hmac_key_file: open"),
        BadPolicy(4, "a secret is 32 to 4,096", "audience: a\n  algorithms: [HS256]\n  hmac_key_file: tiny"),
    ].map { BadPolicy($0.line, $0.said, "tokens:\n  \($0.yaml)\nprincipals:\n  - id: a\n    roles: [admin]\n") }

    /// Key files, right and wrong, by name: content and mode.
    static let files: [String: (String, Int)] = [
        "private.json": (#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AA", "d": "AA"}]}"#, 0o644),
        "nameless.json": (#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}"#, 0o644),
        "none.json": (#"{"keys": [{"kty": "RSA", "alg": "RS512", "kid": "a", "n": "AA", "e": "AQAB"}]}"#, 0o644),
        "short.json": (#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AA"}]}"#, 0o644),
        "shared.json": (#"{"keys": [{"kty": "oct", "kid": "a", "k": "AA"}]}"#, 0o644),
        "secret": (TokenForge.secret, 0o400), "open": (TokenForge.secret, 0o644), "tiny": ("short", 0o600),
    ]

    @Test(arguments: badPrincipals + badRest + badTokens)
    func isNotTaken(bad: BadPolicy) async throws {
        let directory = try TemporaryDirectory()
        for (name, file) in Self.files {
            let path = directory.path + "/" + name
            try file.0.write(toFile: path, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: file.1], ofItemAtPath: path)
        }
        let path = directory.path + "/policy.yaml"
        try bad.yaml.write(toFile: path, atomically: false, encoding: .utf8)
        let error = await #expect(throws: ConfigurationError.self) { try await Policy.load(file: path) }
        #expect(error?.file == path)
        #expect(error?.line == bad.line, "\(String(describing: error))")
        #expect(error?.description.contains(bad.said) == true, "\(String(describing: error))")
        #expect(bad.line == 0 || (error?.column ?? 0) > 0)
    }

    @Test func aPolicyThatIsNotThereSaysSo() async {
        let error = await #expect(throws: ConfigurationError.self) {
            try await Policy.load(file: "/nowhere/policy.yaml")
        }
        #expect(
            error?.description == "/nowhere/policy.yaml: is not there, or may not be read: give the path of a policy")
    }

    @Test(arguments: ["purposes: [sevice]", "sources: [nowhere]"])
    func namesAreHeldAgainstTheStore(field: String) async throws {
        let configuration = try Configuration(
            yaml: "undeclared_sources: refuse\nsources:\n  web: {}\n", file: "selvedge.yaml")
        let yaml = """
            certificates:
              trust_domain: shop.example
            principals:
              - id: a
                roles: [admin]
                \(field)
            """
        _ = try await Policy(yaml: yaml, file: "policy.yaml")
        let error = await #expect(throws: ConfigurationError.self) {
            try await Policy(yaml: yaml, file: "policy.yaml", against: configuration)
        }
        #expect(error?.line == 6)
        #expect(error?.problem.contains("is not known to the store's configuration") == true)
    }
}
