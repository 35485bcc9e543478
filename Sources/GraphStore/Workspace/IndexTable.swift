/// Finds dense indices by what stands there: open addressing, at most half full, nothing is removed.
///
/// It holds no keys, only 32 bits of their hash: the caller compares. Identity keys and node ids need no defence against
/// chosen collisions: the former are HMACs, the latter are given by the store.
struct IndexTable {
    /// The hash in the upper half, the index plus one in the lower; 0 is an empty slot.
    private var slots: [UInt64] = []
    private var count = 0

    /// The index among those of this hash that `isMatch` accepts.
    @inline(__always)
    func find(_ hash: UInt32, _ isMatch: (Int32) -> Bool) -> Int32? {
        guard count > 0 else { return nil }
        let mask = slots.count &- 1
        var place = Int(hash) & mask
        while true {
            let slot = slots[place]
            if slot == 0 { return nil }
            if UInt32(truncatingIfNeeded: slot >> 32) == hash {
                let index = Int32(truncatingIfNeeded: slot & 0xffff_ffff) &- 1
                if isMatch(index) { return index }
            }
            place = (place &+ 1) & mask
        }
    }

    /// - Precondition: what stands at `index` is not in the table.
    mutating func insert(_ hash: UInt32, _ index: Int32) {
        if 2 * (count + 1) > slots.count { grow() }
        count += 1
        add(UInt64(hash) << 32 | UInt64(UInt32(bitPattern: index &+ 1)))
    }

    private mutating func add(_ slot: UInt64) {
        let mask = slots.count &- 1
        var place = Int(slot >> 32) & mask
        while slots[place] != 0 { place = (place &+ 1) & mask }
        slots[place] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: max(64, old.count * 2))
        for slot in old where slot != 0 { add(slot) }
    }

    /// Spreads a number over 32 bits (Fibonacci hashing, Knuth 6.4).
    @inline(__always)
    static func hash(_ number: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (number &* 0x9e37_79b9_7f4a_7c15) >> 32)
    }
}
