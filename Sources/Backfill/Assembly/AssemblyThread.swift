internal import LMDB

/// Assembles one range after another on a thread of its own, ahead of the one that writes.
final class AssemblyThread: Sendable {
    private let thread: JoinedThread
    private let channel: Channel<RowBatch>
    private let failure: FailureBox

    init(_ build: Build, _ looks: LookSpill, _ channel: Channel<RowBatch>) throws {
        let failure = FailureBox()
        let looks = SendableBox(looks)
        thread = try JoinedThread {
            do {
                var assembler = RangeAssembler(build, looks.value)
                for range in 0..<Placement.ranges {
                    guard channel.send(try assembler.assemble(range)) else { break }
                }
            } catch {
                failure.keep(error)
            }
            channel.end()
        }
        self.channel = channel
        self.failure = failure
    }

    /// Ends it, whether all was taken or not, and waits until it has ended.
    func end() {
        channel.end()
        thread.join()
    }

    func rethrow() throws {
        if let error = failure.first { throw error }
    }
}

/// What one thread hands to another and then leaves alone until that has ended.
struct SendableBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
