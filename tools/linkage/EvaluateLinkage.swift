internal import Foundation
internal import Identity
internal import Stitching

/// Runs the default recipe on a set and says how well it did: no parameter is told, and no truth seen before the end.
@main
struct EvaluateLinkage {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        var without: Set<String> = []
        var paths: [String] = []
        var truthPath: String?
        var verbose = false
        var misses = 0
        var usesIdentifiers = false
        var takesIdentifiers = false
        var trainedOn: [String] = []
        var synthetic: String?
        var seed: UInt64 = 1
        var people: Int?
        var index = 0
        while index < arguments.count {
            switch arguments[index] {
            case "--without":
                without.formUnion(arguments[index + 1].split(separator: ",").map(String.init))
                index += 1
            case "--truth":
                truthPath = arguments[index + 1]
                index += 1
            case "--speed":
                try Speed.measure(people: Int(arguments[index + 1]) ?? 10_000)
                return
            case "--verbose": verbose = true
            case "--identifiers": usesIdentifiers = true
            case "--identifiers-as-attributes": takesIdentifiers = true
            case "--trained-on":
                trainedOn.append(arguments[index + 1])
                index += 1
            case "--synthetic":
                synthetic = arguments[index + 1]
                index += 1
            case "--seed":
                seed = UInt64(arguments[index + 1]) ?? 1
                index += 1
            case "--people":
                people = Int(arguments[index + 1])
                index += 1
            case "--misses":
                misses = Int(arguments[index + 1]) ?? 0
                index += 1
            default: paths.append(arguments[index])
            }
            index += 1
        }
        var data: DataSet
        if let synthetic, var shape = SyntheticShape.named(synthetic) {
            if let people { shape.people = people }
            data = DataSet(shape, seed: seed)
        } else {
            data = try DataSet(paths: paths, truth: truthPath, without: without, identifiers: takesIdentifiers)
        }
        let clock = ContinuousClock()
        var lap = clock.now
        func time(_ what: String) {
            let now = clock.now
            print("  \(what): \(now - lap)")
            lap = now
        }
        let table = try data.table()
        time("encoded \(table.count) records")
        let outcome: Training.Outcome
        do throws(TrainingRefusal) {
            if trainedOn.isEmpty {
                outcome = try Training.train(table, schema: data.schema)
            } else {
                let shape = SyntheticShape.named(trainedOn[0])
                let set =
                    try? shape.map { DataSet($0, seed: 1) } ?? DataSet(paths: trainedOn, truth: nil, without: without)
                guard let set, let other = try? set.table() else { return print("  \(trainedOn) cannot be read") }
                let model = try Training.train(other, schema: set.schema).model
                outcome = try Training.transfer(model, to: table, schema: data.schema)
            }
        } catch {
            print("  refused: \(error)")
            return
        }
        time("trained")
        let matcher = BulkMatcher(table, outcome.model)
        time("indexed")
        let links = await matcher.links(atLeast: LinkWeight(bits: -20))
        time("scored \(links.count) links")
        var constraints = ClusterConstraints()
        if usesIdentifiers { constraints.joined = data.joined(table) }
        let clusters = matcher.clusters(links, constraints: constraints)
        time("clustered")
        Report(data: data, table: table, outcome: outcome, matcher: matcher, links: links, clusters: clusters)
            .write(verbose: verbose, misses: misses)
    }
}
