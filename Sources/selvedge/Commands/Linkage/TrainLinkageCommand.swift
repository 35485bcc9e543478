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
        abstract: "Learn how records and devices of one person differ, without being told who is who.",
        discussion: """
            Every record with attributes takes part; nothing is set by hand. The model is kept with the next version, and \
            nothing is linked by it before `selvedge link`. Refused, with the reason, is what would find something else \
            than people.

            A store that is too small to learn from, or that shows nobody twice, takes what is known of errors from a model \
            that comes with the program, and says so; --from names another (`selvedge model export`). How often values occur \
            is counted here.

            Of events that tell of a device (ip, user_agent, screen, time_zone, language, latitude, longitude) it is learnt \
            which devices are one: the threshold is the least from which on, by the pairs of which logins and addresses \
            tell whose they are, 95 in 100 (or where few are linked so, 90) are surely one person's. Where there is \
            none, no devices are linked.
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
        var devices: Devices?

        private enum CodingKeys: String, CodingKey {
            case version, records, anchors, attributes, iterations, rules, coverage, devices
            case estimatedMatches = "estimated_matches"
            case notLearnt = "not_learnt"
        }
    }

    /// The part that links devices.
    private struct Devices: Encodable {
        var trained: Int?
        var thresholdBits: Double?
        var precision: Double?
        /// Pairs of which it is known whose they are, those of them at the threshold, and of these those of two people.
        var knownPairs: Int?
        var knownLinked: Int?
        var knownWrong: Int?
        /// Why none are linked.
        var refusal: String?

        private enum CodingKeys: String, CodingKey {
            case trained, precision, refusal
            case thresholdBits = "threshold_bits"
            case knownPairs = "known_pairs"
            case knownLinked = "known_linked"
            case knownWrong = "known_wrong"
        }

        init?(_ report: DeviceTrainingReport) {
            switch report {
            case .none: return nil
            case .refused(let refusal): self.refusal = refusal.description
            case .trained(let outcome):
                trained = outcome.devices
                thresholdBits = outcome.model.linkThreshold.bits
                precision = outcome.model.precision
                (knownPairs, knownLinked, knownWrong) = (outcome.known, outcome.knownLinked, outcome.knownWrong)
            }
        }

        /// What a server told.
        init(_ response: SelvedgeDeviceTraining) {
            if !response.refusal.isEmpty {
                refusal = response.refusal
                return
            }
            trained = Int(response.trained)
            thresholdBits = response.thresholdBits
            precision = response.precision
            (knownPairs, knownLinked) = (Int(response.knownPairs), Int(response.knownLinked))
            knownWrong = Int(response.knownWrong)
        }

        func say() throws {
            if let refusal { return try Console.line("devices are not linked: \(refusal)") }
            try Console.line(
                "\(trained ?? 0) devices; a link from \(decimal(thresholdBits ?? 0, digits: 1)) bits, for a precision of "
                    + "\(decimal(precision ?? 0, digits: 2)): of \(knownLinked ?? 0) such pairs "
                    + "of which it is known, \(knownWrong ?? 0) are of two people")
        }
    }

    mutating func run() throws {
        let answer =
            switch try target.target() {
            case .store(let store): try train(store)
            case .server(let server): try train(server)
            }
        if target.json { return try JSONLine.print(answer) }
        if answer.rules == 0 {
            try Console.line("model \(answer.version), of devices alone: \(answer.notLearnt ?? "")")
            try answer.devices?.say()
            return try Console.line("nothing is linked by it yet: `selvedge link`")
        }
        try Console.line(
            "model \(answer.version) of \(answer.records) records, by \(answer.attributes.joined(separator: ", "))")
        if let reason = answer.notLearnt {
            try Console.line(
                "what is known of errors comes with the program, as it could not be learnt here: \(reason)")
        }
        try Console.line(
            "about \(answer.estimatedMatches) pairs are one person's; \(answer.rules) rules find "
                + "\(Int((100 * answer.coverage).rounded(.down))) of 100 of them")
        try answer.devices?.say()
        try Console.line("nothing is linked by it yet: `selvedge link`")
    }

    private func train(_ store: StorePlace) throws -> Answer {
        let known = try from.map(ModelFile.read)
        let engine = try store.openForWriting("train linkage")
        let report = try Waiting.during("training") { try engine.train(from: known, now: Clock.now) }
        let outcome = report.outcome
        return Answer(
            version: report.model.version, records: report.records, anchors: report.anchors,
            attributes: report.model.comparisons.map(\.name),
            estimatedMatches: outcome.map { Int($0.estimatedMatches.rounded()) } ?? 0,
            iterations: outcome?.trace.count ?? 0, rules: report.model.blocking.entries.count,
            coverage: outcome?.coverage ?? 0, notLearnt: (outcome?.refusal ?? report.refusal)?.description,
            devices: Devices(report.devices))
    }

    private func train(_ server: ServerStore) throws -> Answer {
        let known = try from.map { try ModelFile.read($0).bytes } ?? []
        let report = try server.ask(waiting: "the server is training") { try await $0.trainLinkage(from: known) }
        return Answer(
            version: report.version, records: Int(report.records), anchors: Int(report.anchors),
            attributes: report.attributes, estimatedMatches: Int(report.estimatedMatches),
            iterations: Int(report.iterations), rules: Int(report.rules), coverage: report.coverage,
            notLearnt: report.notLearnt.isEmpty ? nil : report.notLearnt,
            devices: report.hasDevices ? Devices(report.devices) : nil)
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
