/// How many messages go each way.
package enum MethodKind: Hashable, Sendable {
    case unary, serverStream, bidirectional
}

/// Every method of both protocols; the raw value is its code in a REQUEST frame.
package enum Method: UInt16, Hashable, Sendable, CaseIterable {
    case authenticate = 0x0001
    case health = 0x0002
    case resolve = 0x0101
    case resolveBatch = 0x0102
    case explain = 0x0103
    case simulate = 0x0104
    case watch = 0x0105
    case search = 0x0106
    case record = 0x0201
    case recordStream = 0x0202
    case retract = 0x0203
    case assert = 0x0204
    case decide = 0x0301
    case consentCheck = 0x0302
    case ledger = 0x0303
    case prove = 0x0304
    case describe = 0x0401
    case stats = 0x0402
    case digest = 0x0403
    case check = 0x0404
    case clusters = 0x0405
    case key = 0x0406
    case sweep = 0x0407
    case purge = 0x0408
    case loadOffers = 0x0409
    case showOffers = 0x040a
    case backup = 0x040b
    case rotateKeys = 0x040c
    case listModels = 0x040d
    case showModel = 0x040e
    case trainLinkage = 0x040f
    case link = 0x0410
    case compareRecords = 0x0411
    case listReviews = 0x0412
    case review = 0x0413
    case trainScores = 0x0414
    case export = 0x0415
    case repartition = 0x0416
    case listAudit = 0x0417
    case verifyAudit = 0x0418
    case showKeys = 0x0419
    case privacyLedger = 0x041a
    case requestErasure = 0x0501
    case planErasure = 0x0502
    case approve = 0x0503
    case reject = 0x0504
    case erasureStatus = 0x0505
    case listErasures = 0x0506
    case certificate = 0x0507
    case access = 0x0508
    case restrict = 0x0509
    case object = 0x050a
    case lift = 0x050b
    case readmit = 0x050c
    case scrub = 0x050d
    case score = 0x0601
    case decideOffer = 0x0701
    case offerOutcome = 0x0702
    case offerReport = 0x0703

    /// Of a method whose calls are mostly short reads, done on the connection's own thread; nil: of another.
    @inline(__always)
    package init?(short code: UInt16) {
        switch code {
        case Method.resolve.rawValue: self = .resolve
        case Method.resolveBatch.rawValue: self = .resolveBatch
        case Method.score.rawValue: self = .score
        case Method.decideOffer.rawValue: self = .decideOffer
        default: return nil
        }
    }

    package var kind: MethodKind {
        switch self {
        case .recordStream: .bidirectional
        case .watch, .stats, .digest, .check, .clusters, .sweep, .purge, .backup, .rotateKeys, .listErasures, .access,
            .scrub, .showModel, .trainLinkage, .link, .listReviews, .trainScores, .export, .repartition, .listAudit,
            .verifyAudit, .offerReport, .privacyLedger:
            .serverStream
        default: .unary
        }
    }

    /// Whether a call may be sent again that was perhaps carried out: it changes nothing, or the same twice is the same once.
    package var isIdempotent: Bool {
        switch self {
        case .simulate, .requestErasure, .approve, .reject, .readmit, .loadOffers, .decideOffer, .backup, .rotateKeys,
            .trainLinkage, .trainScores:
            false
        default: true
        }
    }

    /// Of the wire protocol alone: gRPC has metadata for it.
    package var isOfWireAlone: Bool { self == .authenticate }

    /// With its package, such as `selvedge.v1.Identity`.
    package var service: String {
        switch self {
        case .health: "grpc.health.v1.Health"
        default:
            switch rawValue >> 8 {
            case 0x01: "selvedge.v1.Identity"
            case 0x02: "selvedge.v1.Ingest"
            case 0x03: "selvedge.v1.Consent"
            case 0x04: "selvedge.v1.Admin"
            case 0x05: "selvedge.v1.Privacy"
            case 0x06: "selvedge.v1.Score"
            case 0x07: "selvedge.v1.Offer"
            default: "selvedge.v1.Session"
            }
        }
    }

    /// As the service calls it, such as `Resolve`.
    package var name: String {
        switch self {
        case .authenticate: "Authenticate"
        case .health, .consentCheck, .check: "Check"
        case .resolve: "Resolve"
        case .resolveBatch: "ResolveBatch"
        case .explain: "Explain"
        case .simulate: "Simulate"
        case .watch: "Watch"
        case .record: "Record"
        case .recordStream: "RecordStream"
        case .retract: "Retract"
        case .assert: "Assert"
        case .decide, .decideOffer: "Decide"
        case .ledger: "Ledger"
        case .prove: "Prove"
        case .describe: "Describe"
        case .stats: "Stats"
        case .digest: "Digest"
        case .clusters: "Clusters"
        case .key: "Key"
        case .sweep: "Sweep"
        case .purge: "Purge"
        case .backup: "Backup"
        case .rotateKeys: "RotateKeys"
        case .requestErasure: "RequestErasure"
        case .planErasure: "PlanErasure"
        case .approve: "Approve"
        case .reject: "Reject"
        case .erasureStatus: "Status"
        case .listErasures: "List"
        case .certificate: "Certificate"
        case .access: "Access"
        case .restrict: "Restrict"
        case .object: "Object"
        case .lift: "Lift"
        case .readmit: "Readmit"
        case .scrub: "Scrub"
        case .score: "Score"
        case .offerOutcome: "Outcome"
        case .loadOffers: "LoadOffers"
        case .showOffers: "ShowOffers"
        case .search: "Search"
        case .listModels: "ListModels"
        case .showModel: "ShowModel"
        case .trainLinkage: "TrainLinkage"
        case .link: "Link"
        case .compareRecords: "CompareRecords"
        case .listReviews: "ListReviews"
        case .review: "Review"
        case .trainScores: "TrainScores"
        case .export: "Export"
        case .repartition: "Repartition"
        case .listAudit: "ListAudit"
        case .verifyAudit: "VerifyAudit"
        case .showKeys: "ShowKeys"
        case .privacyLedger: "PrivacyLedger"
        case .offerReport: "Report"
        }
    }
}

extension Method: CustomStringConvertible {
    /// Such as `Identity/Resolve`.
    package var description: String { "\(service.split(separator: ".").last ?? "")/\(name)" }
}
