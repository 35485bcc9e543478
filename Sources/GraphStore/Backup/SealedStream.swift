internal import Foundation
package import Identity

/// A file of sealed pieces, written and read from its beginning to its end: nothing of it can be altered, moved, left out or cut off
/// without being noticed.
///
///     0       8           24         24 + n
///     +-------+-----------+----------+--------------------------------------------+
///     | magic | file's id | head     | length 4 | last 1 | sealed piece |  ...     |
///     +-------+-----------+----------+--------------------------------------------+
///
/// The head is a length of 4 bytes and so many bytes in the clear. A piece is bound to magic, id and head, to its number and to
/// whether it is the last.
package struct SealedStream {
    /// What a kind of file begins with.
    package struct Kind: Hashable, Sendable {
        let magic: [UInt8]

        package static let backup = Kind(magic: Array("SLVBKUP1".utf8))
        package static let ledger = Kind(magic: Array("SLVLEDG1".utf8))
    }

    package typealias Seal = (_ bytes: [UInt8], _ associated: [UInt8]) throws -> [UInt8]

    /// Bytes of a piece in the clear, from which on it is written.
    static let pieceBytes = 1 << 20
    /// A piece holds whole items, so it may be longer by one of them.
    static let longestPiece = pieceBytes + (64 << 20)
    static let headBytes = 1 << 20

    static func associated(_ start: Digest, _ number: UInt64, isLast: Bool) -> [UInt8] {
        var bytes = start.bytes
        bytes += MetaBytes.encode(number)
        bytes.append(isLast ? 1 : 0)
        return bytes
    }

    static func length(_ count: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - $0 * 8)) }
    }

    // MARK: Writing

    /// Durable once `finish` has returned; removed where it is dropped before.
    package final class Writer {
        private let path: String
        private let handle: FileHandle
        private let start: Digest
        private let seal: Seal
        private var buffer: [UInt8] = []
        private var number: UInt64 = 0
        private var isFinished = false
        /// Bytes written.
        package private(set) var written = 0

        /// - Parameters:
        ///   - path: must not be there.
        ///   - head: in the clear, bound to all that follows.
        package init(
            _ kind: Kind, path: String, head: [UInt8], random: some RandomSource, seal: @escaping Seal
        ) throws {
            guard !FileManager.default.fileExists(atPath: path) else { throw BackupError.exists(path: path) }
            guard
                FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
                let handle = FileHandle(forWritingAtPath: path)
            else { throw BackupError.inputOutput(path: path, problem: "cannot be made; check the path") }
            self.path = path
            self.handle = handle
            self.seal = seal
            var id = [UInt8](repeating: 0, count: 16)
            // Sound: the array is lent for the call.
            let filled = unsafe id.withUnsafeMutableBytes { buffer in
                Result { () throws(KeyError) in try unsafe random.fill(buffer) }
            }
            try filled.get()
            var opening = kind.magic
            opening += id
            opening += SealedStream.length(head.count)
            opening += head
            start = Digest(sha256: opening.span)
            try put(opening)
        }

        deinit {
            try? handle.close()
            if !isFinished { try? FileManager.default.removeItem(atPath: path) }
        }

        /// Adds an item, whole in one piece.
        package func append(_ fill: (inout [UInt8]) throws -> Void) throws {
            try fill(&buffer)
            if buffer.count >= SealedStream.pieceBytes { try flush(isLast: false) }
        }

        package func finish() throws {
            try flush(isLast: true)
            do { try handle.synchronize() } catch { throw failure }
            try StoreFiles.syncDirectory(StoreFiles.parent(of: path))
            isFinished = true
        }

        private func flush(isLast: Bool) throws {
            let sealed = try seal(buffer, SealedStream.associated(start, number, isLast: isLast))
            buffer.removeAll(keepingCapacity: true)
            number += 1
            var piece = SealedStream.length(sealed.count)
            piece.append(isLast ? 1 : 0)
            piece += sealed
            try put(piece)
        }

        private func put(_ bytes: [UInt8]) throws {
            do { try handle.write(contentsOf: bytes) } catch { throw failure }
            written += bytes.count
        }

        private var failure: BackupError {
            .inputOutput(path: path, problem: "cannot be written; is the disk full? nothing is left of it")
        }
    }

    // MARK: Reading

    package final class Reader {
        package let head: [UInt8]
        private let path: String
        private let handle: FileHandle
        private let start: Digest
        private var number: UInt64 = 0
        private var isAtEnd = false

        package init(_ kind: Kind, path: String) throws {
            guard let handle = FileHandle(forReadingAtPath: path) else { throw BackupError.notFound(path: path) }
            self.path = path
            self.handle = handle
            let opening = try Self.read(handle, 28, path)
            guard opening.prefix(8).elementsEqual(kind.magic) else { throw BackupError.notOfItsKind(path: path) }
            let count = Self.number(opening.suffix(4))
            guard count <= SealedStream.headBytes else { throw BackupError.altered(path: path) }
            head = try Self.read(handle, count, path)
            start = Digest(sha256: (opening + head).span)
        }

        deinit { try? handle.close() }

        /// The next piece in the clear; nil after the last, which nothing follows.
        package func next(_ open: Seal) throws -> [UInt8]? {
            if isAtEnd {
                guard try Self.some(handle, 1, path).isEmpty else { throw BackupError.altered(path: path) }
                return nil
            }
            let opening = try Self.read(handle, 5, path)
            let count = Self.number(opening.prefix(4))
            guard count <= SealedStream.longestPiece, opening[4] <= 1 else { throw BackupError.altered(path: path) }
            let sealed = try Self.read(handle, count, path)
            isAtEnd = opening[4] == 1
            do {
                let plain = try open(sealed, SealedStream.associated(start, number, isLast: isAtEnd))
                number += 1
                return plain
            } catch KeyError.cannotOpen { throw BackupError.altered(path: path) }
        }

        private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

        private static func read(_ handle: FileHandle, _ count: Int, _ path: String) throws -> [UInt8] {
            let bytes = try some(handle, count, path)
            guard bytes.count == count else { throw BackupError.truncated(path: path) }
            return bytes
        }

        private static func some(_ handle: FileHandle, _ count: Int, _ path: String) throws -> [UInt8] {
            guard count > 0 else { return [] }
            do { return [UInt8](try handle.read(upToCount: count) ?? Data()) } catch {
                throw BackupError.inputOutput(path: path, problem: "cannot be read; check the disk")
            }
        }
    }
}

/// Reads the items of a piece in their order.
struct PieceReader {
    private let bytes: [UInt8]
    private var offset = 0
    private let path: String

    init(_ bytes: [UInt8], of path: String) {
        self.bytes = bytes
        self.path = path
    }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func take(_ count: Int) throws -> [UInt8] {
        guard count >= 0, offset + count <= bytes.count else { throw BackupError.altered(path: path) }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    mutating func number(_ width: Int) throws -> UInt64 { try take(width).reduce(0) { $0 << 8 | UInt64($1) } }
}
