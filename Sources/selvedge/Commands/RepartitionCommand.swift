internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct RepartitionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repartition",
        abstract: "Evaluate the store again: under a new configuration, or where a component is over-full.",
        discussion: """
            With --config every component is evaluated under that configuration, in a generation built beside the store's: \
            it takes as much room again, and the store stays as it is until the new one is whole and holds the same \
            evidence. What was begun and stopped, by a signal or a crash, is taken up by the same command, unless the \
            store was written to since. Normalisers of identifiers that are held cannot change, nor can their namespaces \
            go: values are not kept.

            Without --config the components that limits.component_members has cut are evaluated whole: recording cuts in \
            the order in which evidence comes, this by the evidence alone.

            --dry-run does all of it, says what would change, and leaves nothing behind. No other process may be writing.

            A server does all but one of this while it is read; what is written waits. Another configuration it tries with \
            --dry-run and does not take: stop it for that.
            """)

    @OptionGroup var target: TargetOptions

    @Option(
        name: .long,
        help: ArgumentHelp("The new configuration, laid over the built-in one for commerce.", valueName: "file.yaml"))
    var config: String?

    @Flag(name: .long, help: "Say what would change, and change nothing.")
    var dryRun = false

    mutating func run() throws {
        let report =
            switch try target.target() {
            case .store(let store): try repartition(store)
            case .server(let server): try repartition(server)
            }
        if target.json { return try JSONLine.print(report) }
        try say(report)
    }

    private func repartition(_ store: StorePlace) throws -> RepartitionReport {
        let configuration = try config.map(ConfigurationFile.read)
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let engine = try store.openForWriting("repartition")
        let teller = StageTeller()
        let report = try engine.repartition(to: configuration, isDryRun: dryRun) { progress in
            teller.show(progress)
            if let signal = Interruption.signal { throw Stop(signal: signal) }
        }
        teller.end()
        return report
    }

    private func repartition(_ server: ServerStore) throws -> RepartitionReport {
        let (text, dryRun) = (try config.map(ConfigurationFile.text) ?? "", dryRun)
        let json = try server.ask(waiting: "the server is evaluating") {
            try await $0.repartition(configuration: text, dryRun: dryRun)
        }
        return try ServerStore.object(json)
    }

    private func say(_ report: RepartitionReport) throws {
        for change in report.configurationChanges { try Console.line(change) }
        try Console.line(
            "profiles: \(report.profilesBefore) -> \(report.profilesAfter); \(report.merged) made of several, "
                + "\(report.split) came apart, \(report.created) seen again, \(report.gone) expired")
        if report.overfullComponents > 0 {
            try Console.line("over-full components, cut by the evidence alone: \(report.overfullComponents)")
        }
        for sample in report.mergedSamples {
            try Console.line("merged: \(sample.profile) <- \(sample.others.joined(separator: " "))")
        }
        for sample in report.splitSamples {
            try Console.line("split: \(sample.profile) -> \(sample.others.joined(separator: " "))")
        }
        try Console.line("partition: \(report.before.partition) -> \(report.after.partition)")
        try Console.line("content: \(report.before.content) -> \(report.after.content)")
        let verdict = report.isApplied ? "the store is repartitioned" : dryRun ? "nothing was written" : "nothing to do"
        try Console.line(verdict)
    }
}

/// A configuration given as a file.
enum ConfigurationFile {
    static func read(_ path: String) throws -> Configuration {
        try Configuration(yaml: try text(path), file: path)
    }

    static func text(_ path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure(.refusedInput, "\(path) cannot be read; give a file of YAML in UTF-8")
        }
        return text
    }
}

/// Says which stage a repartition is in: one line that is written over on a terminal, a line a stage elsewhere.
private final class StageTeller {
    private var stage: RepartitionProgress.Stage?
    private var progress = Progress("rows", total: nil)

    func show(_ now: RepartitionProgress) {
        if now.stage != stage {
            if stage != nil { progress.clear() }
            stage = now.stage
            Console.error("selvedge: \(now.stage)")
            progress = Progress("rows", total: nil)
        }
        progress.show(now.rows)
    }

    func end() { progress.clear() }
}
