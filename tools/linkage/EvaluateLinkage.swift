internal import Foundation
internal import Identity
internal import Stitching

/// Runs the default recipe on a set and says how well it did: no parameter is told, and no truth seen before the end.
@main
struct EvaluateLinkage {
    static func main() {
        guard let options = EvaluationOptions(Array(CommandLine.arguments.dropFirst())) else {
            print(EvaluationOptions.usage)
            exit(2)
        }
        do {
            try run(options)
        } catch {
            let reason = error is CocoaError ? error.localizedDescription : "\(error)"
            FileHandle.standardError.write(Data("error: \(reason)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ options: EvaluationOptions) throws {
        if let people = options.speed { return try Speed.measure(people: people) }
        if let path = options.written { return try Bulk.write(path, people: options.people ?? 100_000) }
        if let path = options.bulk { return try Bulk.match(path) }
        let data = try set(options)
        let table = try data.table()
        do throws(TrainingRefusal) {
            let outcome = try train(table, data, options)
            if options.isPrinted { return Report.write(outcome.model) }
            evaluate(outcome, table, data, options)
        } catch {
            print("  refused: \(error)")
        }
    }

    private static func set(_ options: EvaluationOptions) throws -> DataSet {
        if let name = options.synthetic, var shape = SyntheticShape.named(name) {
            shape.people = options.people ?? shape.people
            return DataSet(shape, seed: options.seed)
        }
        return try DataSet(
            paths: options.paths, truth: options.truth, without: options.without, identifiers: options.takesIdentifiers)
    }

    private static func train(
        _ table: RecordTable, _ data: DataSet, _ options: EvaluationOptions
    ) throws(TrainingRefusal) -> Training.Outcome {
        guard let first = options.trainedOn.first else { return try Training.train(table, schema: data.schema) }
        let shape = SyntheticShape.named(first)
        let set =
            try? shape.map { DataSet($0, seed: 1) }
            ?? DataSet(paths: options.trainedOn, truth: nil, without: options.without)
        guard let set, let other = try? set.table() else { throw .tooFewRecords(count: 0, least: 1) }
        let model = try Training.train(other, schema: set.schema).model
        return try Training.transfer(model, to: table, schema: data.schema)
    }

    private static func evaluate(
        _ outcome: Training.Outcome, _ table: RecordTable, _ data: DataSet, _ options: EvaluationOptions
    ) {
        let matcher = BulkMatcher(table, outcome.model)
        let links = matcher.links(atLeast: LinkWeight(bits: -20))
        var constraints = ClusterConstraints()
        if options.usesIdentifiers { constraints.joined = data.joined(table) }
        let clusters = matcher.clusters(links, constraints: constraints)
        Report(data: data, table: table, outcome: outcome, matcher: matcher, links: links, clusters: clusters)
            .write(verbose: options.isVerbose, misses: options.misses)
    }
}
