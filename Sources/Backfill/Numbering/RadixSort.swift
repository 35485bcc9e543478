/// Sorts indices by 64-bit words: stable, least digits first, 11 bits at a time, only those in which words differ.
enum RadixSort {
    /// The indices of `words` in ascending order of the words, equal ones in their own order. `words` is left sorted too.
    static func order(_ words: Column<UInt64>, arena: Arena) throws(BackfillError) -> Column<UInt32> {
        let count = words.count
        var source = (words: words, indices: try arena.column(of: UInt32.self, count: count))
        var target = (
            words: try arena.column(of: UInt64.self, count: count),
            indices: try arena.column(of: UInt32.self, count: count)
        )
        for index in 0..<count { source.indices[index] = UInt32(truncatingIfNeeded: index) }
        let differing = differingBits(words)
        var shift: UInt64 = 0
        while shift < 64 {
            if (differing >> shift) & 0x7ff != 0 {
                pass(source.words, source.indices, target.words, target.indices, shift: shift)
                swap(&source, &target)
            }
            shift += 11
        }
        return source.indices
    }

    private static func differingBits(_ words: Column<UInt64>) -> UInt64 {
        guard words.count > 0 else { return 0 }
        let first = words[0]
        var differing: UInt64 = 0
        for index in 0..<words.count { differing |= words[index] ^ first }
        return differing
    }

    private static func pass(
        _ words: Column<UInt64>, _ indices: Column<UInt32>, _ toWords: Column<UInt64>, _ toIndices: Column<UInt32>,
        shift: UInt64
    ) {
        var starts = Array(repeating: 0, count: 2_048)
        for index in 0..<words.count { starts[Int(truncatingIfNeeded: (words[index] >> shift) & 0x7ff)] += 1 }
        var total = 0
        for digit in starts.indices {
            let count = starts[digit]
            starts[digit] = total
            total += count
        }
        for index in 0..<words.count {
            let word = words[index]
            let digit = Int(truncatingIfNeeded: (word >> shift) & 0x7ff)
            let place = starts[digit]
            starts[digit] = place + 1
            toWords[place] = word
            toIndices[place] = indices[index]
        }
    }
}
