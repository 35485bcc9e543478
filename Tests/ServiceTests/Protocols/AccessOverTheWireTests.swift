import Engine
import Foundation
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire
import X509

/// Who gets in and who may do what, asked of a running server over TLS, by both doors.
@Suite struct AccessOverTheWireTests {
    private static let guarded = Wire.Method.allCases.filter { $0 != .authenticate && $0 != .health }

    // MARK: Nobody

    @Test(arguments: DoorKind.allCases) func nobodyIsAnsweredButForHealth(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            for method in Self.guarded {
                let reply = try await world.ask(kind, as: nil, method, AccessWorld.question(method))
                #expect(reply.end == "UNAUTHENTICATED unauthenticated", "\(method)")
                #expect(reply.messages.isEmpty)
            }
            #expect(try await world.ask(kind, as: nil, .health, []).failure == nil)
        }
    }

    // MARK: Roles

    /// Who may call what, as the article on access has it: methods that no line names are role admin's alone.
    private static let allowed: [Wire.Method: Set<String>] = [
        .resolve: ["resolve"], .resolveBatch: ["resolve"], .explain: ["resolve"], .simulate: ["resolve"],
        .watch: ["resolve"], .record: ["ingest"], .recordStream: ["ingest"], .decide: ["consent"],
        .consentCheck: ["privacy", "admin"], .ledger: ["privacy", "admin"], .prove: ["privacy", "admin"],
        .requestErasure: ["privacy"], .planErasure: ["privacy"], .access: ["privacy"], .restrict: ["privacy"],
        .object: ["privacy"], .lift: ["privacy"], .readmit: ["privacy"], .approve: ["approve"],
        .reject: ["privacy", "approve"], .erasureStatus: ["privacy", "approve"],
        .listErasures: ["privacy", "approve"], .certificate: ["privacy", "approve"], .score: ["score"],
        .decideOffer: ["offer"], .offerOutcome: ["offer"], .showOffers: ["offer", "admin"],
        .offerReport: ["offer", "admin"], .search: ["privacy", "admin"], .listAudit: ["privacy", "admin"],
        .verifyAudit: ["privacy", "admin"],
    ]

    @Test(arguments: AccessWorld.roles, DoorKind.allCases)
    func aRoleOpensItsOwnMethodsAndNoOther(role: String, kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            for method in Self.guarded {
                let reply = try await world.ask(kind, as: role, method, AccessWorld.question(method))
                let mayCall = Self.allowed[method, default: ["admin"]].contains(role)
                if mayCall {
                    #expect(reply.failure?.status != .permissionDenied, "\(role) \(method): \(reply.end)")
                    #expect(reply.failure?.status != .unauthenticated, "\(role) \(method): \(reply.end)")
                } else {
                    #expect(reply.end == "PERMISSION_DENIED role_required", "\(role) \(method)")
                    #expect(reply.messages.isEmpty)
                }
            }
        }
    }

    @Test(arguments: DoorKind.allCases) func whoIsNotListedHasNoRole(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            for method in Self.guarded {
                let reply = try await world.ask(kind, as: "somebody", method, AccessWorld.question(method))
                #expect(reply.end == "PERMISSION_DENIED role_required", "\(method)")
            }
        }
    }

    // MARK: The right role for something else

    struct Overreach: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let role: String
        let method: Wire.Method
        let message: [UInt8]
        let code: String

        init(
            _ name: String, _ role: String, _ method: Wire.Method, _ message: some SwiftProtobuf.Message, _ code: String
        ) {
            testDescription = "\(role), \(method): \(name)"
            (self.role, self.method, self.message, self.code) = (role, method, message.bytes, code)
        }
    }

    private static let other = [
        Say.observation("cookie:a", "cookie:b"), Say.observation("cookie:a", source: "crm"),
    ]
    private static var decided: SelvedgeObservation {
        var observation = Say.observation("cookie:a")
        observation.decisions = [Say.decision("service", "granted")]
        return observation
    }
    private static let ada = Say.email("ada")
    private static let purpose = "purpose_not_permitted"
    private static let source = "source_not_permitted"

    private static let overreaches = [
        Overreach("another purpose", "resolve", .resolve, Say.resolve(ada, "marketing"), purpose),
        Overreach("another purpose", "resolve", .resolveBatch, Say.batch([ada], "marketing"), purpose),
        Overreach(
            "another purpose", "resolve", .explain,
            SelvedgeExplainRequest.with { ($0.first, $0.second, $0.purpose) = (ada, ada, "marketing") }, purpose),
        Overreach(
            "another purpose", "resolve", .simulate,
            SelvedgeSimulateRequest.with { ($0.observations, $0.purpose) = ([other[0]], "marketing") }, purpose),
        Overreach(
            "another purpose", "resolve", .watch, SelvedgeWatchRequest.with { $0.purpose = "marketing" }, purpose),
        Overreach(
            "a look", "resolve", .resolve,
            SelvedgeResolveRequest.with { ($0.subject, $0.purpose, $0.look) = (ada, "service", Say.look()) },
            "role_required"),
        Overreach(
            "a look", "resolve", .resolveBatch,
            SelvedgeResolveBatchRequest.with { ($0.subjects, $0.look) = ([ada], Say.look()) }, "role_required"),
        Overreach(
            "a look", "resolve", .watch,
            SelvedgeWatchRequest.with { ($0.purpose, $0.look) = ("service", Say.look()) }, "role_required"),
        Overreach(
            "a look", "resolve", .explain,
            SelvedgeExplainRequest.with { ($0.first, $0.second, $0.look) = (ada, ada, Say.look()) }, "role_required"),
        Overreach(
            "another purpose", "score", .score,
            SelvedgeScoreRequest.with { ($0.subject, $0.purpose) = (ada, "marketing") }, purpose),
        Overreach("another purpose", "offer", .decideOffer, Say.deciding(ada, "marketing"), purpose),
        Overreach(
            "another purpose, kept", "offer", .decideOffer, Say.deciding(ada, "marketing", trial: false), purpose),
        Overreach(
            "the catalogue", "offer", .loadOffers, SelvedgeLoadOffersRequest.with { $0.yaml = OfferWorld.catalogue },
            "role_required"),
        Overreach("no look", "admin", .resolve, Say.resolve(ada), "role_required"),
        Overreach("no look", "privacy", .resolveBatch, Say.batch([ada]), "role_required"),
        Overreach("no look", "admin", .watch, SelvedgeWatchRequest.with { $0.purpose = "service" }, "role_required"),
        Overreach("another source among its own", "ingest", .record, Say.recording(other), source),
        Overreach("another source among its own", "ingest", .recordStream, Say.streaming(1, other), source),
        Overreach("decisions", "ingest", .record, Say.recording([decided]), "role_required"),
        Overreach("decisions", "ingest", .recordStream, Say.streaming(1, [decided]), "role_required"),
        Overreach(
            "a whole source", "ingest", .retract, SelvedgeRetractRequest.with { $0.source = "web" }, "role_required"),
        Overreach(
            "another source's record", "ingest", .retract,
            SelvedgeRetractRequest.with { $0.record = .with { ($0.source, $0.recordID) = ("crm", "r1") } }, source),
        Overreach(
            "one record", "admin", .retract,
            SelvedgeRetractRequest.with { $0.record = .with { ($0.source, $0.recordID) = ("web", "r1") } },
            "role_required"),
        Overreach(
            "another source", "consent", .decide,
            Say.decide("ada", [Say.decision("service", "denied")], source: "crm"), source),
    ]

    @Test(arguments: overreaches, DoorKind.allCases)
    func theRightRoleForSomethingElseIsRefused(overreach: Overreach, kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let before = try world.server.engine.digest(.content)
            let reply = try await world.ask(kind, as: overreach.role, overreach.method, overreach.message)
            #expect(reply.end == "PERMISSION_DENIED \(overreach.code)")
            #expect(reply.messages.isEmpty)
            // Nothing of it was taken.
            #expect(try world.server.engine.digest(.content) == before)
        }
    }

    // MARK: Tokens

    private static let badTokens = TokenTests.badKeys + TokenTests.badClaims + TokenTests.badForms

    @Test(arguments: badTokens, DoorKind.allCases)
    func aBadTokenOpensNoDoor(bad: BadToken, kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let token = try bad.make(try await TokenForge.shared.value)
            let door = try world.server.door(kind, .init(token: token, authority: world.office.file))
            let reply = await door.ask(.resolve, AccessWorld.question(.resolve))
            #expect(reply.end == "UNAUTHENTICATED \(bad.code.rawValue)")
            #expect(reply.failure?.message.contains("billing") != true)
            await door.close()
        }
    }

    @Test(arguments: badTokens) func aBadTokenMakesNobodySomebody(bad: BadToken) async throws {
        try await AccessWorld.with { world in
            let token = try bad.make(try await TokenForge.shared.value)
            let door = try await world.door(.wire, as: nil)
            let request = SelvedgeAuthenticateRequest.with { $0.token = token }
            #expect(await door.ask(.authenticate, request.bytes).end == "UNAUTHENTICATED \(bad.code.rawValue)")
            #expect(await door.ask(.describe, []).end == "UNAUTHENTICATED unauthenticated")
            await door.close()
        }
    }

    @Test func aServerThatTheCallerDoesNotTrustIsToldNothing() async throws {
        try await AccessWorld.with { world in
            let token = try await world.token("resolve")
            for kind in DoorKind.allCases {
                let door = try world.server.door(kind, .init(token: token, authority: world.stranger.file))
                #expect(await door.ask(.resolve, AccessWorld.question(.resolve)).isUnanswered)
                await door.close()
            }
        }
    }

    // MARK: Certificates

    /// A second is too short for a connection to be made in it.
    private static let badCertificates =
        CertificateTests.badNames + CertificateTests.badURIs
        + CertificateTests.badUses.filter { $0.draft.validFrom <= 0 && $0.testDescription != "may sign lists" }
        + [
            BadCertificate("valid from tomorrow on") { ($0.validFrom, $0.validThrough) = (86_400, 90_000) }
        ]

    @Test(arguments: badCertificates, DoorKind.allCases)
    func aBadCertificateOpensNoDoor(bad: BadCertificate, kind: DoorKind) async throws {
        try await AccessWorld.with(certificates: true) { world in
            let door = try world.door(kind, bad.draft)
            let reply = await door.ask(.resolve, AccessWorld.question(.resolve))
            // TLS refuses some of them before the server looks.
            #expect(reply.isUnanswered || reply.end == "UNAUTHENTICATED \(bad.code.rawValue)", "\(reply)")
            await door.close()
            let good = try world.door(kind, CertificateDraft())
            #expect(await good.ask(.resolve, AccessWorld.question(.resolve)).failure == nil)
            await good.close()
        }
    }

    @Test(arguments: DoorKind.allCases) func twoNamesAreToldByTheServerItself(kind: DoorKind) async throws {
        try await AccessWorld.with(certificates: true) { world in
            for names in [["web", "admin"], []] {
                let draft = CertificateDraft.with {
                    $0.names = names.map { .uniformResourceIdentifier("spiffe://shop.example/\($0)") }
                    $0.names?.append(.dnsName("web.shop.example"))
                }
                let door = try world.door(kind, draft)
                let reply = await door.ask(.resolve, AccessWorld.question(.resolve))
                #expect(reply.end == "UNAUTHENTICATED unauthenticated")
                await door.close()
            }
        }
    }

    @Test(arguments: DoorKind.allCases) func anotherAuthoritysCertificateIsRefused(kind: DoorKind) async throws {
        try await AccessWorld.with(certificates: true) { world in
            let door = try world.door(kind, CertificateDraft(), of: world.stranger)
            #expect(await door.ask(.resolve, AccessWorld.question(.resolve)).isUnanswered)
            await door.close()
        }
    }

    @Test(arguments: DoorKind.allCases) func aCertificateAndATokenAreOneTooMany(kind: DoorKind) async throws {
        try await AccessWorld.with(certificates: true) { world in
            let door = try world.door(kind, CertificateDraft(), token: try await world.token("admin"))
            let reply = await door.ask(.describe, [])
            #expect(reply.end == "UNAUTHENTICATED unauthenticated")
            #expect(reply.failure?.message.contains("one way") == true)
            await door.close()
        }
    }

    @Test func overTheWireATokenWillDoWhereCertificatesAreTaken() async throws {
        try await AccessWorld.with(certificates: true) { world in
            let known = try await world.ask(.wire, as: "admin", .describe, [])
            #expect(known.failure == nil)
            let nobody = try await world.ask(.wire, as: nil, .describe, [])
            #expect(nobody.end == "UNAUTHENTICATED unauthenticated")
        }
    }
}
