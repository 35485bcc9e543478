/// Where a needle was found.
package struct NeedleMatch: Hashable, Sendable {
    /// Its number among those that were looked for.
    package let needle: Int
    package let form: NeedleForm
    /// Bytes from the beginning of what was searched.
    package let offset: Int

    package init(needle: Int, form: NeedleForm, offset: Int) {
        self.needle = needle
        self.form = form
        self.offset = offset
    }
}

/// A search through a stream of bytes, piece by piece: what lies across two pieces is found as well. Each occurrence is found
/// once.
///
///     +--------+-----------------------------+
///     | kept   | the next piece              |
///     +--------+-----------------------------+
///
/// The end of each piece is kept before the next one, as long as the longest pattern and a little more.
@safe
package struct StreamScan: ~Copyable {
    private let set: NeedleSet
    private let buffer: UnsafeMutableRawBufferPointer
    private let piece: Int
    /// Bytes in the buffer that were kept from before.
    private var kept = 0
    /// The offset in the stream of the buffer's first byte.
    private var base = 0
    /// The offset in the stream of the next window to look at: a multiple of the step.
    private var next = 0

    /// - Parameter piece: bytes that are read at one time.
    package init(_ set: NeedleSet, piece: Int = 1 << 20) {
        self.set = set
        self.piece = max(piece, 1)
        unsafe buffer = .allocate(byteCount: self.piece + set.longest + 32, alignment: 64)
    }

    deinit { unsafe buffer.deallocate() }

    /// Reads to the end and hands on what is found.
    ///
    /// - Parameter read: fills the front of a buffer; how many bytes, 0 at the end.
    /// - Returns: bytes searched.
    package mutating func run<Failure>(
        read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int, found: (NeedleMatch) -> Void
    ) throws(Failure) -> Int {
        (kept, base, next) = (0, 0, 0)
        while true {
            // Sound: the buffer has room for what is kept and a piece.
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[kept..<kept + piece])
            let count = try unsafe read(room)
            let end = kept + count
            search(upTo: end, isLast: count == 0, found)
            if count == 0 { return base + end }
            keep(upTo: end)
        }
    }

    /// Moves the end of what was searched to the front.
    private mutating func keep(upTo end: Int) {
        let count = min(end, set.longest + 16)
        // Sound: both lie inside the buffer; memmove allows them to overlap.
        unsafe buffer.baseAddress.map { start in
            unsafe start.copyMemory(from: UnsafeRawPointer(start + (end - count)), byteCount: count)
        }
        base += end - count
        kept = count
    }

    /// Looks at every window that begins at a multiple of the step, and whose pattern must end inside the buffer.
    private mutating func search(upTo end: Int, isLast: Bool, _ found: (NeedleMatch) -> Void) {
        let margin = NeedleSet.window + (isLast ? 0 : set.step)
        guard end >= margin, let start = unsafe buffer.baseAddress else { return }
        var position = next - base
        let last = end - margin
        let (step, shift, words) = unsafe (set.step, set.filter.shift, set.filter.words)
        while position <= last {
            // Sound: eight bytes from `position` lie before `end`; the bit's number is below the filter's number of bits.
            let window = unsafe start.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let bit = (window &* WindowFilter.multiplier) >> shift
            if unsafe words[Int(truncatingIfNeeded: bit >> 6)] >> (bit & 63) & 1 != 0 {
                verify(UInt64(littleEndian: window), at: position, end, found)
            }
            position += step
        }
        next = base + position
    }

    @inline(never)
    private func verify(_ window: UInt64, at position: Int, _ end: Int, _ found: (NeedleMatch) -> Void) {
        set.table.candidates(window) { entry in
            guard let pattern = set.needles[entry.needle].pattern(entry.form) else { return }
            let start = position - NeedleSet.firstWindow(of: pattern.count, set.step) - entry.place
            guard start >= 0, start + pattern.count <= end else { return }
            // Sound: the range lies inside the buffer.
            guard unsafe buffer[start..<start + pattern.count].elementsEqual(pattern) else { return }
            found(NeedleMatch(needle: entry.needle, form: entry.form, offset: base + start))
        }
    }
}

extension NeedleSet {
    /// What is found in bytes that are at hand, in order of their places.
    package func matches(in bytes: [UInt8], piece: Int = 1 << 20) -> [NeedleMatch] {
        var scan = StreamScan(self, piece: piece)
        var done = 0
        var found: [NeedleMatch] = []
        _ = unsafe scan.run(
            read: { room in
                let count = min(room.count, bytes.count - done)
                unsafe bytes[done..<done + count].withUnsafeBytes { unsafe room.copyMemory(from: $0) }
                done += count
                return count
            }, found: { found.append($0) })
        return found.sorted { ($0.offset, $0.needle, $0.form.rawValue) < ($1.offset, $1.needle, $1.form.rawValue) }
    }
}
