internal import Foundation

/// The bytes of an input, unpacked, in order. Not for two threads at a time.
///
/// Whether they are packed is told by their first bytes: gzip (RFC 1952, of any number of members) or Zstandard (RFC 8878,
/// of any number of frames). What is no text at all is refused with what to do.
package final class ByteSource {
    package let name: String
    /// Bytes of the file as it lies there; nil for what has no end that is known.
    package let size: Int?
    /// Bytes given so far.
    package private(set) var position: UInt64 = 0
    /// Bytes of the file read so far: to be set beside `size`.
    package private(set) var filePosition: UInt64 = 0

    private let descriptor: Descriptor
    private let isOwned: Bool
    private let stops: @Sendable () -> Bool
    private var unpacker: (any Unpacker)?
    /// Read and not yet unpacked.
    private var packed: [UInt8] = []
    private var place = 0
    private var isAtEnd = false

    private static let blockBytes = 1 << 18

    /// Opens an input and looks at its first bytes.
    ///
    /// - Parameters:
    ///   - path: `-` for standard input.
    ///   - stops: asked while the input waits for its writer; true ends it as if it were over, and `isStopped` says so.
    package init(_ path: String, stops: @escaping @Sendable () -> Bool = { false }) throws(InputError) {
        name = path == "-" ? "stdin" : path
        self.stops = stops
        isOwned = path != "-"
        do {
            descriptor = isOwned ? try Descriptor.open(path, O_RDONLY) : Descriptor(STDIN_FILENO)
        } catch {
            throw InputError(path, "cannot be read: \(error)")
        }
        size = descriptor.size
        try begin(path)
    }

    /// Whether it ended because it was told to.
    package private(set) var isStopped = false

    deinit { if isOwned { descriptor.close() } }

    /// Reads some bytes and appends them; 0 at the end.
    package func read(_ count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
        let before = bytes.count
        if place < packed.count || unpacker != nil {
            try readPacked(count, into: &bytes)
        } else if !isAtEnd {
            try fill(count, &bytes)
        }
        let got = bytes.count - before
        position += UInt64(got)
        return got
    }

    /// Passes over what was read before; the input must be at its beginning.
    package func skip(to wanted: UInt64) throws(InputError) {
        if unpacker == nil, size != nil, wanted > UInt64(packed.count) {
            guard lseek(descriptor.number, Int(wanted), SEEK_SET) >= 0 else {
                throw InputError(name, "cannot be read: \(systemMessage(errno))")
            }
            (packed, place) = ([], 0)
            (position, filePosition) = (wanted, wanted)
            return
        }
        var bytes: [UInt8] = []
        while position < wanted {
            bytes.removeAll(keepingCapacity: true)
            let rest = wanted - position
            guard try read(Int(min(rest, UInt64(Self.blockBytes))), into: &bytes) > 0 else {
                throw InputError(
                    name, "is shorter than it was when the load began; put it back, or begin anew with --restart")
            }
        }
    }

    private func begin(_ path: String) throws(InputError) {
        // A pipe may give its first bytes one by one.
        while packed.count < Magic.longest, !isAtEnd { try fill(Self.blockBytes, &packed) }
        switch try Magic.kind(of: packed, name) {
        case .gzip: unpacker = try GzipUnpacker()
        case .zstd: unpacker = try ZstdUnpacker()
        case .text:
            let lower = path.lowercased()
            for (ending, format) in [(".gz", "gzip"), (".zst", "Zstandard")] where lower.hasSuffix(ending) {
                throw InputError(
                    name,
                    packed.isEmpty
                        ? "holds nothing, not even a \(format) header; fetch it again"
                        : "does not begin as \(format) does; fetch it again, or name it as what it is")
            }
        }
    }

    private func readPacked(_ count: Int, into bytes: inout [UInt8]) throws(InputError) {
        guard let unpacker else {
            let end = min(packed.count, place + count)
            bytes += packed[place..<end]
            place = end
            if place == packed.count { (packed, place) = ([], 0) }
            return
        }
        let before = bytes.count
        while bytes.count == before {
            if place == packed.count, !isAtEnd {
                packed.removeAll(keepingCapacity: true)
                place = 0
                try fill(Self.blockBytes, &packed)
            }
            let isOver = place == packed.count
            if isStopped || (isOver && unpacker.isBetweenStreams) { return }
            do {
                try unpacker.unpack(packed, from: &place, atMost: count, into: &bytes)
            } catch {
                throw InputError(
                    name,
                    "its \(unpacker.format) is damaged: \(error.problem), at byte \(filePosition - UInt64(packed.count - place)); fetch it again"
                )
            }
            // What was read may have been unpacked only in part.
            if isOver, bytes.count == before { throw truncated(unpacker) }
        }
    }

    private func truncated(_ unpacker: any Unpacker) -> InputError {
        InputError(
            name,
            "its \(unpacker.format) ends too early, after byte \(filePosition) (\(position) bytes unpacked); fetch it again"
        )
    }

    /// Appends what the file has next.
    private func fill(_ count: Int, _ bytes: inout [UInt8]) throws(InputError) {
        // A file never waits.
        while size == nil, !descriptor.waitForInput(milliseconds: 100) {
            if stops() {
                isStopped = true
                isAtEnd = true
                return
            }
        }
        do {
            let got = try descriptor.read(count, into: &bytes)
            filePosition += UInt64(got)
            isAtEnd = got == 0
        } catch {
            throw InputError(name, "cannot be read past byte \(filePosition): \(error)")
        }
    }
}

/// What a file begins with.
private enum Magic {
    case text, gzip, zstd

    static let longest = 8

    /// - Throws: what is neither text nor packed text.
    static func kind(of bytes: [UInt8], _ name: String) throws(InputError) -> Magic {
        if bytes.starts(with: [0x1f, 0x8b]) { return .gzip }
        // A frame, or a frame to be skipped.
        if bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return .zstd }
        if bytes.count >= 4, bytes[0] & 0xf0 == 0x50, bytes[1...3].elementsEqual([0x2a, 0x4d, 0x18]) { return .zstd }
        for (magic, problem) in others where bytes.starts(with: magic) { throw InputError(name, problem) }
        return .text
    }

    private static let others: [([UInt8], String)] = [
        (Array("PAR1".utf8), "is a Parquet file; pipe it: tools/parquet FILE | selvedge backfill ... -"),
        ([0xff, 0xfe], "is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE"),
        ([0xfe, 0xff], "is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE"),
        ([0, 0, 0xfe, 0xff], "is UTF-32; convert it: iconv -f UTF-32 -t UTF-8 FILE"),
        (Array("PK\u{3}\u{4}".utf8), "is a ZIP archive or a spreadsheet; unpack it, or save it as CSV"),
        ([0xd0, 0xcf, 0x11, 0xe0], "is an old spreadsheet; save it as CSV"),
        (Array("BZh".utf8), "is bzip2; pipe it: bzip2 -dc FILE | selvedge backfill ... -"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "is xz; pipe it: xz -dc FILE | selvedge backfill ... -"),
        (Array("Obj\u{1}".utf8), "is an Avro file; convert it to CSV or JSON Lines"),
        (Array("ORC".utf8), "is an ORC file; convert it to CSV or JSON Lines"),
        (Array("SQLite format 3".utf8), "is an SQLite database; export the table as CSV"),
        (Array("%PDF".utf8), "is a PDF; a load takes CSV or JSON Lines"),
    ]
}
