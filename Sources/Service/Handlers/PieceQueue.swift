internal import Foundation

/// Pieces from a thread that blocks to a task that does not: a bounded number of them wait.
final class PieceQueue<Piece: Sendable>: @unchecked Sendable {
    private let limit: Int
    // Guarded by `condition`.
    private var pieces: [Piece] = []
    private var isClosed = false
    private var isGivenUp = false
    private var receiver: CheckedContinuation<Piece?, Never>?
    private let condition = NSCondition()

    init(limit: Int) { self.limit = limit }

    /// Blocks while there are as many as may be. False: nobody will take it.
    func put(_ piece: Piece) -> Bool {
        condition.withLock {
            while pieces.count >= limit, !isGivenUp { condition.wait() }
            if isGivenUp { return false }
            if let receiver {
                self.receiver = nil
                receiver.resume(returning: piece)
            } else {
                pieces.append(piece)
            }
            return true
        }
    }

    /// The next piece; nil after the last.
    func next() async -> Piece? {
        await withCheckedContinuation { continuation in
            condition.withLock {
                if !pieces.isEmpty {
                    continuation.resume(returning: pieces.removeFirst())
                    condition.signal()
                } else if isClosed || isGivenUp {
                    continuation.resume(returning: nil)
                } else {
                    receiver = continuation
                }
            }
        }
    }

    /// There will be no more.
    func close() {
        condition.withLock {
            isClosed = true
            receiver?.resume(returning: nil)
            receiver = nil
        }
    }

    func giveUp() {
        condition.withLock {
            isGivenUp = true
            condition.broadcast()
        }
    }
}
