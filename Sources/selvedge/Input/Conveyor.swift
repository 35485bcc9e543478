internal import Foundation

/// Work in order on several threads: `make` gives the pieces one after another, each thread's own worker turns one into
/// a product, and `next` hands the products out in the order of the pieces. At most `window` products wait, so memory is bounded.
final class Conveyor<Piece: Sendable, Product: Sendable>: @unchecked Sendable {
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

    enum Delivery {
        case product(Product)
        /// Nothing has come in time.
        case idle
        case end
    }

    init(
        threads: Int, window: Int = 16, make: @escaping () throws -> Piece?,
        worker: () throws -> @Sendable (Piece) -> Product
    ) rethrows {
        self.make = make
        self.window = window
        for work in try (0..<threads).map({ _ in try worker() }) {
            let thread = Thread { self.run(work) }
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    private func run(_ work: (Piece) -> Product) {
        while let (number, piece) = takePiece() {
            let product = work(piece)
            condition.withLock {
                products[number] = product
                condition.broadcast()
            }
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
    func next(timeout: Duration?) throws -> Delivery {
        let deadline = timeout.map { Date(timeIntervalSinceNow: $0.seconds) }
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let product = products.removeValue(forKey: taken) {
                taken += 1
                condition.broadcast()
                return .product(product)
            }
            if isAtEnd, taken == made {
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
    func stop() {
        condition.withLock {
            isAtEnd = true
            condition.broadcast()
        }
    }
}
