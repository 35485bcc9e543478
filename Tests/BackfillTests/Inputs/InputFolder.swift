import Backfill
import CZlib
import CZstd
import Foundation
import Identity
import TestSupport

/// A folder of inputs for one test.
struct InputFolder {
    private let directory: TemporaryDirectory
    var path: String { directory.path }

    init() throws { directory = try TemporaryDirectory() }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let path = path + "/" + name
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
}

/// What a server would be sent of an input.
struct Drafted {
    var drafts: [(line: Int, draft: ObservationDraft)] = []
    var rejects: [Reject] = []
    var tally = RowTally()

    /// Identifier values by row.
    var values: [[String]] {
        drafts.map { row in
            row.draft.identifiers.map { identifier in
                switch identifier.value {
                case .raw(let text), .sha256(let text): text
                }
            }
        }
    }

    static let mapping = """
        source: {constant: web}
        time: time
        identifiers:
          - {namespace: email, column: email}
          - {namespace: cookie, column: cookie}
        """

    /// Rows below `time,email,cookie`.
    static let header = "time,email,cookie\n"
    static let time = "2026-01-02T03:04:05Z"

    init() {}

    /// Reads one input as a load over a server does.
    init(
        _ bytes: some Sequence<UInt8>, name: String = "rows.csv", mapping yaml: String? = Drafted.mapping,
        limits: Limits = Limits(), threads: Int = 2
    ) throws {
        let folder = try InputFolder()
        try self.init(
            [try folder.write(name, bytes)], mapping: yaml, limits: limits, threads: threads)
    }

    init(_ arguments: [String], mapping yaml: String?, limits: Limits = Limits(), threads: Int = 2) throws {
        let files = try InputList.resolve(arguments, format: nil)
        let mapping = try yaml.map { try Mapping(yaml: $0, file: "map.yaml") }
        let held = try files.map { PositionFile.Input(try $0.signature(mapping: [])) }
        let reading = try DraftReading(
            try OpenInputs(files, mapping: mapping, limit: limits.lineBytes, stops: { false }), from: held,
            limits: limits, threads: threads, stops: { false })
        while case .product(let read) = try reading.next(timeout: nil) { add(read) }
    }

    mutating func add(_ read: ReadDrafts) {
        drafts += read.drafts
        rejects += read.chunk.rejects
        tally += read.chunk.tally
    }
}

/// Bytes as programs pack them.
enum Packed {
    /// One member of gzip.
    static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = try InputFolder()
        let path = folder.path + "/packed.gz"
        // Sound: paths and bytes live as long as the calls.
        let file = unsafe gzopen(path, "wb6")
        _ = unsafe bytes.withUnsafeBytes { unsafe gzwrite(file, $0.baseAddress, UInt32($0.count)) }
        unsafe gzclose(file)
        return try Array(Data(contentsOf: URL(filePath: path)))
    }

    /// One frame of Zstandard, with a checksum.
    static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        let context = unsafe ZSTD_createCCtx()
        defer { unsafe ZSTD_freeCCtx(context) }
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        var packed = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        // Sound: both arrays live as long as the call, which writes within the bound.
        let count = unsafe packed.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                unsafe ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
            }
        }
        return Array(packed[..<count])
    }
}
