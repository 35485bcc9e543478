/// A bit for each hash of a window.
@safe
final class WindowFilter: @unchecked Sendable {
    // Sound: written while it is made, before it is shared; only read after.
    let words: UnsafeMutablePointer<UInt64>
    private let count: Int
    /// How far a product is shifted to be the number of a bit.
    let shift: UInt64

    static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Room for `windows`, sixteen bits each and 32 MiB at most.
    init(windows: Int) {
        var bits: UInt64 = 15
        while bits < 28, 1 << bits < 16 * windows { bits += 1 }
        shift = 64 - bits
        count = 1 << Int(bits - 6)
        unsafe words = .allocate(capacity: count)
        unsafe words.initialize(repeating: 0, count: count)
    }

    deinit { unsafe words.deallocate() }

    func insert(_ window: UInt64) {
        let bit = (window &* Self.multiplier) >> shift
        // Sound: the bit's number is below the number of bits.
        unsafe words[Int(bit >> 6)] |= 1 << (bit & 63)
    }
}

/// The windows' entries by hash, open-addressed: a place for two of each at least.
///
///     63      40      37     32              0
///     +-------+-------+------+---------------+
///     | check | place | form |    needle     |
///     +-------+-------+------+---------------+
@safe
final class WindowTable: @unchecked Sendable {
    // Sound: as in `WindowFilter`.
    private let entries: UnsafeMutablePointer<UInt64>
    private let mask: UInt64
    private static let empty = UInt64.max

    struct Entry: Hashable {
        var needle: Int
        var form: NeedleForm
        /// Which of the pattern's windows, from 0.
        var place: Int
    }

    init(windows: Int) {
        let count = Self.byteCount(windows: windows) / MemoryLayout<UInt64>.size
        mask = UInt64(count - 1)
        unsafe entries = .allocate(capacity: count)
        unsafe entries.initialize(repeating: Self.empty, count: count)
    }

    deinit { unsafe entries.deallocate() }

    /// A power of two, at most half of it taken.
    static func byteCount(windows: Int) -> Int {
        var count = 16
        while count < 2 * windows { count *= 2 }
        return count * MemoryLayout<UInt64>.size
    }

    func insert(_ window: UInt64, _ entry: Entry) {
        let hash = Self.hash(window)
        var index = hash & mask
        // Sound: the mask keeps the index inside, and at most half of the places are taken.
        while unsafe entries[Int(index)] != Self.empty { index = (index + 1) & mask }
        let low = UInt64(entry.place) << 37 | UInt64(entry.form.rawValue) << 32 | UInt64(entry.needle)
        unsafe entries[Int(index)] = hash & ~0xFF_FFFF_FFFF | low
    }

    /// Hands what may have this window to `body`.
    @inline(__always)
    func candidates(_ window: UInt64, _ body: (Entry) -> Void) {
        let hash = Self.hash(window)
        var index = hash & mask
        while true {
            // Sound: as in `insert`.
            let stored = unsafe entries[Int(index)]
            if stored == Self.empty { return }
            if stored >> 40 == hash >> 40, let form = NeedleForm(rawValue: UInt8(stored >> 32 & 31)) {
                body(Entry(needle: Int(stored & 0xFFFF_FFFF), form: form, place: Int(stored >> 37 & 7)))
            }
            index = (index + 1) & mask
        }
    }

    private static func hash(_ window: UInt64) -> UInt64 {
        var mixed = window
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
