import Foundation
import Identity
import SwiftProtobuf
import Wire

/// Messages in few words. What they tell of happened at the tests' moment.
enum Say {
    static let now = TokenForge.now.milliseconds

    static func identifier(_ namespace: String, _ value: String) -> SelvedgeIdentifier {
        .with { ($0.namespace, $0.value) = (namespace, value) }
    }

    static func subject(_ namespace: String, _ value: String) -> SelvedgeSubject {
        .with { $0.identifier = identifier(namespace, value) }
    }

    static func record(_ source: String, _ id: String) -> SelvedgeSubject {
        .with { $0.record = .with { ($0.source, $0.recordID) = (source, id) } }
    }

    static func email(_ name: String) -> SelvedgeSubject { subject("email", "\(name)@example.org") }

    static func look(_ reason: String = "a test") -> SelvedgeLook { .with { $0.reason = reason } }

    /// Identifiers as `namespace:value`.
    static func observation(
        _ identifiers: String..., source: String = "web", record: String = "", at time: Int64 = now
    ) -> SelvedgeObservation {
        .with { message in
            (message.source, message.recordID, message.timeMs) = (source, record, time)
            message.identifiers = identifiers.map { text in
                let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
                return identifier(parts[0], parts.last ?? "")
            }
        }
    }

    /// So many cookies, seen together.
    static func crowd(_ count: Int) -> SelvedgeObservation {
        var crowd = observation()
        crowd.identifiers = (0..<count).map { identifier("cookie", "crowd-\($0)") }
        return crowd
    }

    static func resolve(
        _ subject: SelvedgeSubject, _ purpose: String = "service", members: Bool = false
    ) -> SelvedgeResolveRequest {
        .with { ($0.subject, $0.purpose, $0.members) = (subject, purpose, members) }
    }

    static func batch(_ subjects: [SelvedgeSubject], _ purpose: String = "service") -> SelvedgeResolveBatchRequest {
        .with { ($0.subjects, $0.purpose) = (subjects, purpose) }
    }

    static func recording(_ observations: [SelvedgeObservation]) -> SelvedgeRecordRequest {
        .with { $0.observations = observations }
    }

    static func streaming(_ sequence: UInt64, _ observations: [SelvedgeObservation]) -> SelvedgeRecordStreamRequest {
        .with { ($0.sequence, $0.observations) = (sequence, observations) }
    }

    /// A question about two lamps.
    static func deciding(
        _ subject: SelvedgeSubject, _ purpose: String = "service", trial: Bool = true
    ) -> SelvedgeDecideOfferRequest {
        .with { message in
            (message.subject, message.purpose, message.trial) = (subject, purpose, trial)
            message.basket = [
                .with { line in
                    (line.category, line.quantity, line.unitPrice, line.unitCost) = ("lamps", 2, 5_000, 1_000)
                }
            ]
        }
    }

    static func outcome(
        _ decision: String, _ kind: SelvedgeOfferOutcome.Kind, at time: Int64? = nil, order: String = "",
        revenue: Int64 = 0
    ) -> SelvedgeOfferOutcome {
        .with { message in
            (message.decisionID, message.kind, message.orderID) = (decision, kind, order)
            if let time { message.timeMs = time }
            message.revenue = revenue
        }
    }

    static func outcomes(_ list: [SelvedgeOfferOutcome]) -> SelvedgeOfferOutcomeRequest { .with { $0.outcomes = list } }

    static func decision(_ purpose: String, _ decision: String, at time: Int64 = now) -> SelvedgeDecision {
        .with { ($0.purpose, $0.decision, $0.scope, $0.timeMs) = (purpose, decision, "profile", time) }
    }

    static func decide(
        _ subject: String, _ decisions: [SelvedgeDecision], source: String = "web", at time: Int64 = now
    ) -> SelvedgeDecideRequest {
        .with { message in
            (message.source, message.decisions, message.timeMs) = (source, decisions, time)
            message.identifiers = [identifier("email", "\(subject)@example.org")]
        }
    }
}

extension SwiftProtobuf.Message {
    var bytes: [UInt8] { (try? serializedBytes()) ?? [] }
}

extension Reply {
    /// The one message of an answer.
    func message<M: SwiftProtobuf.Message>(_ type: M.Type = M.self) throws -> M {
        guard failure == nil, messages.count == 1 else { throw NotAnswered(end: "\(end), \(messages.count) messages") }
        return try M(serializedBytes: messages[0])
    }

    struct NotAnswered: Error {
        let end: String
    }
}
