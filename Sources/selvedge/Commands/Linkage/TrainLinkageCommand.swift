internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import Stitching

struct TrainLinkageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "linkage",
        abstract: "Learn how records of one person differ, without being told who is who.",
        discussion: """
            Every record with attributes takes part; nothing is set by hand. The model is kept with the next version, and \
            nothing is linked by it before `selvedge link`. Refused, with the reason, is what would find something else \
            than people.

            A store that is too small to learn from, or that shows nobody twice, takes what is known of errors from a model \
            that comes with the program, and says so; --from names another (`selvedge model export`). How often values occur \
            is counted here.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("A model made elsewhere.", valueName: "file"))
    var from: String?

    private struct Answer: Encodable {
        var version: UInt32
        var records: Int
        var anchors: Int
        var attributes: [String]
        var estimatedMatches: Int
        var iterations: Int
        var rules: Int
        var coverage: Double
        /// Why nothing was learnt of errors here; left out where it was.
        var notLearnt: String?

        private enum CodingKeys: String, CodingKey {
            case version, records, anchors, attributes, iterations, rules, coverage
            case estimatedMatches = "estimated_matches"
            case notLearnt = "not_learnt"
        }
    }

    mutating func run() throws {
        let answer =
            switch try target.target() {
            case .store(let store): try train(store)
            case .server(let server): try train(server)
            }
        if target.json { return try JSONLine.print(answer) }
        try Console.line(
            "model \(answer.version) of \(answer.records) records, by \(answer.attributes.joined(separator: ", "))")
        if let reason = answer.notLearnt {
            try Console.line(
                "what is known of errors comes with the program, as it could not be learnt here: \(reason)")
        }
        try Console.line(
            "about \(answer.estimatedMatches) pairs are one person's; \(answer.rules) rules find "
                + "\(Int((100 * answer.coverage).rounded(.down))) of 100 of them")
        try Console.line("nothing is linked by it yet: `selvedge link`")
    }

    private func train(_ store: StorePlace) throws -> Answer {
        let known = try from.map(ModelFile.read)
        let engine = try store.openForWriting("train linkage")
        let report = try Waiting.during("training") { try engine.train(from: known, now: Clock.now) }
        let outcome = report.outcome
        return Answer(
            version: outcome.model.version, records: report.records, anchors: report.anchors,
            attributes: outcome.model.comparisons.map(\.name),
            estimatedMatches: Int(outcome.estimatedMatches.rounded()),
            iterations: outcome.trace.count, rules: outcome.model.blocking.entries.count, coverage: outcome.coverage,
            notLearnt: outcome.refusal?.description)
    }

    private func train(_ server: ServerStore) throws -> Answer {
        let known = try from.map { try ModelFile.read($0).bytes } ?? []
        let report = try server.ask(waiting: "the server is training") { try await $0.trainLinkage(from: known) }
        return Answer(
            version: report.version, records: Int(report.records), anchors: Int(report.anchors),
            attributes: report.attributes, estimatedMatches: Int(report.estimatedMatches),
            iterations: Int(report.iterations), rules: Int(report.rules), coverage: report.coverage,
            notLearnt: report.notLearnt.isEmpty ? nil : report.notLearnt)
    }
}

/// A model as a file: its bytes.
enum ModelFile {
    static func read(_ path: String) throws -> LinkageModel {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.refusedInput, "\(path) cannot be read; give a file that `selvedge model export` has written")
        }
        do {
            let bytes = [UInt8](data)
            return try LinkageModel(bytes: bytes.span)
        } catch {
            throw Failure(.refusedInput, "\(path) is no linkage model (\(error)); export it again")
        }
    }
}
