import Foundation
import TestSupport
import Testing

/// What a broken disk does to a store, and what the store says of it. LMDB's pages carry no checksum: a bit flipped in
/// a key or in a page's own bytes can hide a row or lead a process astray, and then `check` must find it.
@Suite("Damage on disk", .serialized)
struct DamageOnDiskTests {
    /// Of the full number of flips and cuts: `SELVEDGE_SCALE`, a tenth by default.
    private static let scale = ProcessInfo.processInfo.environment["SELVEDGE_SCALE"].flatMap(Double.init) ?? 0.1
    private static let seed = ProcessInfo.processInfo.environment["SELVEDGE_SEED"].flatMap(UInt64.init) ?? 1
    private static let workers = 2

    /// Half of the 5,000 anywhere in the used part of the file, half in values of live rows; and 1,000 more in what holds
    /// the pages together, of which the first half has few.
    @Test func aFlippedBitNeverShowsAnotherPersonAndNeverHidesFromCheck() async throws {
        let store = try DamageStore.shared.get()
        let flips = Self.flips(of: store)
        let tally = try await Self.onWorkers { worker, number in
            var tally = DamageTally()
            for flip in stride(from: number, to: flips.count, by: Self.workers).map({ flips[$0] }) {
                let found = try worker.flip(
                    flip.offset, bit: flip.bit, checksAlways: !flip.region.isUnused)
                tally.add(
                    DamageTally.Case(region: flip.region, outcome: found.outcome, isFound: found.isFound),
                    at: "bit \(flip.bit) of byte \(flip.offset)")
            }
            return tally
        }.reduce(into: DamageTally()) { $0.add($1) }
        print("seed \(Self.seed): \(flips.count) flips in a store of \(store.data.count) bytes\n\(tally.table)")
        #expect(tally.offences.isEmpty, "seed \(Self.seed)\n\(tally.offences.joined(separator: "\n"))")
        #expect(tally.count { $0.region.isValue && $0.isFound != true } == 0)
    }

    private struct Flip {
        var offset: Int
        var bit: Int
        var region: DamageRegion
    }

    private static func flips(of store: DamageStore) -> [Flip] {
        let pages = DamagePages(store.data)
        var generator = SeededGenerator(seed: seed)
        let values = pages.offsets { $0.isValue }
        let structure = pages.offsets { !$0.isValue && !$0.isUnused }
        let half = Int(2_500 * scale)
        let offsets =
            (0..<half).map { _ in generator.int(0...pages.used - 1) }
            + (0..<half).map { _ in generator.pick(values) }
            + (0..<Int(1_000 * scale)).map { _ in generator.pick(structure) }
        return offsets.map { Flip(offset: $0, bit: generator.int(0...7), region: pages.region(at: $0)) }
    }

    // MARK: Truncations

    @Test func aCutStoreIsRefusedAtOpenWithAMessage() async throws {
        let store = try DamageStore.shared.get()
        let cuts = Self.cuts(of: store)
        let commands = Self.commands(store)
        let ends = try await Self.onWorkers { worker, number in
            try stride(from: number, to: cuts.count, by: Self.workers).map { place in
                let arguments = commands[place % commands.count]
                return (cuts[place], arguments[0], try worker.cut(at: cuts[place], arguments))
            }
        }.flatMap { $0 }
        let offences = ends.filter { $0.2.code != 3 || !$0.2.message.contains("restore a backup") }
        print(
            "seed \(Self.seed): \(ends.count) truncations, \(ends.count - offences.count) refused at open with a message"
        )
        for (length, command, end) in offences {
            Issue.record("\(command) on \(length) of \(store.data.count) bytes, seed \(Self.seed): \(end)")
        }
    }

    /// Lengths of every kind, in turn: inside the heads, at and beside a page's end, in the last page in use, one byte
    /// short, in the room to grow, anywhere.
    private static func cuts(of store: DamageStore) -> [Int] {
        var generator = SeededGenerator(seed: seed &+ 1)
        let (size, used, page) = (store.data.count, DamagePages(store.data).used, 4_096)
        return (0..<Int(500 * scale)).map { place in
            switch place % 7 {
            case 0: generator.int(1...2 * page)
            case 1: generator.int(1...used / page) * page
            case 2: generator.int(1...used / page) * page - 1
            case 3: generator.int(used - page...used - 1)
            case 4: place < 7 ? size - 1 : generator.int(1...size - 1)
            case 5: generator.int(min(used, size - 1)...size - 1)
            default: generator.int(1...size - 1)
            }
        }
    }

    /// Every command that opens a store.
    private static func commands(_ store: DamageStore) -> [[String]] {
        let (one, other) = (store.asked[0], store.asked[1])
        return [
            ["resolve", "--purpose", "service", one], ["check"], ["stats"], ["digest"], ["digest", "--content"],
            ["explain", one, other], ["consent", "check", "--purpose", "service", one],
            ["consent", "decide", "--source", "cmp", "--purpose", "marketing", "--decision", "denied", one],
            ["consent", "prove", "--role", "privacy", "--by", "tests", "--reason", "a test", one],
            ["watch", "--purpose", "service"], ["key", one], ["clusters"], ["record", "/dev/null"],
            ["simulate", "/dev/null"],
            ["assert", "same", one, other, "--by", "tests"], ["retract", "--source", "crm"], ["sweep"],
            ["purge", "--as-of", "2026-02-01T00:00:00Z"],
        ]
    }

    // MARK: Threads

    /// Runs `body` once for every worker, each on a thread and on a copy of its own: it blocks on processes.
    private static func onWorkers<Answer: Sendable>(
        _ body: @escaping @Sendable (DamageWorker, Int) throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup { group in
            for number in 0..<workers {
                group.addTask {
                    try await withCheckedThrowingContinuation { continuation in
                        Thread.detachNewThread {
                            continuation.resume(
                                with: Result { try body(DamageWorker(DamageStore.shared.get()), number) })
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
