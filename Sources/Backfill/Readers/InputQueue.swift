internal import Foundation

/// The inputs of a load, one behind the other, as chunks of rows. One thread asks at a time.
final class InputQueue: @unchecked Sendable {
    private let files: [InputFile]
    private let plans: [InputPlan]
    private let stops: @Sendable () -> Bool
    /// Where each input is begun: unpacked bytes, and the line that comes next.
    private let places: [(position: UInt64, line: Int)]
    private var open: OpenInput?
    private var next = 0
    /// Inputs that were read to their end, by number.
    private(set) var complete: [Bool]
    private var pieceBytes = 0
    /// All were read.
    private(set) var isFinished = false
    private(set) var isStopped = false

    private let checkpointBytes: Int

    /// - Parameters:
    ///   - places: where each input is begun, by number.
    ///   - checkpointBytes: of input between two checkpoints.
    init(
        _ inputs: consuming OpenInputs, places: [(position: UInt64, line: Int)], complete: [Bool],
        checkpointBytes: Int, stops: @escaping @Sendable () -> Bool
    ) throws(InputError) {
        self.checkpointBytes = checkpointBytes
        (files, plans) = (inputs.files, inputs.plans)
        (self.places, self.complete, self.stops) = (places, complete, stops)
        held = inputs.standardInput.take()
        for (file, place) in zip(files, places) where file.isStandardInput && place.position > 0 {
            throw InputError("stdin", "cannot be read again from where it was; begin anew with --restart")
        }
    }

    private var held: OpenInput?

    /// Gives chunks again after a checkpoint.
    func beginPiece() { pieceBytes = 0 }

    /// The next rows; nil at a checkpoint, at the end, or when the load is to stop.
    func chunk() throws -> RowChunk? {
        if pieceBytes >= checkpointBytes { return nil }
        if stops() {
            isStopped = true
            return nil
        }
        while true {
            guard let number = try ensureOpen() else {
                isFinished = true
                return nil
            }
            if let chunk = try open?.next() {
                pieceBytes += chunk.bytes.count
                return chunk
            }
            if open?.isStopped == true {
                isStopped = true
                return nil
            }
            open = nil
            complete[number] = true
            next = number + 1
        }
    }

    /// The number of the input that is open; nil: there are no more.
    private func ensureOpen() throws -> Int? {
        while next < files.count, complete[next] { next += 1 }
        guard next < files.count else { return nil }
        if open != nil { return next }
        if files[next].isStandardInput, let held = held.take() {
            open = consume held
        } else {
            open = try OpenInput(
                files[next], number: next, plan: plans[next], position: places[next].position,
                line: places[next].line, stops: stops)
        }
        return next
    }
}
