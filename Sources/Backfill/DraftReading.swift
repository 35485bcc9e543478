internal import Foundation
package import Identity

/// Reads the inputs of a load over a server, in order, on several threads.
package final class DraftReading {
    private let conveyor: Conveyor<RowChunk, ReadDrafts>
    private let queue: InputQueue
    package let plans: [InputPlan]
    /// Bytes of all inputs; nil where one has no end that is known.
    package let fileSize: Int?

    /// - Parameters:
    ///   - from: how far each input was read, by number.
    ///   - limits: the widest of what the server may take.
    package init(
        _ inputs: consuming OpenInputs, from held: [PositionFile.Input], limits: Limits, threads: Int,
        stops: @escaping @Sendable () -> Bool
    ) throws {
        plans = inputs.plans
        fileSize = inputs.fileSize
        let queue = try InputQueue(
            inputs, places: held.map { ($0.bytes, $0.line) }, complete: held.map(\.isComplete),
            checkpointBytes: .max, stops: stops)
        self.queue = queue
        let known = plans
        conveyor = try Conveyor(
            threads: threads, window: 4 * threads, make: { try queue.chunk() },
            worker: {
                let drafter = RowDrafter(plans: known, limits: limits)
                return { drafter.read($0) }
            })
    }

    /// The next rows.
    ///
    /// - Parameter timeout: how long to wait; nil: until there are some.
    package func next(timeout: Duration?) throws -> Conveyor<RowChunk, ReadDrafts>.Delivery {
        try conveyor.next(timeout: timeout)
    }

    package func stop() { conveyor.stop() }

    /// Whether all was read; asked after the end.
    package var isFinished: Bool { queue.isFinished }
}
