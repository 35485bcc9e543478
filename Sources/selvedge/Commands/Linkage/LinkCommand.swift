internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching

struct LinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Link records that are alike, by a model.",
        discussion: """
            All records held are compared, and from then on every one that is recorded. What readers see changes in one \
            moment. A link joins profiles only where the other records of both sides bear it out, and serves only the \
            purposes that take probabilistic links (`probabilistic: true`). The newest model is taken unless one is named.
            """)

    @OptionGroup var store: StoreOptions

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
        let engine = try store.store.openForWriting("link")
        let report = try Waiting.during("linking") { try none ? engine.unlink() : engine.link(version: model) }
        let active = try engine.models().first(where: \.isActive)
        let waiting = active == nil ? 0 : try engine.reviewCount()
        if store.json {
            return try JSONLine.print(
                Answer(model: active?.version, recordsEvaluated: report.componentsEvaluated, waiting: waiting))
        }
        guard let active else { return try Console.line("nothing is linked by likeness any more") }
        try Console.line(
            "linked by model \(active.version): \(report.componentsEvaluated) records have one that is like them")
        if waiting > 0 { try Console.line("\(waiting) pairs are for a person to decide: `selvedge review list`") }
    }
}
