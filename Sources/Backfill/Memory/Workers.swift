internal import LMDB
internal import Synchronization

/// Threads of one stage.
enum Workers {
    /// Runs `body` on `count` threads, each with its number, and waits for all; throws the first error.
    static func run(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
        if count <= 1 { return try body(0) }
        let shared = FailureBox()
        var threads: [JoinedThread] = []
        do {
            for worker in 0..<count {
                threads.append(
                    try JoinedThread {
                        do { try body(worker) } catch { shared.keep(error) }
                    })
            }
        } catch { shared.keep(error) }
        for thread in threads { thread.join() }
        if let error = shared.first { throw error }
    }

    /// Takes the numbers below `count` one by one on `threads` threads. `make` gives each thread what it works with.
    static func share<Tools: ~Copyable>(
        _ count: Int, threads: Int, make: @escaping @Sendable (Int) throws -> Tools,
        _ body: @escaping @Sendable (Int, inout Tools) throws -> Void,
        end: @escaping @Sendable (Int, inout Tools) throws -> Void = { _, _ in }
    ) throws {
        let next = Counter()
        try run(max(1, min(threads, count))) { worker in
            var tools = try make(worker)
            while let piece = next.take(below: count) { try body(piece, &tools) }
            try end(worker, &tools)
        }
    }
}

/// The first error of several threads.
final class FailureBox: Sendable {
    private let error = Mutex<(any Error)?>(nil)

    func keep(_ new: any Error) {
        error.withLock { if $0 == nil { $0 = new } }
    }

    var first: (any Error)? { error.withLock { $0 } }
}

/// A counter that threads share.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    /// The next number; nil once all are taken.
    func take(below limit: Int) -> Int? {
        let number = value.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < limit ? number : nil
    }

    func add(_ amount: Int) { value.wrappingAdd(amount, ordering: .relaxed) }

    var current: Int { value.load(ordering: .relaxed) }
}
