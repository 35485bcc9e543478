internal import Synchronization

/// Bytes that callers' messages may take, of all connections together.
package final class ByteBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    package init(limit: Int) { self.limit = limit }

    func take(_ count: Int) -> Bool {
        guard used.wrappingAdd(count, ordering: .relaxed).newValue > limit else { return true }
        used.wrappingSubtract(count, ordering: .relaxed)
        return false
    }

    var held: Int { used.load(ordering: .relaxed) }

    func giveBack(_ count: Int) { used.wrappingSubtract(count, ordering: .relaxed) }
}
