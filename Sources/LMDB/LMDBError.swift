internal import CLMDB
internal import Glibc

/// What went wrong in the store: its kind for programs, one sentence for people.
///
/// A message names the operation, the table or file it concerned and what to do. It never holds a key or a value.
@usableFromInline
package struct LMDBError: Error, Equatable {
    package enum Kind: Hashable, Sendable {
        case notFound
        case keyExists
        /// The map's fixed size is used up. The transaction is lost, the store is not.
        case mapFull
        case readersFull
        case corrupted
        case panic
        case badTransaction
        case transactionFull
        /// The file could not grow: no space left, or a file size limit.
        case diskFull
        case busy
        case mapResized
        case versionMismatch
        case invalidFile
        case badValueSize
        /// This process has the directory open already; a second opening would drop the first one's locks.
        case alreadyOpen
        /// Another process (or this one) writes the store.
        case writerLockHeld(by: Int32?)
        /// A value is not the one that was written under this key of this table.
        case checksum(table: String)
        /// A value was whole, yet its bytes are no value of this table, or of a later format version.
        case format(table: String)
        /// The file contradicts itself; it must not be mapped.
        case damaged(String)
        case other(Int32)
    }

    package let kind: Kind
    package let operation: String
    package let detail: String

    package init(kind: Kind, operation: String, detail: String = "") {
        self.kind = kind
        self.operation = operation
        self.detail = detail
    }

    /// `code` is what a function of liblmdb or of the operating system returned.
    package init(code: Int32, operation: String, detail: String = "") {
        self.init(kind: Kind(code: code), operation: operation, detail: detail)
    }
}

extension LMDBError {
    /// The disk or the map is full: what was being written is lost, the store is not.
    package var isOutOfRoom: Bool { kind == .mapFull || kind == .diskFull }

    /// What was read is not what was written.
    package var isDamage: Bool {
        switch kind {
        case .checksum, .format, .damaged, .corrupted: true
        default: false
        }
    }
}

extension LMDBError.Kind {
    fileprivate init(code: Int32) {
        switch code {
        case MDB_NOTFOUND: self = .notFound
        case MDB_KEYEXIST: self = .keyExists
        case MDB_MAP_FULL: self = .mapFull
        case MDB_READERS_FULL: self = .readersFull
        case MDB_CORRUPTED, MDB_PAGE_NOTFOUND: self = .corrupted
        case MDB_PANIC: self = .panic
        case MDB_BAD_TXN: self = .badTransaction
        case MDB_TXN_FULL: self = .transactionFull
        case ENOSPC, EDQUOT, EFBIG: self = .diskFull
        case EBUSY, EAGAIN: self = .busy
        case MDB_MAP_RESIZED: self = .mapResized
        case MDB_VERSION_MISMATCH: self = .versionMismatch
        case MDB_INVALID: self = .invalidFile
        case MDB_BAD_VALSIZE: self = .badValueSize
        default: self = .other(code)
        }
    }
}

extension LMDBError: CustomStringConvertible {
    @usableFromInline
    package var description: String {
        let place = detail.isEmpty ? operation : "\(operation) (\(detail))"
        return "\(place): \(kind.sentence)"
    }
}

extension LMDBError.Kind {
    /// What it means and what to do about it.
    fileprivate var sentence: String {
        switch self {
        case .notFound: "there is no such entry"
        case .keyExists: "the key exists already, or is not the greatest of its table; nothing was written"
        case .mapFull: "the store's map is full; open it with a larger map size; the transaction was not applied"
        case .readersFull: "every reader slot is taken; end idle processes that hold the store open"
        case .corrupted: "the store's pages contradict each other; stop, run the integrity check, restore a backup"
        case .panic: "an earlier write of the store's head failed; close the store, check the disk, open it again"
        case .badTransaction: "the transaction failed earlier and can only be aborted"
        case .transactionFull: "the transaction touches too many pages; split it"
        case .diskFull: "the file could not grow; free disk space; the transaction was not applied"
        case .busy: "the resource is in use; try again"
        case .mapResized: "another process grew the map past this one's; open the store again with that map size"
        case .versionMismatch: "the store was written by another format of LMDB; open it with a build that knows it"
        case .invalidFile: "this is no LMDB file; check the path, or restore a backup"
        case .badValueSize: "a key or value is too large or empty"
        case .alreadyOpen: "this process has the store open already; share that environment"
        case .writerLockHeld(let holder):
            "the store is being written by process \(holder.map(String.init) ?? "unknown"); "
                + "stop it or wait until it has ended"
        case .checksum(let table):
            "a value of table \(table) is not the one that was written; run the integrity check, restore a backup"
        case .format(let table):
            "a value of table \(table) has a format that this program does not read; use the version that wrote it"
        case .damaged(let what): "\(what); the file was not opened: restore a backup, or copy the store again"
        case .other(let code): Self.systemText(code)
        }
    }

    private static func systemText(_ code: Int32) -> String {
        // Sound: both return a pointer to static or thread-local text that is copied at once.
        guard let text = unsafe mdb_strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text) + " (code \(code))"
    }
}

/// The one place where a return code of C becomes an error.
@inline(__always)
func check(_ code: Int32, _ operation: @autoclosure () -> String, _ detail: @autoclosure () -> String = "")
    throws(LMDBError)
{
    if code != 0 { throw LMDBError(code: code, operation: operation(), detail: detail()) }
}
