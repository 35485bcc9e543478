import Foundation
import SwiftProtobuf
import TestSupport
import Wire

extension FuzzMessages {
    static func models(_ method: Wire.Method, _ random: inout SeededGenerator) -> any SwiftProtobuf.Message {
        switch method {
        case .search:
            SelvedgeSearchRequest.with {
                $0.attributes = Data(random.pick(["", "{}", "{\"family_name\":\"a\"}", "[", "{\"x\":1}"]).utf8)
                $0.look = look(&random)
                $0.limit = random.pick([0, 1, 1_001])
            }
        case .listModels: SelvedgeListModelsRequest()
        case .showModel: SelvedgeShowModelRequest.with { if random.chance(50) { $0.version = 1 } }
        case .trainLinkage:
            SelvedgeTrainLinkageRequest.with {
                $0.from = Data((0..<random.int(0...40)).map { _ in UInt8(random.int(0...255)) })
            }
        case .link:
            SelvedgeLinkRequest.with {
                $0.none = random.chance(50)
                if random.chance(30) { $0.model = UInt32(random.int(0...2)) }
            }
        case .compareRecords:
            SelvedgeCompareRecordsRequest.with { ($0.first, $0.second) = (recordName(&random), recordName(&random)) }
        case .listReviews: SelvedgeListReviewsRequest.with { $0.limit = random.pick([0, 1, 100_001]) }
        case .review:
            SelvedgeReviewRequest.with {
                ($0.first, $0.second) = (recordName(&random), recordName(&random))
                if random.chance(80) { $0.accept = random.chance(50) }
            }
        case .trainScores:
            SelvedgeTrainScoresRequest.with {
                $0.purpose = random.pick(purposes)
                ($0.horizonDays, $0.dryRun) = (random.pick([0, 7, 9_999]), random.chance(50))
                if random.chance(30) { $0.marginShare = random.pick([0, 0.5, 2, .nan]) }
            }
        case .export:
            SelvedgeExportRequest.with {
                $0.table = random.pick(["nodes", "links", "profiles", "consents", ""])
                ($0.format, $0.look) = (random.pick(["", "jsonl", "png"]), look(&random))
            }
        case .repartition:
            SelvedgeRepartitionRequest.with {
                ($0.configuration, $0.dryRun) = (random.pick(["", "", "a: ["]), random.chance(50))
            }
        case .listAudit:
            SelvedgeListAuditRequest.with { ($0.from, $0.limit) = (UInt64(random.int(0...3)), random.pick([0, 1])) }
        case .verifyAudit: SelvedgeVerifyAuditRequest.with { $0.heads = Data(count: random.pick([0, 64, 128])) }
        default: SelvedgeOfferReportRequest.with { if random.chance(30) { $0.sinceMs = 1 } }
        }
    }
}
