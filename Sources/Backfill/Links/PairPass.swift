internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching
internal import Synchronization

/// From rows to pairs of numbers: every pair of a row's identifiers, or a single one with itself, spread by ranges of the
/// lower number, so that what is near in time is near in memory from here on.
///
///     pair    | left 4 | right 4 | time 6 | source 2 |      left <= right; the source by the store's number
final class PairPass: @unchecked Sendable {
    static let streams = 256
    static let pairBytes = 16

    private let load: Load
    private let numbering: Numbering
    private let finished = Mutex<[BlockFile]>([])
    private let rangeSize: Int

    init(_ load: Load, _ numbering: Numbering) {
        self.load = load
        self.numbering = numbering
        rangeSize = max(1, (numbering.count + Self.streams - 1) / Self.streams)
    }

    /// What one thread works with.
    private struct Tools {
        var pairs: BlockWriter
        var numbers: NumberStreams
        var buffer = FileBuffer(capacity: 1 << 16)
        var row: [UInt32] = Array(repeating: 0, count: 256)
    }

    func run() throws -> [BlockFile] {
        load.begin("pairs", total: load.segments.count)
        try Workers.share(
            load.segments.count, threads: load.threads,
            make: { [self] worker in
                Tools(
                    pairs: try BlockWriter(load.path("pairs-\(worker)"), streams: Self.streams),
                    numbers: try NumberStreams(numbering))
            },
            { [self] segment, tools in
                tools.numbers.begin(segment)
                try load.segments[segment].forEachBlock(of: SpillPlan.rowStream, tools.buffer) { bytes in
                    try pair(bytes, &tools)
                }
                try load.step()
            },
            end: { [self] _, tools in
                let file = try tools.pairs.finish()
                load.add(bytes: file.file.length)
                finished.withLock { $0.append(file) }
            })
        return finished.withLock { $0 }
    }

    private func pair(_ bytes: RawSpan, _ tools: inout Tools) throws {
        let sources = load.sourceNumbers
        let purgeHour = load.purgeHour
        var offset = 0
        while offset < bytes.byteCount {
            let header = bytes.bigEndianUInt64(at: offset)
            let count = Int(bytes.uint8(at: offset + 8))
            let source = sources[Int(header & 0xffff)]
            offset += Segment.rowHeaderBytes
            for index in 0..<count {
                tools.row[index] = try tools.numbers.next(Int(bytes.uint8(at: offset + index)))
            }
            offset += count
            let moment = header & ~0xffff | UInt64(source)
            if count == 1 {
                try append(tools.row[0], tools.row[0], moment, purgeHour, tools.pairs)
                continue
            }
            for first in 0..<count {
                for second in first + 1..<count {
                    try append(tools.row[first], tools.row[second], moment, purgeHour, tools.pairs)
                }
            }
        }
    }

    @inline(__always)
    private func append(
        _ first: UInt32, _ second: UInt32, _ moment: UInt64, _ purgeHour: Int32?, _ pairs: BlockWriter
    ) throws {
        let left = min(first, second)
        let ends = UInt64(left) << 32 | UInt64(max(first, second))
        if let purgeHour, isPurged(first, second, moment, purgeHour) { return }
        try pairs.append(ends, moment, to: Int(left) / rangeSize)
    }

    private func isPurged(_ first: UInt32, _ second: UInt32, _ moment: UInt64, _ purgeHour: Int32) -> Bool {
        load.policies.isPurged(
            Timestamp(milliseconds: Int64(moment >> 16)), NamespaceID(numbering.namespaces[Int(first)]),
            NamespaceID(numbering.namespaces[Int(second)]), at: purgeHour)
    }
}

/// The numbers of a segment's identifiers, each stream in its own order. For one thread.
struct NumberStreams {
    private let numbering: Numbering
    private let arena = Arena()
    private let numbers: Column<UInt32>
    private let buffer = FileBuffer(capacity: chunk * 4)
    private var segment = 0
    /// By stream: how many are taken of the segment, and the part of them that is in memory.
    private var taken: [Int]
    private var filled: [Int]

    /// Numbers of one stream in memory.
    private static let chunk = 1 << 12

    init(_ numbering: Numbering) throws {
        self.numbering = numbering
        numbers = try arena.column(of: UInt32.self, count: SpillPlan.partitions * Self.chunk)
        taken = Array(repeating: 0, count: SpillPlan.partitions)
        filled = taken
    }

    mutating func begin(_ segment: Int) {
        self.segment = segment
        for stream in taken.indices {
            taken[stream] = 0
            filled[stream] = 0
        }
    }

    @inline(__always)
    mutating func next(_ stream: Int) throws -> UInt32 {
        let place = taken[stream]
        if place == filled[stream] { try fill(stream) }
        taken[stream] = place &+ 1
        return numbers[stream * Self.chunk + place % Self.chunk]
    }

    private mutating func fill(_ stream: Int) throws {
        let place = numbering.streams[stream]
        let ids = place.ids[segment]
        let some = min(Self.chunk, ids.count - filled[stream])
        let file = numbering.idFiles[place.worker]
        guard some > 0 else {
            throw BackfillError.damaged(path: file.path, problem: "a row has more identifiers than were written")
        }
        try file.read(at: ids.offset + filled[stream] * 4, count: some * 4, into: buffer)
        for index in 0..<some {
            let rank = place.firstRank + Int(buffer.bytes.bigEndianUInt32(at: index * 4))
            numbers[stream * Self.chunk + index] = numbering.numberOfRank[rank]
        }
        filled[stream] += some
    }
}
