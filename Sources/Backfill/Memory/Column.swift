internal import Glibc

/// Memory of one stage: columns live as long as it does.
@safe
final class Arena: @unchecked Sendable {
    private var pieces: [UnsafeMutableRawPointer] = unsafe []

    init() {}

    deinit {
        while let piece = unsafe pieces.popLast() { unsafe free(piece) }
    }

    /// A column of zeros. Its pages are taken as they are first written.
    func column<Element: BitwiseCopyable & Sendable>(
        of type: Element.Type, count: Int
    ) throws(BackfillError) -> Column<Element> {
        let bytes = max(count, 1) * MemoryLayout<Element>.stride
        guard let memory = unsafe calloc(bytes, 1) else { throw .tooLittleMemory(given: 0, needed: bytes) }
        unsafe pieces.append(memory)
        // Sound: zero bytes are a value of every type used here, and `calloc` aligns for all of them.
        return unsafe Column(base: memory.bindMemory(to: Element.self, capacity: max(count, 1)), count: count)
    }
}

/// Plain values side by side, shared by threads that write different places, or the same value to one.
///
/// Every access is checked against the bounds. It does not own its memory: it is used while its arena lives, and no copy
/// outlives the stage that made it.
@safe
struct Column<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    fileprivate init(base: UnsafeMutablePointer<Element>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count, "outside of a column")
            // Sound: checked just above; the arena keeps the memory.
            return unsafe base[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "outside of a column")
            // Sound: as above.
            unsafe base[index] = newValue
        }
    }
}
