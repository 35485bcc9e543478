internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// From identity keys to dense numbers: first those that the store has, by their nodes, then the new ones by (first seen,
/// namespace, key), as recording in that order would have numbered them.
///
/// Two passes over the spill, one stream of keys at a time: the memory is that of the distinct keys of a stream or two,
/// and 24 bytes for each identifier of the load.
struct Numbering: Sendable {
    /// How many identifiers there are, and how many of them the store has.
    let count: Int
    let knownCount: Int
    /// Numbers by the rank of the identity key, over all streams.
    let numberOfRank: Column<UInt32>
    /// The store's nodes of those that it has, by number.
    let knownNodes: Column<UInt64>
    /// Namespaces by number.
    let namespaces: Column<UInt16>
    /// The first number to give to a new node, in the store.
    let firstNewNode: UInt64
    let streams: [KeyStream]
    let keyFiles: [SpillFile]
    let idFiles: [SpillFile]
    private let arena: Arena

    /// Where a stream's distinct keys lie, ascending, and the ranks of its identifiers.
    struct KeyStream: Sendable {
        /// The worker in whose files they lie.
        var worker = 0
        var keyOffset = 0
        var count = 0
        /// By segment: where the ranks within the stream begin, 4 bytes each, and how many there are.
        var ids: [(offset: Int, count: Int)] = []
        /// The rank of its first key over all streams.
        var firstRank = 0
    }

    /// A distinct key in a file: | key 16 | first seen 6 | namespace 2 | node 8 or 0 |.
    static let keyBytes = 32
    /// The union-find counts in 32 bits with a sign.
    static let limit = Int(Int32.max)

    func node(_ number: Int) -> NodeID {
        number < knownCount
            ? NodeID(knownNodes[number]) : NodeID(firstNewNode + UInt64(number - knownCount))
    }

    /// Hands over every identifier, ascending by key: rank, key, number.
    func forEachKey(ofStream stream: Int, _ buffer: FileBuffer, _ body: (RawSpan, Int, Int) throws -> Void) throws {
        let place = streams[stream]
        var done = 0
        let step = 1 << 15
        while done < place.count {
            let some = min(step, place.count - done)
            buffer.reserve(some * Self.keyBytes)
            try keyFiles[place.worker].read(
                at: place.keyOffset + done * Self.keyBytes, count: some * Self.keyBytes, into: buffer)
            for index in 0..<some {
                try body(buffer.bytes, index * Self.keyBytes, place.firstRank + done + index)
            }
            done += some
        }
    }

    /// - Parameter marks: where they say that the keys are told apart already, they are read again.
    static func run(_ load: Load, _ marks: inout StageMarks) throws -> Numbering {
        let pass = DistinctPass(load)
        if marks.isNumbered {
            try pass.reopen(marks)
        } else {
            try pass.run()
            try pass.mark(&marks)
        }
        return try Numbering(pass, load)
    }

    private init(_ pass: DistinctPass, _ load: Load) throws {
        var streams = pass.streams
        var total = 0
        for stream in streams.indices {
            streams[stream].firstRank = total
            total += streams[stream].count
        }
        guard total < Self.limit else {
            throw BackfillError.tooMuch("more than \(Self.limit) identifiers in one load; split it")
        }
        try load.demand(identifiers: total)
        let arena = Arena()
        let scratch = Arena()
        let words = try scratch.column(of: UInt64.self, count: total)
        let knownWords = try scratch.column(of: UInt64.self, count: total)
        count = total
        self.streams = streams
        keyFiles = pass.keyFiles
        idFiles = pass.idFiles
        firstNewNode = load.state.nextNode
        self.arena = arena
        numberOfRank = try arena.column(of: UInt32.self, count: total)
        namespaces = try arena.column(of: UInt16.self, count: total)
        let known = try Self.readSightings(streams, pass.keyFiles, words, knownWords)
        knownCount = known
        knownNodes = try arena.column(of: UInt64.self, count: known)
        let order = try RadixSort.order(words, arena: scratch)
        for number in 0..<total {
            let rank = Int(order[number])
            numberOfRank[rank] = UInt32(truncatingIfNeeded: number)
            if number < known { knownNodes[number] = knownWords[rank] }
        }
        try setNamespaces()
    }

    /// The words to sort by: of known identifiers their nodes, of new ones their first sightings, all after those.
    /// - Returns: how many are known.
    private static func readSightings(
        _ streams: [KeyStream], _ files: [SpillFile], _ words: Column<UInt64>, _ nodes: Column<UInt64>
    ) throws -> Int {
        let buffer = FileBuffer(capacity: 1 << 20)
        var known = 0
        for stream in streams {
            var done = 0
            while done < stream.count {
                let some = min(1 << 15, stream.count - done)
                buffer.reserve(some * keyBytes)
                try files[stream.worker].read(
                    at: stream.keyOffset + done * keyBytes, count: some * keyBytes, into: buffer)
                for index in 0..<some {
                    let rank = stream.firstRank + done + index
                    let node = buffer.bytes.bigEndianUInt64(at: index * keyBytes + 24)
                    if node != 0 {
                        known += 1
                        nodes[rank] = node
                        words[rank] = node
                    } else {
                        words[rank] = buffer.bytes.bigEndianUInt64(at: index * keyBytes + 16) | 1 << 63
                    }
                }
                done += some
            }
        }
        return known
    }

    private func setNamespaces() throws {
        let buffer = FileBuffer(capacity: 1 << 20)
        for stream in streams.indices {
            try forEachKey(ofStream: stream, buffer) { bytes, offset, rank in
                namespaces[Int(numberOfRank[rank])] = bytes.bigEndianUInt16(at: offset + 22)
            }
        }
    }
}
