internal import Foundation
internal import Identity
internal import Stitching

/// What a run says.
struct Report {
    let data: DataSet
    let table: RecordTable
    let outcome: Training.Outcome
    let matcher: BulkMatcher
    let links: [PairLink]
    let clusters: LinkClusters

    func write(verbose: Bool, misses: Int) {
        if verbose { writeModel() }
        let plan = outcome.model.blocking
        let candidates = Double(2 * candidatePairs) / Double(max(table.count, 1))
        print(
            "  iterations \(outcome.trace.count), training pairs \(outcome.candidatePairs) of \(outcome.candidateRules) rules, "
                + "matches estimated \(Int(outcome.estimatedMatches)), shares \(outcome.model.shares)")
        print(
            "  plan of \(plan.entries.count) rules, at most \(plan.entries.reduce(0) { $0 + $1.candidateLimit }) candidates, "
                + "\(text(candidates)) on average, coverage \(text(outcome.coverage))")
        guard !data.truth.isEmpty else { return }
        let truth = table.origins.map { data.truth[$0] }
        let evaluation = LinkageEvaluation(truth: truth)
        let best = evaluation.byThreshold(links).max { $0.score.f1 < $1.score.f1 }
        if let best { print("  best     \(describe(best.score)) at \(text(best.threshold.bits)) bits") }
        print("  default  \(describe(evaluation.score(links, threshold: outcome.model.linkThreshold)))")
        print("  clusters \(describe(evaluation.score(clusters: clusters.clusters)))")
        let bCubed = evaluation.bCubed(clusters: clusters.clusters)
        print(
            "  B-cubed precision \(text(bCubed.precision)) recall \(text(bCubed.recall)), matches \(evaluation.matchCount)"
        )
        if misses > 0 { writeMisses(truth, misses) }
    }

    /// The model as `GeneralModel` holds it.
    static func write(_ model: LinkageModel) {
        print("    static let shares = [\(model.shares.map { String(format: "%.2e", $0) }.joined(separator: ", "))]")
        for one in model.comparisons {
            print(one.name)
            for level in one.levels {
                print("  " + level.m.map { String(format: "%.2e", $0) }.joined(separator: " "))
            }
        }
    }

    private var candidatePairs: Int {
        var found: [UInt32] = []
        return (0..<table.count).reduce(0) { sum, record in
            matcher.blocks.candidates(of: record, after: record, into: &found)
            return sum + found.count
        }
    }

    private func describe(_ score: PairwiseScore) -> String {
        "F1 \(text(score.f1)) precision \(text(score.precision)) recall \(text(score.recall)) "
            + "(\(score.truePositives) right, \(score.falsePositives) wrong, \(score.falseNegatives) missed)"
    }

    private func text(_ value: Double) -> String { String(format: "%.4f", value) }

    private func writeModel() {
        for one in outcome.model.comparisons {
            print("  \(one.name)")
            for (level, name) in one.comparison.kind.levelNames.enumerated().reversed() {
                let model = one.levels[level]
                print(
                    "    \(name): m \(text(model.m[0])) u \(String(format: "%.2e", model.u)) bits \(text(log2(model.m[0] / model.u)))"
                        + " household \(text(model.m[1])) namesake \(text(model.m[2])) rarity \(text(model.meanRarity))"
                )
            }
        }
        for entry in outcome.model.blocking.entries {
            let parts = entry.rule.parts.map { "\($0.part)(\(data.schema[$0.field].name))" }
            print("  rule \(parts.joined(separator: " + ")) limit \(entry.blockLimit)")
        }
    }

    private func writeMisses(_ truth: [Int32], _ limit: Int) {
        var byPerson: [Int32: [Int]] = [:]
        for (record, person) in truth.enumerated() { byPerson[person, default: []].append(record) }
        let found = Set(links.map { UInt64($0.left) << 32 | UInt64($0.right) })
        var shown = 0
        for (_, members) in byPerson.sorted(by: { $0.key < $1.key }) {
            for one in members {
                for other in members where other > one && shown < limit {
                    let weight = matcher.weight(UInt32(one), UInt32(other))
                    let isCandidate = found.contains(UInt64(one) << 32 | UInt64(other))
                    if weight >= outcome.model.linkThreshold, isCandidate { continue }
                    shown += 1
                    print("  missed \(text(weight.bits)) \(isCandidate ? "" : "NO CANDIDATE")")
                    show(one)
                    show(other)
                }
            }
        }
        shown = 0
        for link in links where link.weight >= outcome.model.linkThreshold && shown < limit {
            guard truth[Int(link.left)] != truth[Int(link.right)] else { continue }
            shown += 1
            print("  wrong \(text(link.weight.bits))")
            show(Int(link.left))
            show(Int(link.right))
        }
    }

    private func show(_ record: Int) {
        print("    ", data.records[table.origins[record]].attributes.map(\.value).joined(separator: " | "))
    }
}
