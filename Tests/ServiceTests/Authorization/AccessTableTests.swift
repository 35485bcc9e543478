import Foundation
import Identity
import Service
import Testing
import Wire

@Suite struct AccessTableTests {
    static let now = TokenForge.now

    /// Written a second time and in another form, so that a change of the table is meant: by method, the roles of which one
    /// alone lets a call through that asks for what is permitted.
    static let expected: [Wire.Method: Set<Role>] = [
        .resolve: [.resolve], .resolveBatch: [.resolve], .explain: [.resolve], .simulate: [.resolve],
        .watch: [.resolve], .record: [.ingest], .recordStream: [.ingest], .retract: [.ingest], .assert: [.admin],
        .decide: [.consent], .consentCheck: [.privacy, .admin], .ledger: [.privacy, .admin],
        .prove: [.privacy, .admin], .describe: [.admin], .stats: [.admin], .digest: [.admin], .check: [.admin],
        .clusters: [.admin], .key: [.admin], .sweep: [.admin], .purge: [.admin], .backup: [.admin],
        .rotateKeys: [.admin], .authenticate: Set(Role.allCases),
        .health: Set(Role.allCases), .requestErasure: [.privacy], .planErasure: [.privacy], .access: [.privacy],
        .restrict: [.privacy], .object: [.privacy], .lift: [.privacy], .readmit: [.privacy], .approve: [.approve],
        .reject: [.privacy, .approve], .erasureStatus: [.privacy, .approve], .listErasures: [.privacy, .approve],
        .certificate: [.privacy, .approve], .scrub: [.admin], .score: [.score], .decideOffer: [.offer],
        .offerOutcome: [.offer], .loadOffers: [.admin], .showOffers: [.offer, .admin],
        .offerReport: [.offer, .admin], .search: [.privacy, .admin], .listModels: [.admin], .showModel: [.admin],
        .trainLinkage: [.admin], .link: [.admin], .compareRecords: [.admin], .listReviews: [.admin], .review: [.admin],
        .trainScores: [.admin], .export: [.admin], .repartition: [.admin], .listAudit: [.privacy, .admin],
        .verifyAudit: [.privacy, .admin], .showKeys: [.admin], .privacyLedger: [.admin],
    ]

    static func grants(
        _ roles: [Role], purposes: NameSet = .some(["service"]), sources: NameSet = .some(["web"])
    ) -> Grants {
        Grants(
            principal: Principal(name: "a", kind: .token, expires: nil), roles: RoleSet(roles.map { RoleSet($0) }),
            purposes: purposes, sources: sources, generation: 1)
    }

    /// What a call of the method holds that asks for no more than `grants` permits.
    static func modest(_ method: Wire.Method) -> AccessDemand {
        switch AccessTable.rule(for: method) {
        case .everyone, .anyOf: .nothing
        case .purpose: .view(purpose: "service", look: false)
        case .source(.consent, _): .source("web")
        case .source: .observations(sources: ["web", "web"], firstDecision: nil)
        case .sourceOrWhole: .source("web")
        }
    }

    @Test(arguments: Wire.Method.allCases, Role.allCases)
    func oneRoleLetsThroughWhatTheTableSays(method: Wire.Method, role: Role) throws {
        let wanted = try #require(Self.expected[method], "\(method) has no row here")
        let decision = Self.grants([role]).decide(method, Self.modest(method), at: Self.now)
        if wanted.contains(role) {
            #expect(decision == .allowed)
        } else {
            #expect(decision.error?.status == .permissionDenied)
            #expect(decision.error?.code == "role_required")
        }
    }

    @Test(arguments: Wire.Method.allCases)
    func nobodyIsServedNothingButWhatEveryoneIs(method: Wire.Method) {
        let nobody = Grants(principal: .nobody, roles: .all, purposes: .all, sources: .all, generation: 1)
        let isFree = method == .health || method == .authenticate
        for decision in [nobody.admits(method, at: Self.now), nobody.decide(method, Self.modest(method), at: Self.now)]
        {
            #expect((decision == .allowed) == isFree)
            #expect(isFree || decision.error?.status == .unauthenticated)
            #expect(isFree || decision.error?.code == "unauthenticated")
        }
    }

    /// A call that is refused before its message is read is one that would be refused whatever it holds.
    @Test(arguments: Wire.Method.allCases, Role.allCases)
    func whatIsAllowedIsAdmitted(method: Wire.Method, role: Role) {
        let grants = Self.grants([role])
        let demands: [AccessDemand] = [
            Self.modest(method), .view(purpose: "", look: true), .view(purpose: "service", look: false), .wholeSource,
            .source("web"), .observations(sources: [], firstDecision: 0),
        ]
        let isAllowed = demands.contains { grants.decide(method, $0, at: Self.now) == .allowed }
        #expect(!isAllowed || grants.admits(method, at: Self.now) == .allowed)
        #expect(isAllowed || grants.admits(method, at: Self.now).error?.code == "role_required")
    }

    /// A refused call: method, roles, what it holds, code, field.
    struct Refused: Sendable {
        var method: Wire.Method
        var roles: [Role]
        var demand: AccessDemand
        var code: ErrorCode
        var field = ""
    }

    static let refused = [
        Refused(
            method: .resolve, roles: [.resolve], demand: .view(purpose: "marketing", look: false),
            code: .purposeNotPermitted, field: "purpose"),
        Refused(
            method: .resolveBatch, roles: [.resolve, .admin], demand: .view(purpose: "marketing", look: false),
            code: .purposeNotPermitted, field: "purpose"),
        Refused(
            method: .watch, roles: [.resolve], demand: .view(purpose: "", look: false), code: .missingField,
            field: "purpose"),
        Refused(
            method: .resolve, roles: [.resolve], demand: .view(purpose: "service", look: true), code: .roleRequired),
        Refused(method: .explain, roles: [.admin], demand: .view(purpose: "service", look: false), code: .roleRequired),
        Refused(method: .simulate, roles: [.privacy], demand: .view(purpose: "", look: false), code: .roleRequired),
        Refused(
            method: .record, roles: [.ingest], demand: .observations(sources: ["web", "crm"], firstDecision: nil),
            code: .sourceNotPermitted, field: "observations[1].source"),
        Refused(
            method: .recordStream, roles: [.ingest],
            demand: .observations(sources: ["web", "web", "web", "crm", "web"], firstDecision: nil),
            code: .sourceNotPermitted, field: "observations[3].source"),
        Refused(
            method: .record, roles: [.ingest], demand: .observations(sources: ["", "web"], firstDecision: nil),
            code: .sourceNotPermitted, field: "observations[0].source"),
        Refused(
            method: .record, roles: [.ingest], demand: .observations(sources: ["web", "web"], firstDecision: 1),
            code: .roleRequired, field: "observations[1].decisions"),
        Refused(
            method: .record, roles: [.consent], demand: .observations(sources: ["web"], firstDecision: 0),
            code: .roleRequired),
        Refused(
            method: .decide, roles: [.consent], demand: .source("crm"), code: .sourceNotPermitted, field: "source"),
        Refused(
            method: .score, roles: [.score], demand: .view(purpose: "marketing", look: false),
            code: .purposeNotPermitted, field: "purpose"),
        Refused(
            method: .score, roles: [.score], demand: .view(purpose: "", look: false), code: .missingField,
            field: "purpose"),
        Refused(
            method: .score, roles: [.offer, .resolve], demand: .view(purpose: "service", look: false),
            code: .roleRequired),
        Refused(
            method: .score, roles: [.score, .admin], demand: .view(purpose: "service", look: true), code: .roleRequired),
        Refused(
            method: .decideOffer, roles: [.offer], demand: .view(purpose: "marketing", look: false),
            code: .purposeNotPermitted, field: "purpose"),
        Refused(
            method: .decideOffer, roles: [.score, .admin], demand: .view(purpose: "service", look: false),
            code: .roleRequired),
        Refused(method: .offerOutcome, roles: [.score, .ingest], demand: .nothing, code: .roleRequired),
        Refused(method: .loadOffers, roles: [.offer], demand: .nothing, code: .roleRequired),
        Refused(method: .decide, roles: [.ingest, .admin], demand: .source("web"), code: .roleRequired),
        Refused(
            method: .retract, roles: [.ingest], demand: .source("crm"), code: .sourceNotPermitted,
            field: "record.source"),
        Refused(method: .retract, roles: [.ingest], demand: .wholeSource, code: .roleRequired),
        Refused(method: .retract, roles: [.admin], demand: .source("web"), code: .roleRequired),
        Refused(method: .assert, roles: [.ingest, .resolve, .privacy], demand: .nothing, code: .roleRequired),
        Refused(method: .ledger, roles: [.consent], demand: .nothing, code: .roleRequired),
        Refused(method: .clusters, roles: [.privacy], demand: .nothing, code: .roleRequired),
        Refused(method: .purge, roles: [.approve, .privacy], demand: .nothing, code: .roleRequired),
    ]

    @Test(arguments: refused)
    func isRefused(call: Refused) {
        let error = Self.grants(call.roles).decide(call.method, call.demand, at: Self.now).error
        #expect(error?.status == call.code.status)
        #expect(error?.code == call.code.rawValue)
        #expect(error?.field == call.field)
        #expect(error?.message.contains("crm") == false && error?.message.contains("marketing") == false)
    }

    @Test(arguments: [Role.privacy, .admin])
    func aLookOpensAnyPurposeAndNone(role: Role) {
        for purpose in ["", "marketing", "service"] {
            let decision = Self.grants([role]).decide(.resolve, .view(purpose: purpose, look: true), at: Self.now)
            #expect(decision == .allowed)
        }
    }

    @Test func whatIsAllowedByMoreThanOneRole() {
        let both = Self.grants([.ingest, .consent])
        #expect(both.decide(.record, .observations(sources: ["web"], firstDecision: 0), at: Self.now) == .allowed)
        #expect(Self.grants([.admin]).decide(.retract, .wholeSource, at: Self.now) == .allowed)
        let all = Self.grants([.ingest], sources: .all)
        #expect(
            all.decide(.record, .observations(sources: ["crm", "x"], firstDecision: nil), at: Self.now) == .allowed)
    }

    @Test func whatIsJudgedByTheWrongMeasureIsNotAllowed() {
        let error = Self.grants(Role.allCases).decide(.resolve, .nothing, at: Self.now).error
        #expect(error?.code == "internal")
    }

    /// The article's table has a row for each method, with the roles of the rule, in the order of `Role`.
    @Test func theArticleTellsTheTable() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let article = try String(
            contentsOf: root.appending(path: "Sources/Engine/Selvedge.docc/Access.md"), encoding: .utf8)
        var told: [String: String] = [:]
        for line in article.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: [" "]) }
            guard cells.count == 3, cells[0].contains("/") else { continue }
            for name in cells[0].split(separator: ",") { told[name.trimmingCharacters(in: [" "])] = cells[1] }
        }
        for method in Wire.Method.allCases {
            let roles = AccessTable.rule(for: method).roles.roles.map(\.rawValue).joined(separator: ", ")
            #expect(told["\(method)"] == (roles.isEmpty ? "none" : roles), "\(method)")
        }
        #expect(told.count == Wire.Method.allCases.count)
    }
}
