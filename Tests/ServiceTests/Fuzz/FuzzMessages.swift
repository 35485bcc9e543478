import Foundation
import SwiftProtobuf
import TestSupport
import Wire

/// Well-formed messages of every method, from a small vocabulary, so that the store that they are said to stays small.
struct FuzzMessages {
    static let purposes = ["service", "news", "ads", "", "nothing"]

    static func request(_ method: Wire.Method, _ random: inout SeededGenerator) -> [UInt8] {
        let message: any SwiftProtobuf.Message =
            switch method {
            case .authenticate: SelvedgeAuthenticateRequest.with { $0.token = random.pick(["", "a.b.c", "token"]) }
            case .health: GRPCHealthCheckRequest.with { $0.service = random.pick(["", "selvedge.v1.Identity", "x"]) }
            case .resolve, .resolveBatch, .explain, .simulate, .watch: identity(method, &random)
            case .record, .recordStream, .retract, .assert: ingest(method, &random)
            case .decide, .consentCheck, .ledger, .prove: consent(method, &random)
            case .requestErasure, .planErasure, .approve, .reject, .erasureStatus, .listErasures, .certificate, .access,
                .restrict, .object, .lift, .readmit, .scrub:
                privacy(method, &random)
            case .score, .decideOffer, .offerOutcome, .loadOffers, .showOffers: offers(method, &random)
            case .search, .listModels, .showModel, .trainLinkage, .link, .compareRecords, .listReviews, .review,
                .trainScores, .export, .repartition, .listAudit, .verifyAudit, .offerReport:
                models(method, &random)
            default: admin(method, &random)
            }
        return (try? message.serializedBytes()) ?? []
    }

    private static func identity(_ method: Wire.Method, _ random: inout SeededGenerator) -> any SwiftProtobuf.Message {
        switch method {
        case .resolve:
            var request = SelvedgeResolveRequest()
            request.subject = subject(&random)
            request.purpose = random.pick(purposes)
            request.members = random.chance(50)
            if random.chance(5) { request.look = look(&random) }
            return request
        case .resolveBatch:
            var request = SelvedgeResolveBatchRequest()
            request.subjects = (0..<random.int(0...6)).map { _ in subject(&random) }
            request.purpose = random.pick(purposes)
            request.members = random.chance(50)
            if random.chance(5) { request.look = look(&random) }
            return request
        case .explain:
            var request = SelvedgeExplainRequest()
            (request.first, request.second) = (subject(&random), subject(&random))
            request.purpose = random.pick(purposes)
            return request
        case .simulate:
            var request = SelvedgeSimulateRequest()
            request.observations = (0..<random.int(0...3)).map { _ in observation(&random) }
            request.purpose = random.pick(purposes)
            return request
        default:
            var request = SelvedgeWatchRequest()
            request.from = UInt64(random.pick([0, 1, 50, 1_000_000]))
            request.purpose = random.pick(purposes)
            request.follow = random.chance(20)
            request.limit = UInt64(random.pick([0, 1, 20]))
            return request
        }
    }

    private static func ingest(_ method: Wire.Method, _ random: inout SeededGenerator) -> any SwiftProtobuf.Message {
        switch method {
        case .record:
            var request = SelvedgeRecordRequest()
            request.observations = (0..<random.int(0...3)).map { _ in observation(&random) }
            return request
        case .recordStream:
            var request = SelvedgeRecordStreamRequest()
            request.sequence = UInt64(random.int(0...9))
            request.observations = (0..<random.int(0...3)).map { _ in observation(&random) }
            return request
        case .retract:
            var request = SelvedgeRetractRequest()
            if random.chance(90) { request.record = recordName(&random) } else { request.source = "web" }
            return request
        default:
            var request = SelvedgeAssertRequest()
            (request.first, request.second) = (subject(&random), subject(&random))
            request.claim = random.pick([.same, .different, .unspecified])
            request.withdraw = random.chance(50)
            return request
        }
    }

    private static func consent(_ method: Wire.Method, _ random: inout SeededGenerator) -> any SwiftProtobuf.Message {
        switch method {
        case .decide:
            var request = SelvedgeDecideRequest()
            request.source = random.pick(["web", "crm", ""])
            request.identifiers = (0..<random.int(0...2)).map { _ in identifier(&random) }
            request.decisions = (0..<random.int(0...2)).map { _ in decision(&random) }
            return request
        case .consentCheck:
            var request = SelvedgeConsentCheckRequest()
            request.subject = subject(&random)
            request.purpose = random.pick(purposes)
            if random.chance(30) { request.look = look(&random) }
            return request
        case .ledger:
            return SelvedgeLedgerRequest.with {
                $0.subject = subject(&random)
                if random.chance(30) { $0.look = look(&random) }
            }
        default:
            return SelvedgeProveRequest.with {
                $0.subject = subject(&random)
                if random.chance(30) { $0.look = look(&random) }
            }
        }
    }

    private static func admin(_ method: Wire.Method, _ random: inout SeededGenerator) -> any SwiftProtobuf.Message {
        switch method {
        case .describe: SelvedgeDescribeRequest()
        case .stats: SelvedgeStatsRequest()
        case .digest: SelvedgeDigestRequest.with { $0.content = random.chance(50) }
        case .check: SelvedgeCheckRequest()
        case .clusters: SelvedgeClustersRequest()
        case .key: SelvedgeKeyRequest.with { $0.subject = subject(&random) }
        case .sweep: SelvedgeSweepRequest()
        case .backup:
            SelvedgeBackupRequest.with {
                ($0.reason, $0.expiresDays) = (random.pick(["", "a test"]), random.pick([0, 1, 9_999]))
            }
        case .showKeys: SelvedgeShowKeysRequest()
        case .privacyLedger: SelvedgePrivacyLedgerRequest()
        case .rotateKeys: SelvedgeRotateKeysRequest.with { $0.reason = random.pick(["", "a test"]) }
        default: SelvedgePurgeRequest()
        }
    }

    private static func privacy(_ method: Wire.Method, _ random: inout SeededGenerator) -> any SwiftProtobuf.Message {
        let reason = random.pick(["", "a test", "a test"])
        let number = UInt64(random.int(0...3))
        switch method {
        case .requestErasure:
            return SelvedgeRequestErasureRequest.with { ($0.subject, $0.reason) = (subject(&random), reason) }
        case .planErasure:
            return SelvedgePlanErasureRequest.with { ($0.subject, $0.look) = (subject(&random), look(&random)) }
        case .approve:
            return SelvedgeApproveRequest.with {
                ($0.number, $0.hash, $0.reason) = (number, Data(count: random.pick([32, 31])), reason)
            }
        case .reject: return SelvedgeRejectRequest.with { ($0.number, $0.reason) = (number, reason) }
        case .erasureStatus: return SelvedgeStatusRequest.with { $0.number = number }
        case .listErasures: return SelvedgeListRequest.with { $0.overdue = random.chance(50) }
        case .certificate: return SelvedgeCertificateRequest.with { $0.number = number }
        case .access:
            return SelvedgeAccessRequest.with { ($0.subject, $0.look) = (subject(&random), look(&random)) }
        case .restrict: return SelvedgeRestrictRequest.with { ($0.subject, $0.reason) = (subject(&random), reason) }
        case .object:
            return SelvedgeObjectRequest.with {
                ($0.subject, $0.purposes, $0.reason) = (subject(&random), [random.pick(purposes)], reason)
            }
        case .lift:
            return SelvedgeLiftRequest.with {
                ($0.subject, $0.reason) = (subject(&random), reason)
                $0.kind = random.pick(["restriction", "objection", ""])
            }
        case .readmit:
            return SelvedgeReadmitRequest.with {
                ($0.identifier, $0.source, $0.reason) = (identifier(&random), "web", reason)
                $0.purposes = [random.pick(purposes)]
            }
        default: return SelvedgeScrubRequest.with { $0.reason = reason }
        }
    }

    private static func offers(_ method: Wire.Method, _ random: inout SeededGenerator) -> any SwiftProtobuf.Message {
        switch method {
        case .score:
            return SelvedgeScoreRequest.with {
                ($0.subject, $0.purpose, $0.explain) = (subject(&random), random.pick(purposes), random.chance(50))
            }
        case .decideOffer:
            var request = SelvedgeDecideOfferRequest()
            (request.subject, request.purpose) = (subject(&random), random.pick(purposes))
            request.basket = (0..<random.int(0...3)).map { _ in line(&random) }
            request.channels = random.chance(20) ? [random.pick(["web", "email", "nothing"])] : []
            request.cohort = random.pick(["", "", "vip", "nothing"])
            request.appliedGroups = random.chance(20) ? ["seasonal", "nothing"] : []
            request.offsetMinutes = Int32(random.pick([0, 60, -1_440, 1_441, Int(Int32.min)]))
            request.holdSeconds = random.pick([0, 1, 604_800, 604_801, .max])
            (request.trace, request.trial) = (random.chance(30), random.chance(60))
            return request
        case .offerOutcome:
            var request = SelvedgeOfferOutcomeRequest()
            request.outcomes = (0..<random.int(0...3)).map { _ in outcome(&random) }
            return request
        case .loadOffers:
            let catalogues = ["", "currency: EUR", OfferWorld.catalogue, OfferWorld.catalogue + "more: 1\n"]
            return SelvedgeLoadOffersRequest.with {
                ($0.yaml, $0.check) = (random.pick(catalogues), random.chance(30))
            }
        default: return SelvedgeShowOffersRequest()
        }
    }

    private static func line(_ random: inout SeededGenerator) -> SelvedgeBasketLine {
        let amounts = [0, 1, 4_900, -1, 100_000_000_000, Int(Int64.max), Int(Int64.min)]
        return .with {
            ($0.product, $0.category) = (random.pick(["", "p1"]), random.pick(["", "lamps", "nothing"]))
            if random.chance(50) { $0.quantity = random.pick([0, 1, 2, 1_000_000, .max]) }
            ($0.unitPrice, $0.unitCost) = (Int64(random.pick(amounts)), Int64(random.pick(amounts)))
        }
    }

    private static func outcome(_ random: inout SeededGenerator) -> SelvedgeOfferOutcome {
        let amounts = [0, 1, 4_900, -4_900, 100_000_000_001, Int(Int64.max), Int(Int64.min)]
        return .with {
            $0.decisionID = random.pick(["", OfferWorld.unknownDecision, "dec_zzzzzzzzzzzzzzzzzzzzzzzzzz"])
            $0.kind = random.pick([.unspecified, .shown, .bought, .returned])
            if random.chance(50) { $0.timeMs = Int64(random.pick([0, 1_767_225_600_000, -1, Int.max, Int.min])) }
            $0.orderID = random.pick(["", "o-1", "o-2"])
            ($0.revenue, $0.margin) = (Int64(random.pick(amounts)), Int64(random.pick(amounts)))
        }
    }

    // MARK: Parts

    private static func identifier(_ random: inout SeededGenerator) -> SelvedgeIdentifier {
        var identifier = SelvedgeIdentifier()
        identifier.namespace = random.pick(["email", "cookie", "cookie", "phone", "nothing", ""])
        switch random.int(0...9) {
        case 0: identifier.sha256 = Data((0..<random.pick([32, 31, 0])).map { UInt8($0) })
        case 1: break
        default:
            let number = random.int(0...31)
            identifier.value = identifier.namespace == "email" ? "person\(number)@example.org" : "value-\(number)"
        }
        return identifier
    }

    static func recordName(_ random: inout SeededGenerator) -> SelvedgeRecordName {
        .with {
            $0.source = random.pick(["crm", "web", "nothing"])
            $0.recordID = "r\(random.int(0...31))"
        }
    }

    private static func subject(_ random: inout SeededGenerator) -> SelvedgeSubject {
        var subject = SelvedgeSubject()
        switch random.int(0...9) {
        case 0:
            subject.profileID = random.pick(["", "prf_00000000000000000000000000", "prf_zzzzzzzzzzzzzzzzzzzzzzzzzz"])
        case 1, 2: subject.record = recordName(&random)
        case 3: break
        default: subject.identifier = identifier(&random)
        }
        return subject
    }

    static func look(_ random: inout SeededGenerator) -> SelvedgeLook {
        .with { $0.reason = random.pick(["", "a test"]) }
    }

    private static func observation(_ random: inout SeededGenerator) -> SelvedgeObservation {
        var observation = SelvedgeObservation()
        observation.source = random.pick(["web", "web", "crm", "nothing"])
        if observation.source == "crm" { observation.recordID = "r\(random.int(0...31))" }
        observation.timeMs = Int64(random.pick([0, 1_767_225_600_000, 1_767_225_600_001, -1, Int.max, Int.min]))
        observation.identifiers = (0..<random.int(0...3)).map { _ in identifier(&random) }
        if random.chance(10) { observation.attributes = Data(random.pick(["{}", "{\"a\":1}", "[", "\u{0}"]).utf8) }
        if random.chance(10) { observation.decisions = [decision(&random)] }
        return observation
    }

    private static func decision(_ random: inout SeededGenerator) -> SelvedgeDecision {
        var decision = SelvedgeDecision()
        decision.purpose = random.pick(purposes)
        decision.decision = random.pick(["granted", "denied", "withdrawn", "", "x"])
        decision.scope = random.pick(["", "profile", "identifier"])
        if random.chance(10) { decision.lifts = ["00000000000000000000000000000000"] }
        return decision
    }
}
