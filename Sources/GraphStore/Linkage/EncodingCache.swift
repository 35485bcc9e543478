internal import Identity
internal import Synchronization

/// An encoding made ready to be weighed.
struct Weighable: Sendable {
    var words: [UInt32]
    /// By comparison, as the model's scorer finds them.
    var rarities: [Int32]
}

/// Encodings that were unsealed and read before, by record node: a candidate of many records is unsealed once.
///
/// An entry counts only while its record is filed with the same check value, so an aborted transaction leaves nothing false; what
/// is taken out of matching is taken out of here first.
final class EncodingCache: Sendable {
    private struct Entry: Sendable {
        var check: UInt32
        var weighable: Weighable
    }

    private let entries = Mutex<[UInt64: Entry]>([:])

    /// Most entries: some 50 MiB.
    private static let limit = 65_536

    func find(_ node: UInt64, check: UInt32) -> Weighable? {
        entries.withLock { entries in
            guard let entry = entries[node], entry.check == check else { return nil }
            return entry.weighable
        }
    }

    func keep(_ weighable: Weighable, _ node: UInt64, check: UInt32) {
        entries.withLock { entries in
            if entries.count >= Self.limit { entries.removeAll(keepingCapacity: true) }
            entries[node] = Entry(check: check, weighable: weighable)
        }
    }

    func drop(_ node: UInt64) { entries.withLock { _ = $0.removeValue(forKey: node) } }
}

extension RecordEncoding {
    /// The CRC-32 of its words: tells two versions of a record apart.
    var check: UInt32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * words.count)
        for word in words {
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return Checksum.crc32(bytes.span)
    }
}
