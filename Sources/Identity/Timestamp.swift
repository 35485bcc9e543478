/// A moment in UTC: whole milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    @inlinable
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    @inlinable
    package static func == (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds == right.milliseconds }

    @inlinable
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Whole hours since the epoch, rounded down: the tick by which evidence expires.
    @inlinable
    package var hour: Int32 { Int32(truncatingIfNeeded: floorDivide(milliseconds, 3_600_000)) }

    /// Whole days since the epoch, rounded down.
    @inlinable
    package var day: Int64 { floorDivide(milliseconds, 86_400_000) }
}

@inlinable
package func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
    let quotient = value / by
    return value % by < 0 ? quotient - 1 : quotient
}
