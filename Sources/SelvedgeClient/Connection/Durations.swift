internal import NIOCore

extension Duration {
    /// Rounded up; at least 1: to the protocol 0 is the longest.
    var wholeMilliseconds: UInt32 {
        let (seconds, attoseconds) = components
        let milliseconds = Double(seconds) * 1_000 + (Double(attoseconds) / 1e15).rounded(.up)
        return milliseconds < 1 ? 1 : UInt32(exactly: milliseconds) ?? .max
    }
}
