internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Writes the table of identifiers, in the order of their keys: it needs nothing but the numbers.
struct IdentifierWriter: Sendable {
    private let load: Load
    private let numbering: Numbering
    private let generation: SendableBox<Generation>
    /// By number: 1 where merging writes the row; nil: nothing is merged.
    private let isMerged: Column<UInt8>?

    /// Bytes to a transaction.
    private static let transactionBytes = 64 << 20
    /// Of a row, what LMDB adds to it included.
    private static let rowBytes = 48

    init(_ load: Load, _ numbering: Numbering, _ generation: Generation, isMerged: Column<UInt8>?) {
        self.load = load
        self.numbering = numbering
        self.generation = SendableBox(generation)
        self.isMerged = isMerged
    }

    func run() throws {
        let environment = generation.value.environment
        let mode: PutMode = try environment.read { try $0.count(Tables.identifiers) } == 0 ? .append : .insert
        let buffer = FileBuffer(capacity: 1 << 20)
        var bytes = 0
        var transaction = try environment.beginWrite()
        for stream in numbering.streams.indices {
            bytes += try write(stream, mode, buffer, &transaction) * Self.rowBytes
            guard bytes > Self.transactionBytes else { continue }
            try transaction.commit()
            load.add(bytes: bytes)
            bytes = 0
            transaction = try environment.beginWrite()
        }
        try transaction.commit()
        load.add(bytes: bytes)
    }

    /// - Returns: how many rows were written.
    private func write(
        _ stream: Int, _ mode: PutMode, _ buffer: FileBuffer, _ transaction: inout WriteTransaction
    ) throws -> Int {
        var rows = 0
        try numbering.forEachKey(ofStream: stream, buffer) { bytes, offset, rank in
            let number = Int(numbering.numberOfRank[rank])
            if let isMerged, isMerged[number] == 1 { return }
            let key = IdentityKey(
                high: bytes.bigEndianUInt64(at: offset), low: bytes.bigEndianUInt64(at: offset + 8))
            let row = IdentifierRow(
                node: numbering.node(number), namespace: NamespaceID(bytes.bigEndianUInt16(at: offset + 22)))
            try transaction.put(Tables.identifiers, key, row, mode)
            rows += 1
        }
        return rows
    }
}
