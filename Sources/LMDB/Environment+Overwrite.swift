internal import Glibc

extension Environment {
    /// Writes zeros over the files of an environment that nobody has open, and syncs them: what was in them cannot be read
    /// from the file's blocks again, where the file system writes in place.
    ///
    /// - Returns: false where this process or another has it open; then nothing is written.
    package static func overwrite(directory: String) throws(LMDBError) -> Bool {
        let identity = try DirectoryIdentity(of: directory)
        do { try identity.claim(directory) } catch { return false }
        defer { identity.release() }
        let operation = "overwriting \(directory)"
        // Sound here and below: the paths are Swift strings, lent for the call.
        let lock = unsafe Glibc.open(directory + "/lock.mdb", O_RDWR | O_CLOEXEC)
        guard lock >= 0 else {
            guard errno == ENOENT else { throw LMDBError(code: errno, operation: operation) }
            try overwrite(file: directory + "/data.mdb", operation)
            return true
        }
        defer { close(lock) }
        // Whoever has an environment open holds this byte; who would open it waits, and finds it gone.
        var region = flock()
        region.l_type = Int16(F_WRLCK)
        region.l_whence = Int16(SEEK_SET)
        region.l_len = 1
        guard unsafe fcntl(lock, F_SETLK, &region) == 0 else { return false }
        try overwrite(file: directory + "/data.mdb", operation)
        return true
    }

    private static func overwrite(file path: String, _ operation: String) throws(LMDBError) {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw LMDBError(code: errno, operation: operation)
        }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while offset < end {
            let count = min(zeros.count, Int(end - offset))
            // Sound: `zeros` holds `count` bytes and outlives the call.
            let written = unsafe pwrite(descriptor, zeros, count, offset)
            guard written > 0 else {
                if written < 0, errno == EINTR { continue }
                throw LMDBError(code: written < 0 ? errno : EIO, operation: operation)
            }
            offset += off_t(written)
        }
        guard fsync(descriptor) == 0 else { throw LMDBError(code: errno, operation: operation) }
    }
}
