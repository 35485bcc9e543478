internal import Dispatch
internal import Synchronization

/// Sums over pieces of a range, on as many threads as the machine has. The pieces are of one size and are added in
/// their order, so that the sum does not depend on how many threads there were.
///
/// - Parameters:
///   - count: how many rows.
///   - width: how many sums.
///   - size: how many rows a piece has.
///   - body: adds a piece's sums to its own; called from several threads at once.
func concurrentSum(
    over count: Int, width: Int, pieces size: Int = 32_768,
    _ body: @Sendable (_ piece: Range<Int>, _ sums: inout [Double]) -> Void
) -> [Double] {
    let pieces = (count + size - 1) / size
    var total = Array(repeating: 0.0, count: width)
    if pieces <= 1 {
        body(0..<count, &total)
        return total
    }
    let parts = Mutex<[[Double]]>(Array(repeating: [], count: pieces))
    DispatchQueue.concurrentPerform(iterations: pieces) { piece in
        var sums = Array(repeating: 0.0, count: width)
        body(piece * size..<min((piece + 1) * size, count), &sums)
        parts.withLock { $0[piece] = sums }
    }
    for part in parts.withLock({ $0 }) {
        for index in 0..<width { total[index] += part[index] }
    }
    return total
}
