internal import CLMDB
internal import Glibc
internal import Synchronization

/// Read transactions that were reset and wait to be renewed. A renewed reader keeps its slot in the lock file, so
/// taking one is an exchange and a store: no lock, no allocation.
///
/// A fixed row of atomic words (zero is empty) in place of a linked stack: there is no ABA here.
@safe
final class ReaderPool: @unchecked Sendable {
    private static let places = 64
    private let row: UnsafeMutablePointer<Atomic<UInt>>

    init() {
        unsafe row = .allocate(capacity: Self.places)
        for place in 0..<Self.places { unsafe (row + place).initialize(to: Atomic(0)) }
    }

    deinit {
        abortAll()
        unsafe row.deinitialize(count: Self.places)
        unsafe row.deallocate()
    }

    /// A thread starts to look where it looked last, which is where it gave back.
    private static var start: Int { Int(truncatingIfNeeded: UInt(pthread_self()) >> 12) & (places - 1) }

    /// A reset transaction, or nil when none is idle.
    func take() -> OpaquePointer? {
        let start = Self.start
        for step in 0..<Self.places {
            let place = (start &+ step) & (Self.places - 1)
            // Sound: `place` lies in the row; the word is a transaction that only its taker holds from now on.
            if unsafe row[place].load(ordering: .relaxed) == 0 { continue }
            let word = unsafe row[place].exchange(0, ordering: .acquiring)
            if word != 0 { return unsafe OpaquePointer(bitPattern: word) }
        }
        return nil
    }

    /// Resets the transaction and keeps it; aborts it when the row is full.
    func giveBack(_ transaction: OpaquePointer) {
        unsafe mdb_txn_reset(transaction)
        let word = UInt(bitPattern: transaction)
        let start = Self.start
        for step in 0..<Self.places {
            let place = (start &+ step) & (Self.places - 1)
            let kept = unsafe row[place].compareExchange(expected: 0, desired: word, ordering: .releasing).exchanged
            if kept { return }
        }
        unsafe mdb_txn_abort(transaction)
    }

    func abortAll() {
        while let transaction = unsafe take() { unsafe mdb_txn_abort(transaction) }
    }
}
