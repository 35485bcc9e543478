internal import Identity
internal import LMDB

/// A file of observations that are more than events, sealed in pieces: attributes never lie on disk in the clear.
///
///     +----------+----------+------------------------------------+
///     | length 4 |  rows 4  |  sealed: rows of `ObservationCodec` |    piece after piece
///     +----------+----------+------------------------------------+
///
/// A piece opens only as the one of its number in its segment.
final class ObservationSpill {
    private let file: SpillFile
    private let segment: Int
    private let sealer: Sealer
    private var waiting = ByteWriter(capacity: 1 << 18)
    private var rows = 0
    private var pieces = 0

    /// Bytes of rows in one piece, but for the last row.
    private static let pieceBytes = 1 << 18
    private static let headerBytes = 8

    init(_ segment: Int, _ plan: SpillPlan) throws {
        file = try SpillFile.create(Segment.observationsPath(segment, in: plan.directory))
        self.segment = segment
        sealer = plan.keyRing.sealer
    }

    var byteCount: Int { file.length + waiting.count }

    func append(_ observation: KeyedObservation) throws {
        ObservationCodec.encode(observation, into: &waiting)
        rows += 1
        if waiting.count >= Self.pieceBytes { try seal() }
    }

    private func seal() throws {
        guard rows > 0 else { return }
        let plain = waiting.bytes.byteArray
        let sealed = try sealer.seal(plain, associated: Self.associated(segment, pieces))
        var framed = ByteWriter(capacity: sealed.count + Self.headerBytes)
        framed.append(UInt32(sealed.count))
        framed.append(UInt32(rows))
        framed.append(contentsOf: sealed)
        try file.append(framed.bytes)
        waiting.removeAll()
        rows = 0
        pieces += 1
    }

    /// - Returns: the bytes of the file, which is synced.
    func finish() throws -> Int {
        try seal()
        try file.sync()
        return file.length
    }

    /// Hands over what a file holds, a piece at a time; `skipping` pieces are left out.
    static func forEachPiece(
        of file: SpillFile, _ segment: Int, _ plan: SpillPlan, skipping: Int = 0,
        _ body: ([KeyedObservation]) throws -> Void
    ) throws {
        let buffer = FileBuffer(capacity: pieceBytes * 2)
        var offset = 0
        var piece = 0
        while offset < file.length {
            try file.read(at: offset, count: headerBytes, into: buffer)
            let length = Int(buffer.bytes.bigEndianUInt32(at: 0))
            let rows = Int(buffer.bytes.bigEndianUInt32(at: 4))
            guard offset + headerBytes + length <= file.length else {
                throw BackfillError.damaged(path: file.path, problem: "a piece is cut off")
            }
            if piece >= skipping {
                buffer.reserve(length)
                try file.read(at: offset + headerBytes, count: length, into: buffer)
                let plain = try plan.keyRing.sealer.open(
                    buffer.bytes.byteArray, associated: associated(segment, piece))
                try body(try ObservationCodec.decode(plain, rows: rows))
            }
            offset += headerBytes + length
            piece += 1
        }
    }

    private static func associated(_ segment: Int, _ piece: Int) -> [UInt8] {
        Array("backfill/\(segment)/\(piece)".utf8)
    }
}

extension RawSpan {
    /// A copy.
    var byteArray: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for index in 0..<byteCount { bytes.append(uint8(at: index)) }
        return bytes
    }
}
