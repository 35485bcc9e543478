internal import Glibc

/// An open key file: what may be asked of it before its bytes are believed.
struct KeyFile {
    // Every unsafe call in this file hands C a path that Swift keeps terminated for the call, or a buffer in its bounds.
    private let path: String
    private let descriptor: Int32
    private let status: stat

    var size: Int { Int(status.st_size) }

    /// Opens without waiting (a pipe would) and follows links: secret mounts are links.
    static func open(_ path: String) throws(KeyError) -> KeyFile {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .notFound(path: path) : .inputOutput(path: path, operation: "open", code: errno)
        }
        var status = stat()
        // Sound: `status` is a local that outlives the call.
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            _ = Glibc.close(descriptor)
            throw .inputOutput(path: path, operation: "fstat", code: code)
        }
        return KeyFile(path: path, descriptor: descriptor, status: status)
    }

    func close() { _ = Glibc.close(descriptor) }

    /// Regular, mode 0400 exactly, owned by the effective user. A credential from systemd may be root's instead and of
    /// mode 0440, which is how an access control list for the one user who may read it looks.
    func checkOwnership() throws(KeyError) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
        let mode = status.st_mode & 0o7777
        if isCredential, status.st_uid == 0, mode == 0o400 || mode == 0o440 { return }
        guard mode == 0o400 else { throw .wrongMode(path: path, mode: mode) }
        guard status.st_uid == geteuid() else {
            throw .wrongOwner(path: path, owner: status.st_uid, expected: geteuid())
        }
    }

    /// Whether it lies in the folder that systemd made for this process's credentials.
    private var isCredential: Bool {
        // Sound: the variable's text is copied at once, and nothing here changes the environment.
        guard let folder = unsafe getenv("CREDENTIALS_DIRECTORY").map({ unsafe String(cString: $0) }) else {
            return false
        }
        return !folder.isEmpty && path.hasPrefix(folder + "/") && !path.dropFirst(folder.utf8.count + 1).contains("/")
    }

    /// The whole file, where it is not empty and at most `limit` bytes.
    func readAll(atMost limit: Int) throws(KeyError) -> SecretBytes {
        let count = size
        guard count > 0, count <= limit else { throw .wrongLength(path: path, bytes: count) }
        return try unsafe SecretBytes(count: count) { (buffer) throws(KeyError) in
            var done = 0
            while done < count {
                // Sound: the slice lies inside the buffer.
                let got = unsafe read(descriptor, buffer.baseAddress?.advanced(by: done), count - done)
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw .inputOutput(path: path, operation: "read", code: errno) }
                guard got > 0 else { throw .wrongLength(path: path, bytes: done) }
                done += got
            }
        }
    }

    /// Writes a new file of mode 0400 and syncs it and its directory; removes it again when that fails.
    static func create(_ path: String, holding bytes: UnsafeRawBufferPointer) throws(KeyError) {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists(path: path) : .inputOutput(path: path, operation: "create", code: errno)
        }
        do throws(KeyError) {
            defer { _ = Glibc.close(descriptor) }
            // The process's umask may have narrowed the mode.
            try check(fchmod(descriptor, 0o400), path, "chmod")
            try unsafe write(bytes, to: descriptor, path)
            try check(fsync(descriptor), path, "fsync")
            try syncDirectory(of: path)
        } catch {
            _ = unsafe unlink(path)
            throw error
        }
    }

    static func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
    ) throws(KeyError) {
        var done = 0
        while done < bytes.count {
            // Sound: the slice lies inside the buffer.
            let put = unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if put < 0 && errno == EINTR { continue }
            guard put > 0 else { throw .inputOutput(path: path, operation: "write", code: errno) }
            done += put
        }
    }

    static func syncDirectory(of path: String) throws(KeyError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try check(descriptor, directory, "open")
        defer { _ = Glibc.close(descriptor) }
        try check(fsync(descriptor), directory, "fsync")
    }

    static func check(_ result: Int32, _ path: String, _ operation: String) throws(KeyError) {
        guard result >= 0 else { throw .inputOutput(path: path, operation: operation, code: errno) }
    }
}
