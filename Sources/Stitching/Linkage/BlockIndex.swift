internal import Dispatch
internal import Identity
internal import Synchronization

/// The blocks of a table under some rules, made by sorting: for each record the blocks that it is in, and for each block its
/// records. Blocks of one record, and blocks past their limit, are left out.
package struct BlockIndex: Sendable {
    /// Records of all blocks, block by block, ascending within each.
    private var members: [UInt32] = []
    /// Where each block begins, and at last where the last ends.
    private var blockStarts: [Int] = [0]
    /// Blocks of all records, record by record.
    private var blocks: [UInt32] = []
    private var recordStarts: [Int]

    /// Blocks past their limit, by entry.
    package private(set) var overfull: [Int] = []
    /// Pairs in the blocks, by entry; a pair that shares two blocks counts twice.
    package private(set) var pairs: [Int] = []

    package init(_ table: RecordTable, _ entries: [BlockingPlan.Entry]) {
        recordStarts = Array(repeating: 0, count: table.count + 1)
        let found = Mutex<[Blocks]>(Array(repeating: Blocks(), count: entries.count))
        DispatchQueue.concurrentPerform(iterations: entries.count) { place in
            let blocks = Blocks(entries[place], table)
            found.withLock { $0[place] = blocks }
        }
        for blocks in found.withLock({ $0 }) {
            let base = members.count
            members += blocks.members
            blockStarts += blocks.ends.map { base + $0 }
            overfull.append(blocks.overfull)
            pairs.append(blocks.pairs)
        }
        index(count: table.count)
    }

    /// The blocks of one rule.
    private struct Blocks: Sendable {
        var members: [UInt32] = []
        var ends: [Int] = []
        var overfull = 0
        var pairs = 0

        init() {}

        init(_ entry: BlockingPlan.Entry, _ table: RecordTable) {
            let groups = GroupedRecords(table, entry.rule)
            groups.forEachGroup { range in
                guard range.count > 1 else { return }
                guard range.count <= entry.blockLimit else {
                    overfull += 1
                    return
                }
                pairs += range.count * (range.count - 1) / 2
                for position in range { members.append(groups.records[position]) }
                ends.append(members.count)
            }
        }
    }

    private mutating func index(count: Int) {
        for member in members { recordStarts[Int(member) + 1] += 1 }
        for record in 0..<count { recordStarts[record + 1] += recordStarts[record] }
        var next = recordStarts
        blocks = Array(repeating: 0, count: members.count)
        for block in 0..<blockStarts.count - 1 {
            for position in blockStarts[block]..<blockStarts[block + 1] {
                let member = Int(members[position])
                blocks[next[member]] = UInt32(block)
                next[member] += 1
            }
        }
    }

    /// How many blocks two records share.
    package func shared(_ left: UInt32, _ right: UInt32) -> Int {
        var (first, second) = (recordStarts[Int(left)], recordStarts[Int(right)])
        var count = 0
        // The blocks of a record ascend.
        while first < recordStarts[Int(left) + 1], second < recordStarts[Int(right) + 1] {
            if blocks[first] == blocks[second] { count += 1 }
            let isLower = blocks[first] <= blocks[second]
            if blocks[first] >= blocks[second] { second += 1 }
            if isLower { first += 1 }
        }
        return count
    }

    /// The records that share a block with `record` and come after `floor`, ascending, each once, in `out`.
    package func candidates(of record: Int, after floor: Int = -1, into out: inout [UInt32]) {
        out.removeAll(keepingCapacity: true)
        for place in recordStarts[record]..<recordStarts[record + 1] {
            let block = Int(blocks[place])
            for position in blockStarts[block]..<blockStarts[block + 1] {
                let member = members[position]
                if Int(member) > floor, Int(member) != record { out.append(member) }
            }
        }
        out.sort()
        var kept = 0
        for index in out.indices where index == 0 || out[index] != out[kept - 1] {
            out[kept] = out[index]
            kept += 1
        }
        out.removeSubrange(kept...)
    }
}

/// The records of a table sorted by their groups under one rule.
struct GroupedRecords {
    private(set) var groups: [UInt64]
    /// Within a group ascending.
    private(set) var records: [UInt32]

    init(_ table: RecordTable, _ rule: BlockingRule) {
        groups = []
        records = []
        var scratch: [UInt64] = []
        groups.reserveCapacity(table.count)
        records.reserveCapacity(table.count)
        for record in 0..<table.count {
            scratch.removeAll(keepingCapacity: true)
            table.withRecord(record) { rule.appendGroups($0, to: &scratch) }
            for group in scratch {
                groups.append(group)
                records.append(UInt32(record))
            }
        }
        RadixSort.sort(&groups, &records)
    }

    func forEachGroup(_ body: (Range<Int>) -> Void) {
        var start = 0
        while start < groups.count {
            var end = start + 1
            while end < groups.count, groups[end] == groups[start] { end += 1 }
            body(start..<end)
            start = end
        }
    }
}

/// Sorts keys with what belongs to them, from the lowest 16 bits to the highest; equal keys keep their order.
enum RadixSort {
    private static let comparisonLimit = 32_768

    static func sort(_ keys: inout [UInt64], _ values: inout [UInt32]) {
        if keys.count < comparisonLimit {
            let order = keys.indices.sorted { keys[$0] != keys[$1] ? keys[$0] < keys[$1] : $0 < $1 }
            keys = order.map { keys[$0] }
            let old = values
            values = order.map { old[$0] }
            return
        }
        var otherKeys = keys
        var otherValues = values
        for shift in [0, 16, 32, 48] as [UInt64] {
            pass(keys.span, values.span, shift, &otherKeys, &otherValues)
            swap(&keys, &otherKeys)
            swap(&values, &otherValues)
        }
    }

    private static func pass(
        _ keys: Span<UInt64>, _ values: Span<UInt32>, _ shift: UInt64, _ outKeys: inout [UInt64],
        _ outValues: inout [UInt32]
    ) {
        var places = Array(repeating: 0, count: 65_537)
        var counts = places.mutableSpan
        for index in 0..<keys.count { counts[Int(keys[index] >> shift & 0xffff) + 1] += 1 }
        for digit in 0..<65_536 { counts[digit + 1] += counts[digit] }
        var sortedKeys = outKeys.mutableSpan
        var sortedValues = outValues.mutableSpan
        for index in 0..<keys.count {
            let digit = Int(keys[index] >> shift & 0xffff)
            sortedKeys[counts[digit]] = keys[index]
            sortedValues[counts[digit]] = values[index]
            counts[digit] += 1
        }
    }
}
