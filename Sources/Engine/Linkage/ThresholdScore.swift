internal import GraphStore
internal import LMDB
internal import Stitching

/// How well the pairs of at least one weight agree with a truth, before clustering and without what identifiers join.
package struct ThresholdScore: Hashable, Sendable, Encodable {
    /// log2 of the odds.
    package var bits: Double
    package var pairs: Int
    package var precision: Double
    package var recall: Double
    package var f1: Double
    /// Whether it is the model's own.
    package var isDefault: Bool

    private enum CodingKeys: String, CodingKey {
        case bits, pairs, precision, recall, f1
        case isDefault = "default"
    }

    private init(_ threshold: LinkWeight, _ score: PairwiseScore, isDefault: Bool) {
        bits = threshold.bits
        pairs = score.truePositives + score.falsePositives
        (precision, recall, f1) = (score.precision, score.recall, score.f1)
        self.isDefault = isDefault
    }

    /// At each second bit, at the model's own threshold, and at the best; ascending. Nil where no model links.
    static func all(
        _ truth: [NodeID: Int32], _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [ThresholdScore]? {
        guard let active = try snapshot.models().first(where: \.row.isActive) else { return nil }
        let model = try LinkageModel(stored: active.row.bytes)
        let nodes = truth.keys.sorted()
        let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, UInt32($0)) })
        let evaluation = LinkageEvaluation(truth: nodes.map { truth[$0] ?? -1 })
        var links: [PairLink] = []
        try snapshot.scan(Tables.matches) { pair, payload in
            guard pair.first < pair.second, let left = numbers[pair.first], let right = numbers[pair.second] else {
                return .proceed
            }
            let row = try MatchCodec.decode(payload, version: MatchCodec.version)
            links.append(PairLink(left: left, right: right, weight: row.weight))
            return .proceed
        }
        var wanted = Set((-1...20).map { LinkWeight(bits: Double(2 * $0)) }.filter { $0 >= model.reviewThreshold })
        wanted.formUnion([model.linkThreshold, model.reviewThreshold])
        if let best = evaluation.byThreshold(links).max(by: { $0.score.f1 < $1.score.f1 }) {
            wanted.insert(best.threshold)
        }
        return wanted.sorted().map { threshold in
            ThresholdScore(
                threshold, evaluation.score(links, threshold: threshold), isDefault: threshold == model.linkThreshold)
        }
    }
}
