internal import Foundation

/// Work in order on several threads: `make` gives the pieces one after another, each thread's own worker turns one into
/// a product, and `next` hands the products out in the order of the pieces. At most `window` products wait, so memory is bounded.
package final class Conveyor<Piece: Sendable, Product: Sendable>: @unchecked Sendable {
    // Everything below `condition` is touched under it; `make` under `source`.
    private let make: () throws -> Piece?
    private let window: Int
    private let source = NSLock()
    private let condition = NSCondition()
    private var made = 0
    private var taken = 0
    private var isAtEnd = false
    private var failure: (any Error)?
    private var products: [Int: Product] = [:]
    /// Threads that have not let go of their workers yet.
    private var running = 0

    /// A thread's worker, until the thread is done with it.
    private final class Held: @unchecked Sendable {
        var work: ((Piece) -> Product)?

        init(_ work: @escaping (Piece) -> Product) { self.work = work }
    }

    package enum Delivery {
        case product(Product)
        /// Nothing has come in time.
        case idle
        case end
    }

    package init(
        threads: Int, window: Int = 16, make: @escaping () throws -> Piece?,
        worker: () throws -> @Sendable (Piece) -> Product
    ) rethrows {
        self.make = make
        self.window = window
        let workers = try (0..<threads).map { _ in Held(try worker()) }
        running = workers.count
        for worker in workers {
            let thread = Thread { self.run(worker) }
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    private func run(_ worker: Held) {
        while let (number, piece) = takePiece(), let product = worker.work?(piece) {
            condition.withLock {
                products[number] = product
                condition.broadcast()
            }
        }
        worker.work = nil
        condition.withLock {
            running -= 1
            condition.broadcast()
        }
    }

    /// The next piece and its number; nil at the end.
    private func takePiece() -> (Int, Piece)? {
        source.lock()
        defer { source.unlock() }
        condition.lock()
        while !isAtEnd, made - taken >= window { condition.wait() }
        let isOver = isAtEnd
        condition.unlock()
        if isOver { return nil }
        var piece: Piece?
        var failure: (any Error)?
        do { piece = try make() } catch let error { failure = error }
        return condition.withLock {
            guard let piece else {
                isAtEnd = true
                self.failure = failure
                condition.broadcast()
                return nil
            }
            made += 1
            return (made - 1, piece)
        }
    }

    /// The next product in order. Throws what `make` threw, after all that came before it.
    ///
    /// - Parameter timeout: how long to wait; nil: until there is one.
    package func next(timeout: Duration?) throws -> Delivery {
        let deadline = timeout.map { limit in
            let parts = limit.components
            return Date(timeIntervalSinceNow: Double(parts.seconds) + Double(parts.attoseconds) / 1e18)
        }
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let product = products.removeValue(forKey: taken) {
                taken += 1
                condition.broadcast()
                return .product(product)
            }
            // Whoever sees the end finds that no worker holds anything.
            if isAtEnd, taken == made, running == 0 {
                if let failure { throw failure }
                return .end
            }
            // What is in the making is worth waiting for.
            guard let deadline, made == taken else {
                condition.wait()
                continue
            }
            if !condition.wait(until: deadline), made == taken, !isAtEnd { return .idle }
        }
    }

    /// Makes no more pieces; what is made may still be taken.
    package func stop() {
        condition.withLock {
            isAtEnd = true
            condition.broadcast()
        }
    }
}
