import Dispatch
import Service
import Testing
import Wire

@Suite("Threads for reads") struct ReadingPoolTests {
    /// A stream that nobody takes holds the thread that fills it: whoever asks for a score has another.
    @Test func whatWaitsForItsCallerKeepsNobodyElseWaiting() async throws {
        let pool = ReadingPool(threads: 1, limit: 256)
        let gate = DispatchSemaphore(value: 0)
        let outcomes = try await withThrowingTaskGroup(of: CallError?.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do throws(CallError) { try await pool.readLong { gate.wait() } } catch { return error }
                    return nil
                }
            }
            // Those past the bound are told at once; then short reads are answered, though all the others are held up.
            var refused: [CallError?] = []
            for _ in 0..<8 { refused.append(try await group.next() ?? nil) }
            for number in 0..<100 {
                let answer = try await pool.read { number }
                #expect(answer == number)
            }
            for _ in 0..<32 { gate.signal() }
            for try await outcome in group { refused.append(outcome) }
            return refused
        }
        #expect(outcomes.count == 40)
        #expect(outcomes.prefix(8).allSatisfy { $0?.code == ErrorCode.readerBusy.rawValue })
        #expect(outcomes.dropFirst(8).allSatisfy { $0 == nil })
        await pool.stop()
    }
}
