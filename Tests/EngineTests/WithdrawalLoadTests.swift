import Engine
import Foundation
import GraphStore
import Identity
import Stitching
import Synchronization
import TestSupport
import Testing

/// Eight writers and eight readers in one process: what a withdrawal hid is not shown by any resolve that starts after its
/// acknowledgement. 30 seconds in full; a tenth by default (SELVEDGE_SCALE).
@Suite struct WithdrawalLoadTests {
    private static let people = 64
    private static let threads = 8

    /// For each person an even number while a withdrawal is acknowledged and no grant has been handed in since.
    private final class Board: Sendable {
        let epochs: [Atomic<UInt64>.Holder]
        let leaks = Atomic<Int>(0)
        let shown = Atomic<Int>(0)
        let hidden = Atomic<Int>(0)
        let withdrawals = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)

        init(_ people: Int) { epochs = (0..<people).map { _ in Atomic<UInt64>.Holder() } }
    }

    @Test func noResolveAfterAnAcknowledgedWithdrawalShowsWhatItHid() throws {
        let graph = try TestGraph(yaml: TestGraph.plain)
        for person in 0..<Self.people { try graph.see(("email", person), ("device", person)) }
        let engine = graph.engine
        let builder = graph.builder
        let committer = try GroupCommitter(engine: engine)
        let board = Board(Self.people)
        let purpose = try graph.engine.purpose(named: "marketing")
        let start = EvidenceBuilder.time(hours: 1)
        let group = DispatchGroup()
        for thread in 0..<Self.threads {
            run(group) { try Self.write(builder, committer, board, thread, start) }
            run(group) { try Self.read(engine, board, purpose, thread) }
        }
        Thread.sleep(forTimeInterval: 30 * TestScale.factor)
        board.isOver.store(true, ordering: .releasing)
        group.wait()
        committer.stop()
        print(
            "\(board.withdrawals.load(ordering: .relaxed)) withdrawals; resolves after one: "
                + "\(board.hidden.load(ordering: .relaxed)) generic, \(board.leaks.load(ordering: .relaxed)) leaks; "
                + "profiles shown meanwhile: \(board.shown.load(ordering: .relaxed))")
        #expect(board.leaks.load(ordering: .relaxed) == 0)
        #expect(board.shown.load(ordering: .relaxed) > 0)
        #expect(board.hidden.load(ordering: .relaxed) > 1_000)
        #expect(board.withdrawals.load(ordering: .relaxed) > 10)
        try checkIntegrity(graph.engine)
    }

    private func run(_ group: DispatchGroup, _ body: @escaping @Sendable () throws -> Void) {
        group.enter()
        Thread.detachNewThread {
            defer { group.leave() }
            do { try body() } catch { Issue.record(error) }
        }
    }

    /// Grants and withdraws, for its own people, in turn.
    private static func write(
        _ builder: EvidenceBuilder, _ committer: GroupCommitter, _ board: Board, _ thread: Int, _ start: Timestamp
    ) throws {
        var turn: Int64 = 0
        while !board.isOver.load(ordering: .acquiring) {
            for person in stride(from: thread, to: people, by: threads) {
                turn += 1
                let time = Timestamp(milliseconds: start.milliseconds + turn)
                let epoch = board.epochs[person]
                epoch.value.add(1, ordering: .sequentiallyConsistent)
                _ = try committer.commit(.decide([decision(builder, person, .granted, time)]))
                turn += 1
                let later = Timestamp(milliseconds: start.milliseconds + turn)
                _ = try committer.commit(.decide([decision(builder, person, .withdrawn, later)]))
                epoch.value.add(1, ordering: .sequentiallyConsistent)
                board.withdrawals.add(1, ordering: .relaxed)
            }
        }
    }

    private static func decision(
        _ builder: EvidenceBuilder, _ person: Int, _ kind: DecisionKind, _ time: Timestamp
    ) -> KeyedObservation {
        let identifier = builder.identifier(person % 2 == 0 ? "email" : "device", person)
        let purpose = Configuration.builtIn.purposeIndex(named: "marketing") ?? 0
        let id = DecisionID(high: UInt64(person), low: UInt64(bitPattern: time.milliseconds))
        let decision = KeyedDecision(
            id: id, identifier: identifier, purpose: purpose, kind: kind, scope: .profile, jurisdiction: nil,
            time: time, received: time)
        return KeyedObservation(source: "web", time: time, identifiers: [identifier], decisions: [decision])
    }

    private static func read(_ engine: Engine, _ board: Board, _ purpose: UInt8, _ thread: Int) throws {
        var random = UInt64(thread)
        let request = engine.request(purpose, at: EvidenceBuilder.time(hours: 2))
        while !board.isOver.load(ordering: .acquiring) {
            random = FixedHash.mix(random)
            let person = Int(random % UInt64(people))
            let epoch = board.epochs[person]
            let before = epoch.value.load(ordering: .sequentiallyConsistent)
            let outcome = try engine.view(EvidenceBuilder.key("email", person), request)
            let after = epoch.value.load(ordering: .sequentiallyConsistent)
            let isWithdrawn = before == after && before % 2 == 0
            switch outcome {
            case .profile where isWithdrawn: board.leaks.add(1, ordering: .relaxed)
            case .profile: board.shown.add(1, ordering: .relaxed)
            case .generic where isWithdrawn: board.hidden.add(1, ordering: .relaxed)
            case .generic: break
            }
        }
    }
}

extension Atomic where Value == UInt64 {
    /// An atomic word that a list can hold.
    fileprivate final class Holder: Sendable {
        let value = Atomic<UInt64>(0)
    }
}
