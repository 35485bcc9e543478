internal import Foundation
package import Identity
package import LMDB

/// Signed heads, one after the other, in a file outside the table that they are about: so that a table that lost its last
/// entries does not lose the witness as well. Appended by the holder of the writer's lock.
package struct AuditHeadFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Every whole head; one that a crash cut short at the end is left out, and one that is no head is nil.
    package func read() throws -> [AuditHead?] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StoreError.unreadable(path: path, problem: "cannot be read; check its permissions")
        }
        return Self.heads([UInt8](data))
    }

    /// The heads in the bytes of a file or of a part of one, likewise.
    package static func heads(_ bytes: [UInt8]) -> [AuditHead?] {
        stride(from: 0, through: bytes.count - AuditHead.byteCount, by: AuditHead.byteCount).map {
            AuditHead(Array(bytes[$0..<$0 + AuditHead.byteCount]))
        }
    }

    /// Signs the audit's present end, where it has entries that no head covers yet; nil: there was nothing to sign.
    ///
    /// - Returns: the head, durable.
    @discardableResult
    package func sign(
        _ snapshot: borrowing some Snapshot & ~Copyable, keyRing: KeyRing, at time: Timestamp
    ) throws -> AuditHead? {
        guard let end = try AuditLog.end(snapshot, keyRing: keyRing) else { return nil }
        let (heads, last) = try lastHead()
        if let last, last.count == end.count { return nil }
        let head = try AuditHead(
            number: UInt64(heads), count: end.count, time: time, chain: end.chain,
            key: keyRing.auditSigningKey())
        try append(head, after: heads)
        return head
    }

    /// How many whole heads there are, and the last of them: without reading the others, as one is added each minute.
    private func lastHead() throws -> (count: Int, head: AuditHead?) {
        guard let file = FileHandle(forReadingAtPath: path) else { return (0, nil) }
        defer { try? file.close() }
        do {
            let count = Int(try file.seekToEnd()) / AuditHead.byteCount
            if count == 0 { return (0, nil) }
            try file.seek(toOffset: UInt64((count - 1) * AuditHead.byteCount))
            let bytes = try file.read(upToCount: AuditHead.byteCount) ?? Data()
            return (count, AuditHead([UInt8](bytes)))
        } catch {
            throw StoreError.unreadable(path: path, problem: "cannot be read; check its permissions")
        }
    }

    private func append(_ head: AuditHead, after count: Int) throws {
        let isNew = !FileManager.default.fileExists(atPath: path)
        if isNew {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        do {
            guard let file = FileHandle(forUpdatingAtPath: path) else { throw CocoaError(.fileWriteNoPermission) }
            defer { try? file.close() }
            // What a crash cut short is written over.
            try file.truncate(atOffset: UInt64(count * AuditHead.byteCount))
            try file.seekToEnd()
            try file.write(contentsOf: Data(head.bytes))
            try file.synchronize()
        } catch {
            throw StoreError.unreadable(path: path, problem: "cannot be written; is the disk full?")
        }
        if isNew { try StoreFiles.syncDirectory(StoreFiles.parent(of: path)) }
    }
}
