internal import Foundation
package import GraphStore
package import Identity
internal import LMDB
internal import Synchronization

/// Signs the end of the audit now and then while a store is open for writing, and once more when it is closed: what is signed
/// cannot be changed or cut off without being missed.
final class HeadSigner: @unchecked Sendable {
    private let store: Mutex<Store>
    private let now: @Sendable () -> Timestamp
    private let interval: TimeInterval
    private let condition = NSCondition()
    // Guarded by `condition`.
    private var isEnding = false
    private var thread: JoinedThread?

    /// - Parameters:
    ///   - now: the clock that heads are dated by.
    ///   - interval: how long entries may wait for their head.
    init(_ store: Store, interval: Duration, now: @escaping @Sendable () -> Timestamp) throws {
        self.store = Mutex(store)
        self.now = now
        self.interval = TimeInterval(interval.components.seconds) + Double(interval.components.attoseconds) / 1e18
        // The thread holds the signer until `end`.
        thread = try JoinedThread { [self] in run() }
    }

    private func run() {
        while true {
            let isOver = condition.withLock {
                let due = Date(timeIntervalSinceNow: interval)
                while !isEnding, condition.wait(until: due) {}
                return isEnding
            }
            // A head that cannot be written now is tried again: entries without one are counted by whoever verifies.
            _ = try? store.withLock { $0 }.signAudit(at: now())
            if isOver { return }
        }
    }

    /// Signs in a generation that was published from now on.
    func move(to next: Store) { store.withLock { $0 = next } }

    /// Signs what is there, and ends. Can be called again.
    func end() {
        let running = condition.withLock {
            defer { thread = nil }
            isEnding = true
            condition.signal()
            return thread
        }
        running?.join()
    }
}

extension Store {
    /// Signs the end of the audit where it has entries without a head.
    ///
    /// - Returns: the new head, durable; nil: there was nothing to sign.
    @discardableResult
    package func signAudit(at time: Timestamp) throws -> AuditHead? {
        try environment.read { try auditHeads.sign($0, keyRing: keyRing, at: time) }
    }
}
