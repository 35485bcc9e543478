internal import Identity

/// The distinct identity keys of one stream, each with its first sighting. For one thread; kept for the next stream.
///
/// Open addressing, at most half full. Keys are HMACs: they need no further hash.
struct KeyTable {
    /// A key as it was first seen.
    struct Entry {
        var key: IdentityKey
        /// Milliseconds in the upper 48 bits, the namespace in the lower 16: ascending as nodes are numbered.
        var sighting: UInt64
    }

    private(set) var entries: [Entry] = []
    /// Index of an entry plus one; 0 is an empty slot.
    private var slots: [UInt32] = Array(repeating: 0, count: 1 << 12)

    mutating func removeAll() {
        if entries.isEmpty { return }
        entries.removeAll(keepingCapacity: true)
        for index in slots.indices { slots[index] = 0 }
    }

    /// The index of a key, a new one where it is not there.
    @inline(__always)
    mutating func index(of key: IdentityKey, _ sighting: UInt64) -> UInt32 {
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: key.low) & mask
        while true {
            let slot = slots[place]
            if slot == 0 { break }
            let index = Int(slot &- 1)
            if entries[index].key == key {
                if sighting < entries[index].sighting { entries[index].sighting = sighting }
                return slot &- 1
            }
            place = (place &+ 1) & mask
        }
        entries.append(Entry(key: key, sighting: sighting))
        slots[place] = UInt32(truncatingIfNeeded: entries.count)
        if entries.count * 2 > slots.count { grow() }
        return UInt32(truncatingIfNeeded: entries.count &- 1)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 4)
        let mask = slots.count - 1
        for (index, entry) in entries.enumerated() {
            var place = Int(truncatingIfNeeded: entry.key.low) & mask
            while slots[place] != 0 { place = (place + 1) & mask }
            slots[place] = UInt32(index + 1)
        }
    }

    /// For each entry its rank by key.
    func ranks() -> (order: [UInt32], ranks: [UInt32]) {
        var sorted = entries.indices.map { (key: entries[$0].key, index: UInt32($0)) }
        sorted.sort { $0.key < $1.key }
        let order = sorted.map(\.index)
        var ranks = Array(repeating: UInt32(0), count: entries.count)
        for (rank, index) in order.enumerated() { ranks[Int(index)] = UInt32(rank) }
        return (order, ranks)
    }
}
