internal import ArgumentParser
internal import Foundation

/// `simulate`: seeded commerce traffic with its ground truth.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Writes seeded commerce traffic as observations (JSON Lines) and its ground truth (CSV).",
        discussion: "The same seed, numbers and shape give the same bytes. A path of - is standard output.")

    @Option(help: "Seed of every choice.")
    var seed: UInt64 = 1

    @Option(help: "People (default 20000, or as many as --observations needs).")
    var people: Int?

    @Option(help: "Lines to write: exactly so many; people are as busy as that takes.")
    var observations: Int?

    @Option(help: "YAML file of the shape; what it leaves out keeps its default.")
    var shape: String?

    @Option(help: "File of observations.")
    var out: String?

    @Option(help: "File of truth: namespace,value,person,shared,island.")
    var truth: String?

    @Option(help: "File of truth about records: source,record_id,truth.")
    var recordTruth: String?

    @Option(help: "File of the summary, JSON; without it, standard error.")
    var summary: String?

    @Flag(help: "Print the shape with every field and its meaning, and do nothing else.")
    var printShape = false

    func validate() throws {
        if !printShape, out == nil { throw ValidationError("--out FILE (or -) is missing.") }
        if let people, !(1...10_000_000).contains(people) {
            throw ValidationError("--people must be from 1 to 10000000.")
        }
        if let observations, !(1...200_000_000).contains(observations) {
            throw ValidationError("--observations must be from 1 to 200000000.")
        }
        if [out, truth, recordTruth, summary].count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Only one output can be -.")
        }
    }

    func run() throws {
        let shape = try readShape()
        if printShape {
            var sink = try ByteSink(path: "-")
            sink.bytes.append(text: shape.yaml)
            try sink.finish()
            return
        }
        let (traffic, delivery) = generate(shape)
        var truth = Truth(of: traffic.log, identifiers: traffic.identifiers, delivery: delivery)
        let writer = ObservationWriter(seed: seed, traffic: traffic)
        try write(to: out) { sink throws(SinkError) in try writer.write(delivery, to: &sink) }
        try write(to: self.truth) { sink throws(SinkError) in
            try truth.write(to: &sink, identifiers: traffic.identifiers)
        }
        try write(to: recordTruth) { sink throws(SinkError) in try truth.writeRecords(to: &sink, log: traffic.log) }
        var report = try summary.map { path throws(SinkError) in try ByteSink(path: path) } ?? .standardError
        report.bytes.append(text: Summary(of: traffic, delivery: delivery, truth: &truth).json)
        try report.finish()
    }

    private func readShape() throws -> Shape {
        guard let shape else { return Shape() }
        let yaml: String
        do {
            yaml = try String(contentsOfFile: shape, encoding: .utf8)
        } catch {
            throw ValidationError("\(shape): cannot be read.")
        }
        return try Shape(yaml: yaml, file: shape)
    }

    private func generate(_ shape: Shape) -> (Traffic, Delivery) {
        var scale = Scale(people: people, observations: observations, seed: seed, shape: shape)
        while true {
            var traffic = Traffic(seed: seed, people: scale.people, shape: shape, activity: scale.activity)
            var delivery = Delivery(of: traffic.log, shape: shape, random: &traffic.random)
            guard let observations else { return (traffic, delivery) }
            if delivery.order.count >= observations {
                delivery.cut(to: observations)
                return (traffic, delivery)
            }
            // The sample misled: somewhat more of the same.
            if people == nil { scale.people += scale.people / 10 + 1 } else { scale.activity *= 1.1 }
        }
    }

    private func write(to path: String?, _ body: (inout ByteSink) throws(SinkError) -> Void) throws {
        guard let path else { return }
        var sink = try ByteSink(path: path)
        try body(&sink)
        try sink.finish()
    }
}
