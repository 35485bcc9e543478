internal import LMDB

/// Which stages behind the spill are done, and what is needed to go on behind them.
struct StageMarks: Sendable {
    /// The store's last transaction when numbering looked into it; what follows holds for no other.
    var storeTransaction: UInt64 = 0
    /// Bytes of the files of keys and of ranks, by thread; empty where numbering is not done.
    var keyBytes: [Int] = []
    var rankBytes: [Int] = []
    var streams: [Numbering.KeyStream] = []
    /// Files of links with their blocks; empty where links are not done.
    var links: [LinkFile] = []
    /// Whether the next generation holds all that is built.
    var isBuilt = false
    /// Ranges that are merged, and pieces of observations that are recorded.
    var mergedRanges = 0
    var recordedPieces = 0

    struct LinkFile: Sendable {
        var bytes: Int
        var blocks: [BlockEntry]
    }

    var isNumbered: Bool { !keyBytes.isEmpty }
    var isLinked: Bool { !links.isEmpty }

    init() {}

    // MARK: Bytes

    func encode(into writer: inout ByteWriter) {
        writer.append(storeTransaction)
        for list in [keyBytes, rankBytes] {
            writer.append(UInt32(list.count))
            for bytes in list { writer.append(UInt64(bytes)) }
        }
        writer.append(UInt32(streams.count))
        for stream in streams {
            writer.append(UInt32(stream.worker))
            writer.append(UInt64(stream.keyOffset))
            writer.append(UInt64(stream.count))
            writer.append(UInt32(stream.ids.count))
            for ids in stream.ids {
                writer.append(UInt64(ids.offset))
                writer.append(UInt64(ids.count))
            }
        }
        writer.append(UInt32(links.count))
        for file in links {
            writer.append(UInt64(file.bytes))
            BlockEntry.encode(file.blocks, into: &writer)
        }
        writer.append(UInt8(isBuilt ? 1 : 0))
        writer.append(UInt64(mergedRanges))
        writer.append(UInt64(recordedPieces))
    }

    init(_ reader: inout ByteReader) throws {
        storeTransaction = try reader.readUInt64()
        for _ in 0..<(try reader.readUInt32()) { keyBytes.append(Int(try reader.readUInt64())) }
        for _ in 0..<(try reader.readUInt32()) { rankBytes.append(Int(try reader.readUInt64())) }
        for _ in 0..<(try reader.readUInt32()) {
            var stream = Numbering.KeyStream(worker: Int(try reader.readUInt32()))
            stream.keyOffset = Int(try reader.readUInt64())
            stream.count = Int(try reader.readUInt64())
            for _ in 0..<(try reader.readUInt32()) {
                stream.ids.append((Int(try reader.readUInt64()), Int(try reader.readUInt64())))
            }
            streams.append(stream)
        }
        for _ in 0..<(try reader.readUInt32()) {
            links.append(LinkFile(bytes: Int(try reader.readUInt64()), blocks: try BlockEntry.decode(&reader)))
        }
        isBuilt = try reader.readUInt8() == 1
        mergedRanges = Int(try reader.readUInt64())
        recordedPieces = Int(try reader.readUInt64())
    }
}

extension BlockEntry {
    static func encode(_ blocks: [BlockEntry], into writer: inout ByteWriter) {
        writer.append(UInt32(blocks.count))
        for block in blocks {
            writer.append(block.stream)
            writer.append(block.length)
        }
    }

    static func decode(_ reader: inout ByteReader) throws -> [BlockEntry] {
        var blocks: [BlockEntry] = []
        for _ in 0..<(try reader.readUInt32()) {
            blocks.append(BlockEntry(stream: try reader.readUInt32(), length: try reader.readUInt32()))
        }
        return blocks
    }
}
