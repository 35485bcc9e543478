/// Sorts rows into many streams of one file, a block of one stream at a time. For one thread.
///
/// A row lies within one block. The index of blocks is kept in memory: 8 bytes for each.
@safe
final class BlockWriter {
    let file: SpillFile
    let streams: Int
    private let blockBytes: Int
    private let base: UnsafeMutableRawPointer
    private let used: UnsafeMutablePointer<UInt32>
    /// Blocks in the order of the file.
    private(set) var blocks: [BlockEntry] = []

    init(_ path: String, streams: Int, blockBytes: Int = 1 << 16) throws(BackfillError) {
        file = try SpillFile.create(path)
        self.streams = streams
        self.blockBytes = blockBytes
        unsafe base = .allocate(byteCount: streams * blockBytes, alignment: 4096)
        unsafe used = .allocate(capacity: streams)
        unsafe used.initialize(repeating: 0, count: streams)
    }

    deinit {
        unsafe base.deallocate()
        unsafe used.deallocate()
    }

    /// Bytes written and waiting.
    var byteCount: Int {
        var waiting = 0
        for stream in 0..<streams { waiting += Int(unsafe used[stream]) }
        return file.length + waiting
    }

    @inline(__always)
    private func place(_ stream: Int, _ bytes: Int) throws(BackfillError) -> UnsafeMutableRawPointer {
        precondition(stream >= 0 && stream < streams && bytes <= blockBytes, "outside of the streams of a file")
        // Sound: checked just above; a block's bytes are its stream's alone.
        if unsafe Int(used[stream]) + bytes > blockBytes { try flush(stream) }
        let offset = unsafe Int(used[stream])
        unsafe used[stream] = UInt32(truncatingIfNeeded: offset + bytes)
        return unsafe base + (stream * blockBytes + offset)
    }

    @inline(__always)
    func append(_ first: UInt64, to stream: Int) throws(BackfillError) {
        let place = try unsafe place(stream, 8)
        // Sound: `place` has made room.
        unsafe place.storeBytes(of: first.bigEndian, as: UInt64.self)
    }

    @inline(__always)
    func append(_ first: UInt64, _ second: UInt64, to stream: Int) throws(BackfillError) {
        let place = try unsafe place(stream, 16)
        // Sound: `place` has made room.
        unsafe place.storeBytes(of: first.bigEndian, as: UInt64.self)
        unsafe place.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
    }

    @inline(__always)
    func append(_ first: UInt64, _ second: UInt64, _ third: UInt64, to stream: Int) throws(BackfillError) {
        let place = try unsafe place(stream, 24)
        // Sound: `place` has made room.
        unsafe place.storeBytes(of: first.bigEndian, as: UInt64.self)
        unsafe place.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
        unsafe place.storeBytes(of: third.bigEndian, toByteOffset: 16, as: UInt64.self)
    }

    /// A row of any length; one that is longer than a block is a block of its own.
    @inline(__always)
    func append(_ bytes: RawSpan, to stream: Int) throws(BackfillError) {
        if bytes.byteCount > blockBytes { return try appendLong(bytes, to: stream) }
        let place = try unsafe place(stream, bytes.byteCount)
        // Sound: `place` has made room, and the source is lent.
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe place.copyMemory(from: start, byteCount: source.count)
        }
    }

    private func appendLong(_ bytes: RawSpan, to stream: Int) throws(BackfillError) {
        try flush(stream)
        try file.append(bytes)
        blocks.append(BlockEntry(stream: UInt32(stream), length: UInt32(bytes.byteCount)))
    }

    private func flush(_ stream: Int) throws(BackfillError) {
        let count = unsafe Int(used[stream])
        guard count > 0 else { return }
        // Sound: `count` bytes of the block are written.
        try file.append(unsafe RawSpan(_unsafeStart: base + stream * blockBytes, byteCount: count))
        blocks.append(BlockEntry(stream: UInt32(stream), length: UInt32(count)))
        unsafe used[stream] = 0
    }

    /// Writes what waits; the file is then read as a `BlockFile`.
    func finish() throws(BackfillError) -> BlockFile {
        for stream in 0..<streams { try flush(stream) }
        return BlockFile(file: file, streams: streams, blocks: blocks)
    }
}

/// One block in the order of its file.
struct BlockEntry: Hashable, Sendable {
    var stream: UInt32
    /// Bytes.
    var length: UInt32
}
