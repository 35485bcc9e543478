import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import TestSupport
import Testing

/// A writer signs the end of its audit, so that what is changed or cut off is missed.
@Suite struct AuditHeadTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/store" }
    private var heads: AuditHeadFile { AuditHeadFile(path: path + "/audit.heads") }

    init() throws {
        directory = try TemporaryDirectory()
        try Store.create(
            directory: path, configuration: try Configuration(yaml: TestGraph.plain, file: "test"), keyFile: nil,
            random: SystemRandom(), options: TemporaryStore.options)
    }

    private func engine(_ interval: Duration = .seconds(60)) throws -> Engine {
        try Engine(
            directory: path, mode: .write(program: "tests"), options: TemporaryStore.options,
            headClock: { EvidenceBuilder.time(hours: 1) }, headInterval: interval)
    }

    private static func look(_ count: Int, _ engine: Engine) throws {
        for number in 0..<count {
            _ = try engine.access(
                by: "bob", role: .privacy, action: "explain", reason: "\(number)",
                subjects: [EvidenceBuilder.key("email", number)], at: EvidenceBuilder.time(hours: number))
        }
    }

    private func delete(from first: UInt64, through last: UInt64) throws {
        let store = try engine().store
        try store.environment.write { transaction in
            for number in first...last { _ = try transaction.delete(Tables.audit, number) }
        }
    }

    @Test func aWriterSignsWhenItCloses() throws {
        do { try Self.look(3, try engine()) }
        let signed = try heads.read()
        #expect(signed.map { $0?.count } == [3])
        #expect(signed.first??.time == EvidenceBuilder.time(hours: 1))
        // Nothing new, nothing to sign.
        do { _ = try engine() }
        #expect(try heads.read().count == 1)
        #expect(try engine().verifyAudit() == .whole(entries: 3, heads: 1, uncovered: 0))
    }

    @Test func aWriterSignsNowAndThen() throws {
        let engine = try engine(.milliseconds(5))
        try Self.look(2, engine)
        let end = ContinuousClock.now + .seconds(20)
        while try heads.read().last??.count != 2, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.005) }
        #expect(try heads.read().last??.count == 2)
        try Self.look(1, engine)
        while try heads.read().last??.count != 3, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.005) }
        #expect(try engine.verifyAudit().isWhole)
    }

    @Test func whoOnlyReadsSignsNothing() throws {
        try Self.look(1, try Engine(directory: path, mode: .write(program: "tests"), options: TemporaryStore.options))
        do {
            _ = try Engine(
                directory: path, mode: .read, options: TemporaryStore.options,
                headClock: { EvidenceBuilder.time(hours: 1) })
        }
        #expect(try heads.read().isEmpty)
    }

    @Test func entriesThatWereCutOffAreMissed() throws {
        do { try Self.look(8, try engine()) }
        try delete(from: 7, through: 8)
        #expect(
            try engine().verifyAudit() == .broken(AuditFault(place: .entry(7), problem: .cutOff)))
    }

    /// Entries and their heads are cut off together: only what was kept elsewhere tells.
    @Test func aHeadThatWasKeptElsewhereMissesWhatTheStoreDoesNot() throws {
        do { try Self.look(4, try engine()) }
        try FileManager.default.copyItem(atPath: heads.path, toPath: directory.path + "/first")
        do { try Self.look(4, try engine()) }
        let kept = directory.path + "/kept"
        try FileManager.default.copyItem(atPath: heads.path, toPath: kept)
        #expect(try engine().verifyAudit(kept: AuditHeadFile(path: kept).read()).isWhole)
        try delete(from: 5, through: 8)
        try FileManager.default.removeItem(atPath: heads.path)
        try FileManager.default.copyItem(atPath: directory.path + "/first", toPath: heads.path)
        #expect(try engine().verifyAudit().isWhole)
        let verdict = try engine().verifyAudit(kept: AuditHeadFile(path: kept).read())
        #expect(verdict == .broken(AuditFault(place: .entry(5), problem: .cutOff)))
    }

    @Test func anotherStoresHeadIsNotTaken() throws {
        do { try Self.look(2, try engine()) }
        let other = try TestGraph()
        try Self.look(2, other.engine)
        let head = try #require(try other.engine.store.signAudit(at: EvidenceBuilder.time(hours: 1)))
        let verdict = try engine().verifyAudit(kept: [head])
        #expect(verdict == .broken(AuditFault(place: .keptHead(0), problem: .headAltered)))
    }

    @Test func entriesAreListedFromANumberOn() throws {
        let engine = try engine()
        try Self.look(5, engine)
        var reasons: [String] = []
        try engine.forEachAuditEntry(from: 3) {
            reasons.append($0.entry.reason)
            return $0.number < 4
        }
        #expect(reasons == ["2", "3"])
    }
}

extension AuditVerdict {
    fileprivate var isWhole: Bool { if case .whole = self { true } else { false } }
}
