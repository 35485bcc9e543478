internal import LMDB

/// A file of blocks, each of one stream, all written. Threads may read it together.
struct BlockFile: Sendable {
    let file: SpillFile
    /// In the order of the file.
    let blocks: [BlockEntry]
    /// For each stream where its blocks begin in `places`.
    private let starts: [Int]
    private let places: [Place]

    private struct Place: Sendable {
        var offset: Int
        var length: Int
    }

    init(file: SpillFile, streams: Int, blocks: [BlockEntry]) {
        self.file = file
        self.blocks = blocks
        var starts = Array(repeating: 0, count: streams + 1)
        for block in blocks { starts[Int(block.stream) + 1] += 1 }
        for stream in 0..<streams { starts[stream + 1] += starts[stream] }
        var next = starts
        var places = Array(repeating: Place(offset: 0, length: 0), count: blocks.count)
        var offset = 0
        for block in blocks {
            places[next[Int(block.stream)]] = Place(offset: offset, length: Int(block.length))
            next[Int(block.stream)] += 1
            offset += Int(block.length)
        }
        self.starts = starts
        self.places = places
    }

    /// Bytes of one stream.
    func byteCount(of stream: Int) -> Int {
        places[starts[stream]..<starts[stream + 1]].reduce(0) { $0 + $1.length }
    }

    /// Hands the blocks of a stream to `body`, in the order in which they were written.
    func forEachBlock(of stream: Int, _ buffer: FileBuffer, _ body: (RawSpan) throws -> Void) throws {
        for place in places[starts[stream]..<starts[stream + 1]] {
            buffer.reserve(place.length)
            try file.read(at: place.offset, count: place.length, into: buffer)
            try body(buffer.bytes)
        }
    }

    /// Reads all blocks of a stream behind what a buffer holds, which must have room.
    func load(_ stream: Int, behind buffer: FileBuffer) throws(BackfillError) {
        for place in places[starts[stream]..<starts[stream + 1]] {
            try file.read(at: place.offset, count: place.length, into: buffer, isMore: true)
        }
    }

    /// Hands rows of a fixed width to `body`.
    func forEachRow(of stream: Int, width: Int, _ buffer: FileBuffer, _ body: (RawSpan, Int) throws -> Void) throws {
        try forEachBlock(of: stream, buffer) { bytes in
            var offset = 0
            while offset < bytes.byteCount {
                try body(bytes, offset)
                offset += width
            }
        }
    }
}
