internal import Foundation
package import Identity
internal import LMDB

/// What a backup is of.
package struct BackupReport: Hashable, Sendable {
    package var taken: Timestamp
    package var expires: Timestamp
    /// Rows and bytes of the file.
    package var rows = 0
    package var bytes = 0
}

/// The head of a backup, in the clear.
///
///     0       8         16           24         28
///     +-------+---------+------------+----------+--------------------+----------+-------------+
///     | taken | expires | key number | length 4 | label of the store | length 4 | wrapped keys |
///     +-------+---------+------------+----------+--------------------+----------+-------------+
///
/// The store's keys are as they lie beside it, wrapped by its root key; a store without a bundle has none.
struct BackupHead {
    var taken: Timestamp
    var expires: Timestamp
    var key: UInt64
    var label: String
    var bundle: [UInt8]

    var bytes: [UInt8] {
        var bytes = MetaBytes.encode(UInt64(taken.milliseconds))
        bytes += MetaBytes.encode(UInt64(expires.milliseconds))
        bytes += MetaBytes.encode(key)
        bytes += SealedStream.length(label.utf8.count)
        bytes += Array(label.utf8)
        bytes += SealedStream.length(bundle.count)
        bytes += bundle
        return bytes
    }

    init(taken: Timestamp, expires: Timestamp, key: UInt64, label: String, bundle: [UInt8]) {
        self.taken = taken
        self.expires = expires
        self.key = key
        self.label = label
        self.bundle = bundle
    }

    init(_ bytes: [UInt8], of path: String) throws {
        var reader = PieceReader(bytes, of: path)
        taken = Timestamp(milliseconds: Int64(clamping: try reader.number(8)))
        expires = Timestamp(milliseconds: Int64(clamping: try reader.number(8)))
        key = try reader.number(8)
        label = String(decoding: try reader.take(Int(try reader.number(4))), as: UTF8.self)
        bundle = try reader.take(Int(try reader.number(4)))
        guard reader.isAtEnd else { throw BackupError.altered(path: path) }
    }
}

/// Items of a backup.
///
///     slots | 1 | length 4 | bytes |
///     row   | 2 | table 1 | key, as wide as the table's | length 4 | value as it lies |
///     end   | 3 | count 1 | count x (table 1, rows 8) |
enum BackupItem: UInt8 {
    case slots = 1
    case row = 2
    case end = 3
}

extension Store {
    /// The file of data keys.
    var slotsPath: String { directory + "/" + StoreKeys.slotsName }
    package var backupKeysPath: String { directory + "/" + BackupKeys.name }

    /// Writes all rows of one snapshot to a new file, sealed under the key of the day, while others write. No byte of what was
    /// deleted is in it. The snapshot is held until the end: pages that are freed meanwhile are not used again before.
    ///
    /// - Parameters:
    ///   - path: must not be there.
    ///   - expires: when its key is overwritten; rounded up to the end of that day.
    ///   - progress: called now and then with the rows so far; what it throws stops the backup, and nothing is left of it.
    package func backUp(
        to path: String, keys: BackupKeys, at now: Timestamp, expires: Timestamp, random: some RandomSource,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> BackupReport {
        let key = try keys.begin(at: now, expires: expires, random: random)
        let label = try StoreLabel(file: directory + "/STORE")
        let bundle = FileManager.default.contents(atPath: try StoreKeys(directory: directory).file.path).map {
            [UInt8]($0)
        }
        let head = BackupHead(
            taken: now, expires: key.expires, key: key.number, label: label.text, bundle: bundle ?? [])
        let writer = try SealedStream.Writer(.backup, path: path, head: head.bytes, random: random) { bytes, bound in
            try keys.seal(bytes, number: key.number, associated: bound)
        }
        var report = BackupReport(taken: now, expires: key.expires)
        let snapshot = try environment.beginRead()
        // After the snapshot: every slot that it uses is there.
        try copySlots(to: writer)
        var counts: [UInt8: UInt64] = [:]
        for table in Tables.all {
            try snapshot.scanRaw(table) { entry in
                guard entry.isIntact else { throw StoreError.damaged("a row of \(table.name) is not whole") }
                try writer.append { bytes in
                    bytes.append(BackupItem.row.rawValue)
                    bytes.append(table.number)
                    append(entry.key, to: &bytes)
                    bytes += SealedStream.length(entry.value.byteCount)
                    append(entry.value, to: &bytes)
                }
                counts[table.number, default: 0] += 1
                report.rows += 1
                if report.rows.isMultiple(of: 65_536) { try progress(report.rows) }
                return .proceed
            }
        }
        try writer.append { bytes in
            bytes.append(BackupItem.end.rawValue)
            bytes.append(UInt8(counts.count))
            for (table, count) in counts.sorted(by: { $0.key < $1.key }) {
                bytes.append(table)
                bytes += MetaBytes.encode(count)
            }
        }
        try writer.finish()
        report.bytes = writer.written
        return report
    }

    private func copySlots(to writer: SealedStream.Writer) throws {
        let file: SlotFile
        do { file = try SlotFile.open(slotsPath, forWriting: false) } catch {
            if case .notFound = error { return }
            throw error
        }
        var offset = 0
        while true {
            let piece = try file.read(at: offset, count: 1 << 20)
            if piece.isEmpty { return }
            offset += piece.count
            try writer.append { bytes in
                bytes.append(BackupItem.slots.rawValue)
                bytes += SealedStream.length(piece.count)
                bytes += piece
            }
        }
    }
}

private func append(_ span: RawSpan, to bytes: inout [UInt8]) {
    // Sound: the span's bytes are lent for the closure.
    unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
}
