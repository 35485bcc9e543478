import Engine
import Foundation
import GraphStore
import Identity
import Stitching
import TestSupport

/// One scenario recorded under one configuration, repartitioned to another, and compared with the same scenario recorded
/// under that from the start.
struct RepartitionRun {
    let scenario: Scenario
    let target: Configuration
    private var generator: SeededGenerator
    private let directory: TemporaryDirectory
    /// How often a repartition was stopped and taken up again.
    private(set) var stops = 0
    private(set) var report: RepartitionReport?

    private struct Stopped: Error {}

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed ^ 0x2E_9A27)
        let whole = try Scenario(seed: seed)
        let isTight = generator.chance(50)
        target = try Self.altered(whole.configuration, isTight: isTight, &generator)
        scenario = isTight ? Self.withoutAssertions(whole) : whole
        directory = try TemporaryDirectory()
    }

    /// Other limits, lives, strengths, constraints, parties and purposes; the same names.
    ///
    /// - Parameter isTight: whether components have so few members at most that the limit cuts.
    static func altered(
        _ configuration: Configuration, isTight: Bool, _ generator: inout SeededGenerator
    ) throws -> Configuration {
        let share = generator.pick([15, 50, 100])
        var lines: [String] = []
        for line in configuration.canonicalText.split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let field = parts[0].split(separator: " ").last else {
                lines.append(String(line))
                continue
            }
            var value: String?
            switch field {
            case "hub_limit", "fan_limit": value = "\(generator.int(1...7))"
            case "record_limit": value = "\(generator.int(1...5))"
            case "strength": value = "\(generator.pick([100, 300, 600, 700, 900]))"
            case "time_to_live": value = generator.pick(["never", "5d", "30d", "40h", "300h"])
            case "unique_per_profile": value = generator.pick(["true", "weak_links", "false"])
            case "party": value = generator.pick(["zero", "first", "second", "third"])
            case "profile_identifiers": value = "\(generator.int(2...9))"
            default: break
            }
            if let value, generator.chance(share) {
                lines.append("\(parts[0]): \(value)")
            } else if field == "component_members", isTight {
                lines.append("\(parts[0]): \(generator.int(3...8))")
            } else {
                lines.append(String(line))
            }
        }
        return try Configuration(yaml: lines.joined(separator: "\n"), file: "altered")
    }

    /// Under a tight limit a must-link may be refused on arrival, in one order and not in another.
    static func withoutAssertions(_ scenario: Scenario) -> Scenario {
        var dropped: Set<Int> = []
        for (index, step) in scenario.steps.enumerated() {
            if case .assert = step { dropped.insert(index) }
        }
        var before = -1
        while before != dropped.count {
            before = dropped.count
            for index in scenario.steps.indices where scenario.after[index].contains(where: { dropped.contains($0) }) {
                dropped.insert(index)
            }
        }
        return scenario.keeping(scenario.steps.indices.filter { !dropped.contains($0) }) ?? scenario
    }

    // MARK: Running

    mutating func check() throws {
        let expected = try recorded("expected", target)
        _ = try expected.repartition(isDryRun: false)
        let store = OpenedStore(try recorded("store", scenario.configuration))
        var engine: Engine { store.engine }
        let before = (try engine.digest(.partition), try engine.digest(.content))
        let profiles = try self.profiles(engine)
        let feed = try engine.state().feedNext
        let rows = generator.pick([1, 3, 10_000])
        let rehearsal = try engine.repartition(to: target, isDryRun: true, options: TemporaryStore.options)
        guard try engine.digest(.partition) == before.0, try engine.digest(.content) == before.1,
            !Generation.isBegun(after: engine.store)
        else { throw PropertyFailure("the dry run leaves a trace") }
        let report = try complete(store, rows)
        self.report = report
        try store.reopen()
        guard try text(report) == text(rehearsal) else {
            throw PropertyFailure("the dry run said \(try text(rehearsal)), and what happened is \(try text(report))")
        }
        try compare(engine, expected, report)
        try compareFeed(engine, from: feed, report)
        try compareIDs(engine, profiles)
        try checkIntegrity(engine)
    }

    private mutating func recorded(_ name: String, _ configuration: Configuration) throws -> Engine {
        let engine = try TemporaryStore.engine(at: directory.path + "/" + name, configuration)
        var run = PropertyRun(scenario, salt: generator.next() >> 40)
        try run.apply(
            scenario.order(&generator), to: engine, sweeping: generator.chance(50), duplicating: generator.chance(30))
        try engine.apply(.sweep(scenario.asOf))
        return engine
    }

    /// Repartitions, stopped a few times on the way.
    private mutating func complete(_ store: OpenedStore, _ rows: Int) throws -> RepartitionReport {
        for _ in 0..<generator.int(0...3) {
            var left = generator.int(1...12)
            do {
                return try store.engine.repartition(
                    to: target, isDryRun: false, options: TemporaryStore.options, pieceRows: rows
                ) { _ in
                    left -= 1
                    if left == 0 { throw Stopped() }
                }
            } catch is Stopped { stops += 1 }
            if generator.chance(50) { try store.reopen() }
        }
        return try store.engine.repartition(
            to: target, isDryRun: false, options: TemporaryStore.options, pieceRows: rows)
    }

    // MARK: Comparing

    private func text(_ report: RepartitionReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(report), as: UTF8.self)
        return text.replacing("\"applied\":true", with: "\"applied\":false")
    }

    private func compare(_ engine: Engine, _ expected: Engine, _ report: RepartitionReport) throws {
        guard engine.store.configuration == target else { throw PropertyFailure("another configuration") }
        let partition = try engine.digest(.partition)
        guard try partition == expected.digest(.partition) else {
            var lines: [String] = []
            for key in scenario.keys.sorted() {
                let found = try engine.resolve(key).map { Set($0.members.map(\.key)) } ?? []
                let wanted = try expected.resolve(key).map { Set($0.members.map(\.key)) } ?? []
                if found != wanted { lines.append("\(Scenario.name(key)): \(names(found)), not \(names(wanted))") }
            }
            throw PropertyFailure("another partition\n" + lines.joined(separator: "\n"))
        }
        let content = try engine.digest(.content)
        guard try content == expected.digest(.content) else { throw PropertyFailure("another content") }
        guard report.after.partition == partition.description, report.after.content == content.description else {
            throw PropertyFailure("the report has other digests")
        }
    }

    private func names(_ keys: Set<IdentityKey>) -> String {
        "{" + keys.map { Scenario.name($0) }.sorted().joined(separator: " ") + "}"
    }

    /// The feed tells what the report counts.
    private func compareFeed(_ engine: Engine, from start: UInt64, _ report: RepartitionReport) throws {
        let access = try engine.access(
            by: "tests", role: .admin, action: "watch", reason: "a test", subjects: [],
            at: Timestamp(milliseconds: 0))
        let entries = try engine.watch(from: start, limit: 1_000_000, under: access).entries
        let merged = Set(entries.filter { $0.kind == .merged }.map(\.profile))
        let split = Set(entries.filter { $0.kind == .split }.flatMap(\.others))
        let created = entries.filter { $0.kind == .created }
        guard [merged.count, split.count, created.count] == [report.merged, report.split, report.created] else {
            throw PropertyFailure(
                "the feed tells of \(merged.count), \(split.count), \(created.count) merged, split and created; the report of "
                    + "\(report.merged), \(report.split), \(report.created)")
        }
    }

    /// Ids of profiles as they are, with the members.
    private func profiles(_ engine: Engine) throws -> [ProfileID: Set<IdentityKey>] {
        var found: [ProfileID: Set<IdentityKey>] = [:]
        for key in scenario.keys {
            guard let profile = try engine.resolve(key) else { continue }
            found[engine.profileID(profile.anchor)] = Set(profile.members.map(\.key))
        }
        return found
    }

    /// An id still leads somewhere while anything of its profile is seen.
    private func compareIDs(_ engine: Engine, _ profiles: [ProfileID: Set<IdentityKey>]) throws {
        for (id, members) in profiles {
            guard try members.contains(where: { try engine.resolve($0) != nil }) else { continue }
            guard try engine.resolve(id) != nil else {
                throw PropertyFailure("the id of \(names(members)) leads nowhere")
            }
        }
    }
}

/// A store that can be opened anew.
final class OpenedStore {
    private var held: Engine?
    private let path: String

    init(_ engine: consuming Engine) {
        path = engine.store.directory
        held = engine
    }

    var engine: Engine {
        guard let held else { preconditionFailure("the store could not be opened anew") }
        return held
    }

    /// Until it is opened anew.
    func close() { held = nil }

    func reopen() throws {
        held = nil
        held = try Engine(directory: path, mode: .write(program: "tests"), options: TemporaryStore.options)
    }
}
