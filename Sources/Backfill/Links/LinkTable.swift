internal import Identity
internal import Stitching

/// The links of one stream of pairs, folded by source. For one thread; kept for the next stream.
struct LinkTable {
    struct Link {
        /// The lower number in the upper half.
        var ends: UInt64
        /// Index of its first fold; the others follow by `next`.
        var firstFold: Int32
        var folds: Int32
    }

    private struct Sum {
        var source: UInt32
        var next: Int32
        var first: Int64
        var last: Int64
        var days: UInt64
    }

    /// Bytes that a pair takes at most, where each is a link of its own: link, fold, slots, and room to grow.
    static let bytesPerPair = 128

    private(set) var links: [Link] = []
    private var sums: [Sum] = []
    /// Index of a link plus one; 0 is an empty slot.
    private var slots: [UInt32] = Array(repeating: 0, count: 1 << 14)
    private let seeds: [UInt64]

    /// - Parameter sources: by the store's number.
    init(_ sources: [SourceTraits]) { seeds = sources.map(\.sketchSeed) }

    mutating func removeAll() {
        if links.isEmpty { return }
        links.removeAll(keepingCapacity: true)
        sums.removeAll(keepingCapacity: true)
        for index in slots.indices { slots[index] = 0 }
    }

    /// Folds one event in.
    ///
    /// - Parameter moment: milliseconds in the upper 48 bits, the source in the lower 16.
    @inline(__always)
    mutating func add(_ ends: UInt64, _ moment: UInt64) {
        let source = UInt32(truncatingIfNeeded: moment & 0xffff)
        let time = Int64(bitPattern: moment >> 16)
        let day = UInt64(bitPattern: time / 86_400_000)
        let bit: UInt64 = 1 << (FixedHash.mix(seeds[Int(source)] ^ day) >> 58)
        let link = index(of: ends)
        var fold = links[link].firstFold
        while fold >= 0 {
            if sums[Int(fold)].source == source {
                if time < sums[Int(fold)].first { sums[Int(fold)].first = time }
                if time > sums[Int(fold)].last { sums[Int(fold)].last = time }
                sums[Int(fold)].days |= bit
                return
            }
            fold = sums[Int(fold)].next
        }
        sums.append(Sum(source: source, next: links[link].firstFold, first: time, last: time, days: bit))
        links[link].firstFold = Int32(truncatingIfNeeded: sums.count &- 1)
        links[link].folds &+= 1
    }

    @inline(__always)
    private mutating func index(of ends: UInt64) -> Int {
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: (ends &* 0x9e37_79b9_7f4a_7c15) >> 20) & mask
        while true {
            let slot = slots[place]
            if slot == 0 { break }
            let index = Int(slot &- 1)
            if links[index].ends == ends { return index }
            place = (place &+ 1) & mask
        }
        links.append(Link(ends: ends, firstFold: -1, folds: 0))
        slots[place] = UInt32(truncatingIfNeeded: links.count)
        if links.count * 2 > slots.count { grow() }
        return links.count &- 1
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 4)
        let mask = slots.count - 1
        for (index, link) in links.enumerated() {
            var place = Int(truncatingIfNeeded: (link.ends &* 0x9e37_79b9_7f4a_7c15) >> 20) & mask
            while slots[place] != 0 { place = (place + 1) & mask }
            slots[place] = UInt32(index + 1)
        }
    }

    /// Hands over the folds of a link, ascending by source.
    func forEachFold(of link: Link, _ body: (Fold) -> Void) {
        if link.folds == 1 { return body(fold(link.firstFold)) }
        var all: [Fold] = []
        var next = link.firstFold
        while next >= 0 {
            all.append(fold(next))
            next = sums[Int(next)].next
        }
        for fold in all.sorted(by: { $0.source < $1.source }) { body(fold) }
    }

    private func fold(_ index: Int32) -> Fold {
        let sum = sums[Int(index)]
        return Fold(
            source: SourceID(sum.source), first: Timestamp(milliseconds: sum.first),
            last: Timestamp(milliseconds: sum.last), days: sum.days)
    }
}
