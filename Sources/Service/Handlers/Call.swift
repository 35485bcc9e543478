package import NIOCore
internal import Synchronization
package import Wire

/// A call that is not answered on the spot, as the handlers see it: who makes it, and how its messages come and go.
package struct Call: Sendable {
    package let method: Method
    package let grants: Grants
    package let budget: PrincipalBudget
    package let purpose = CallPurpose()

    package init(method: Method, grants: Grants, budget: PrincipalBudget) {
        self.method = method
        self.grants = grants
        self.budget = budget
    }
}

/// What a call is for, once its message was read: for what is counted at its end.
package final class CallPurpose: Sendable {
    private let held = Atomic<Int>(-1)

    /// Its place among the configuration's purposes; -1: none.
    package var place: Int {
        get { held.load(ordering: .relaxed) }
        set { held.store(newValue, ordering: .relaxed) }
    }
}

/// The two ways of a stream. Both suspend: the first until there is a message, the second until there is credit.
package struct MessageStream: Sendable {
    /// The caller's next message; nil after its last.
    package var next: @Sendable () async throws -> ByteBuffer?
    package var send: @Sendable (ByteBuffer) async throws -> Void

    package init(
        next: @escaping @Sendable () async throws -> ByteBuffer?,
        send: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) {
        self.next = next
        self.send = send
    }
}
