internal import Foundation

/// A bounded queue from one thread to another.
final class Channel<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let capacity: Int
    private var elements: [Element] = []
    private var isEnded = false

    init(capacity: Int) { self.capacity = capacity }

    /// Waits for room. False once the receiver has ended: it was not taken.
    func send(_ element: Element) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while elements.count >= capacity && !isEnded { condition.wait() }
        if isEnded { return false }
        elements.append(element)
        condition.broadcast()
        return true
    }

    /// Waits for an element; nil once the channel has ended and is empty.
    func receive() -> Element? {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty && !isEnded { condition.wait() }
        if elements.isEmpty { return nil }
        condition.broadcast()
        return elements.removeFirst()
    }

    /// Says that nothing more will be sent, or taken.
    func end() {
        condition.lock()
        isEnded = true
        condition.broadcast()
        condition.unlock()
    }
}
