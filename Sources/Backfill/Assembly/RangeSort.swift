/// Orders what lies in a range of numbers: by the number that each belongs to, then by what is given.
///
/// Counting first, as numbers are dense; then each number's few by insertion, or by the library's sort where they are many.
struct RangeSort {
    struct Item {
        /// The number that it belongs to, less the range's first.
        var slot: UInt32
        var order: UInt64
        /// Where it lies.
        var offset: UInt32
    }

    /// In order; those of one slot are `items[starts[slot]..<starts[slot + 1]]`.
    private(set) var items: [Item] = []
    private(set) var starts: [Int] = []
    private var unsorted: [Item] = []

    mutating func begin() { unsorted.removeAll(keepingCapacity: true) }

    @inline(__always)
    mutating func add(slot: Int, order: UInt64, offset: Int) {
        unsorted.append(
            Item(
                slot: UInt32(truncatingIfNeeded: slot), order: order, offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// - Parameter slots: how many numbers the range has.
    mutating func sort(slots: Int) {
        starts.removeAll(keepingCapacity: true)
        starts.append(contentsOf: repeatElement(0, count: slots + 1))
        for item in unsorted { starts[Int(item.slot) + 1] += 1 }
        for slot in 0..<slots { starts[slot + 1] += starts[slot] }
        var next = starts
        items.removeAll(keepingCapacity: true)
        items.append(contentsOf: repeatElement(Item(slot: 0, order: 0, offset: 0), count: unsorted.count))
        for item in unsorted {
            let slot = Int(item.slot)
            items[next[slot]] = item
            next[slot] += 1
        }
        for slot in 0..<slots where starts[slot + 1] - starts[slot] > 1 { sortSlot(starts[slot]..<starts[slot + 1]) }
    }

    private mutating func sortSlot(_ range: Range<Int>) {
        if range.count > 24 {
            items[range].sort { $0.order < $1.order }
            return
        }
        for place in range.dropFirst() {
            let item = items[place]
            var hole = place
            while hole > range.lowerBound, items[hole - 1].order > item.order {
                items[hole] = items[hole - 1]
                hole -= 1
            }
            items[hole] = item
        }
    }

    func range(of slot: Int) -> Range<Int> { starts[slot]..<starts[slot + 1] }
}
