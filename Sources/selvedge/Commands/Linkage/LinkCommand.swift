internal import ArgumentParser
internal import Engine
internal import SelvedgeClient

struct LinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Link records that are alike, by a model.",
        discussion: """
            All records held are compared, and from then on every one that is recorded. What readers see changes in one \
            moment. A link joins profiles only where the other records of both sides bear it out, and serves only the \
            purposes that take probabilistic links (`probabilistic: true`). The newest model is taken unless one is named.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("The model's version.", valueName: "number"))
    var model: UInt32?

    @Flag(name: .long, help: "Link by no model any more. Models are kept.")
    var none = false

    private struct Answer: Encodable {
        var model: UInt32?
        var recordsEvaluated: Int
        var waiting: Int

        private enum CodingKeys: String, CodingKey {
            case model, waiting
            case recordsEvaluated = "records_evaluated"
        }
    }

    func validate() throws {
        guard model == nil || !none else { throw ValidationError("give --model or --none") }
    }

    mutating func run() throws {
        let answer =
            switch try target.target() {
            case .store(let store): try link(store)
            case .server(let server): try link(server)
            }
        if target.json { return try JSONLine.print(answer) }
        guard let version = answer.model else { return try Console.line("nothing is linked by likeness any more") }
        try Console.line(
            "linked by model \(version): \(answer.recordsEvaluated) records and devices have one that is like them")
        if answer.waiting > 0 {
            try Console.line("\(answer.waiting) pairs are for a person to decide: `selvedge review list`")
        }
    }

    private func link(_ store: StorePlace) throws -> Answer {
        let engine = try store.openForWriting("link")
        let report = try Waiting.during("linking") { try none ? engine.unlink() : engine.link(version: model) }
        let active = try engine.models().first(where: \.isActive)
        return Answer(
            model: active?.version, recordsEvaluated: report.componentsEvaluated,
            waiting: active == nil ? 0 : try engine.reviewCount())
    }

    private func link(_ server: ServerStore) throws -> Answer {
        let (model, none) = (model, none)
        let report = try server.ask(waiting: "the server is linking") {
            try await none ? $0.unlink() : $0.link(model: model)
        }
        return Answer(
            model: report.hasModel ? report.model : nil, recordsEvaluated: Int(report.recordsEvaluated),
            waiting: Int(report.waiting))
    }
}
