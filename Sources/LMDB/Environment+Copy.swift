internal import CLMDB
internal import Glibc

extension Environment {
    /// Writes the latest commit to `directory`, which must exist and be empty, page by page and synced, free pages too; the
    /// file is as long as this one, as the store itself remembers its length.
    package func copy(to directory: String) throws(LMDBError) {
        let what = "copying the store to \(directory)"
        try check(unsafe mdb_env_copy2(pointer, directory, 0), what)
        let path = directory + "/data.mdb"
        // Sound: the path is a Swift string, lent for the call.
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError(code: errno, operation: what) }
        defer { close(descriptor) }
        try check(posix_fallocate(descriptor, 0, off_t(try growth.fileSize())), what)
        guard fsync(descriptor) == 0 else { throw LMDBError(code: errno, operation: what) }
    }
}
