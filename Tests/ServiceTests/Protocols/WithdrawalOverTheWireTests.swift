import Foundation
import SelvedgeClient
import Synchronization
import TestSupport
import Testing
import Wire

/// Callers who grant and withdraw, and callers who pipeline questions on connections of their own: what a withdrawal hid is
/// shown by no answer to a request that was sent after its acknowledgement. 30 seconds in full; a tenth by default
/// (SELVEDGE_SCALE).
@Suite struct WithdrawalOverTheWireTests {
    private static let people = 32
    private static let writers = 4
    private static let readers = 4
    /// Questions that each reader has under way.
    private static let pipelined = 32

    /// For each person an even number while a withdrawal is acknowledged and no grant has been sent since.
    private final class Board: Sendable {
        private let epochs = Mutex([UInt64](repeating: 0, count: people))
        let leaks = Atomic<Int>(0)
        let shown = Atomic<Int>(0)
        let hidden = Atomic<Int>(0)
        let failures = Atomic<Int>(0)
        let withdrawals = Atomic<Int>(0)
        let end = ContinuousClock.now + .seconds(30 * TestScale.factor)

        var isOver: Bool { ContinuousClock.now >= end }

        func epoch(_ person: Int) -> UInt64 { epochs.withLock { $0[person] } }
        func turn(_ person: Int) { epochs.withLock { $0[person] += 1 } }

        func note(_ reply: Reply, of person: Int, asked before: UInt64) throws {
            let after = epoch(person)
            let isWithdrawn = before == after && before % 2 == 0
            if reply.failure != nil {
                failures.add(1, ordering: .relaxed)
                return
            }
            switch try reply.message(SelvedgeResolveResponse.self).outcome {
            case .profile where isWithdrawn: leaks.add(1, ordering: .relaxed)
            case .profile: shown.add(1, ordering: .relaxed)
            default: if isWithdrawn { hidden.add(1, ordering: .relaxed) }
            }
        }
    }

    @Test func noAnswerToARequestAfterAnAcknowledgedWithdrawalShowsWhatItHid() async throws {
        try await TestServer.with { server in
            let door = try server.door(.wire)
            let everyone = (0..<Self.people).map { Say.observation("email:p\($0)@example.org", "device_id:d\($0)") }
            #expect(await door.ask(.record, Say.recording(everyone).bytes).failure == nil)
            await door.close()
            let board = Board()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<Self.writers {
                    // One of them over gRPC: an acknowledgement binds both protocols.
                    let door = try server.door(writer == 0 ? .grpc : .wire)
                    group.addTask { try await Self.write(door, writer, board) }
                }
                for reader in 0..<Self.readers {
                    let door = try server.door(reader == 0 ? .grpc : .wire)
                    group.addTask { try await Self.read(door, UInt64(reader), board) }
                }
                try await group.waitForAll()
            }
            Self.judge(board)
        }
    }

    private static func judge(_ board: Board) {
        let withdrawals = board.withdrawals.load(ordering: .relaxed)
        let (hidden, leaks) = (board.hidden.load(ordering: .relaxed), board.leaks.load(ordering: .relaxed))
        let shown = board.shown.load(ordering: .relaxed)
        print(
            "\(withdrawals) withdrawals; answers after one: \(hidden) generic, \(leaks) leaks; shown meanwhile: \(shown)"
        )
        #expect(leaks == 0)
        #expect(board.failures.load(ordering: .relaxed) == 0)
        #expect(shown > 0)
        #expect(hidden > 1_000)
        #expect(withdrawals > 10)
    }

    /// Grants and withdraws, for its own people, in turn.
    private static func write(_ door: any Door, _ writer: Int, _ board: Board) async throws {
        // In the past, as what is said of tomorrow does not hold today.
        var time = Say.now - 86_400_000
        while !board.isOver {
            for person in stride(from: writer, to: people, by: writers) {
                board.turn(person)
                for decision in ["granted", "withdrawn"] {
                    time += 1
                    let change = Say.decide(
                        "p\(person)", [Say.decision("marketing", decision, at: time)], at: time)
                    let reply = await door.ask(.decide, change.bytes)
                    #expect(reply.failure == nil, "\(reply.end)")
                }
                board.turn(person)
                board.withdrawals.add(1, ordering: .relaxed)
            }
        }
        await door.close()
    }

    /// Asks by both identifiers of random people, many at a time on one connection.
    private static func read(_ door: any Door, _ reader: UInt64, _ board: Board) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<pipelined {
                group.addTask {
                    var generator = SeededGenerator(seed: reader << 32 | UInt64(lane))
                    while !board.isOver {
                        let person = generator.int(0...people - 1)
                        let subject =
                            generator.chance(50) ? Say.email("p\(person)") : Say.subject("device_id", "d\(person)")
                        let before = board.epoch(person)
                        let reply = await door.ask(.resolve, Say.resolve(subject, "marketing").bytes)
                        try board.note(reply, of: person, asked: before)
                    }
                }
            }
            try await group.waitForAll()
        }
        await door.close()
    }
}
