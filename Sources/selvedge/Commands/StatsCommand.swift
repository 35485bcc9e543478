internal import ArgumentParser
internal import Engine
internal import Foundation
internal import SelvedgeClient

struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Count what the store holds.",
        discussion: "Reads the whole store once.")

    @OptionGroup var target: TargetOptions

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForReading()
        let statistics = try Waiting.during("reading all of the store") { try engine.statistics() }
        if target.json { return try JSONLine.print(statistics) }
        try say(statistics)
    }

    private func run(_ server: ServerStore) throws {
        let text = try server.ask(waiting: "the server is reading all of the store") { try await $0.stats() }
        if target.json { return try Console.line(text) }
        try say(try ServerStore.object(text))
    }

    private func say(_ statistics: StoreStatistics) throws {
        try identifiers(statistics)
        try graph(statistics)
        try sources(statistics)
        try space(statistics)
    }

    private func identifiers(_ statistics: StoreStatistics) throws {
        var table = TextTable(["namespace", "identifiers", "hidden", "hubs"])
        for (name, count) in statistics.identifiers.sorted(by: { $0.key < $1.key }) where count.identifiers > 0 {
            table.add([name, "\(count.identifiers)", "\(count.hidden)", "\(count.hubs)"])
        }
        try table.print()
    }

    private func graph(_ statistics: StoreStatistics) throws {
        var table = TextTable(["", ""])
        table.add(["records", "\(statistics.records)"])
        table.add(["retracted records", "\(statistics.retractedRecords)"])
        table.add(["components", "\(statistics.components)"])
        table.add(["profiles", "\(statistics.profiles)"])
        table.add(["active links", "\(statistics.activeLinks)"])
        for (reason, count) in statistics.refusedLinks.sorted(by: { $0.key < $1.key }) {
            table.add(["  kept apart: \(reason)", "\(count)"])
        }
        for (reason, count) in statistics.suspendedLinks.sorted(by: { $0.key < $1.key }) {
            table.add(["suspended links: \(reason)", "\(count)"])
        }
        table.add(["assertions", "\(statistics.assertions)"])
        table.add(["decisions", "\(statistics.decisions)"])
        table.add(["entries of the change feed", "\(statistics.feedEntries)"])
        table.add(["entries of the audit", "\(statistics.auditEntries)"])
        table.add(["component-limited links", "\(statistics.componentLimited)"])
        table.add(["clock", statistics.clock])
        table.add(["purge horizon", statistics.purgeHorizon ?? "none"])
        try table.print()
        var largest = TextTable(["largest components", "members", "profiles"])
        for component in statistics.largestComponents {
            largest.add([component.profile, "\(component.members)", "\(component.profiles)"])
        }
        try largest.print()
        var profiles = TextTable(["largest profiles", "members"])
        for profile in statistics.largestProfiles { profiles.add([profile.profile, "\(profile.members)"]) }
        try profiles.print()
    }

    private func sources(_ statistics: StoreStatistics) throws {
        var table = TextTable(["source", "records", "newest evidence", "retracted up to"])
        for source in statistics.sources {
            table.add([source.name, "\(source.records)", source.newestEvidence ?? "none", source.tombstone ?? "-"])
        }
        try table.print()
    }

    private func space(_ statistics: StoreStatistics) throws {
        var table = TextTable(["", ""])
        let space = statistics.space
        let share = space.mapBytes == 0 ? 0 : Double(space.usedBytes) / Double(space.mapBytes) * 100
        table.add(["map bytes", "\(space.mapBytes)"])
        table.add(["used bytes", "\(space.usedBytes) (\(decimal(share)) %)"])
        table.add(["file bytes", "\(space.fileBytes)"])
        table.add(["readers", "\(space.readers)"])
        table.add(["oldest reader behind by", "\(space.oldestReaderLag) commits"])
        table.add(["last transaction", "\(space.lastTransaction)"])
        try table.print()
    }
}
