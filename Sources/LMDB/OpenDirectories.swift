internal import CLMDB
internal import Glibc
internal import Synchronization

/// The directories that this process has open. LMDB's lock is the process's: a second environment on the same file
/// would drop the first one's lock when it closes.
private let openDirectories = Mutex<Set<DirectoryIdentity>>([])

/// A directory by device and inode, so that another spelling of its path is the same directory.
struct DirectoryIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    init(of path: String) throws(LMDBError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw LMDBError(code: errno, operation: "opening \(path)") }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw LMDBError(code: ENOTDIR, operation: "opening \(path)") }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// The claim must be made before anything opens or closes a file of the directory.
    func claim(_ path: String) throws(LMDBError) {
        if !openDirectories.withLock({ $0.insert(self).inserted }) {
            throw LMDBError(kind: .alreadyOpen, operation: "opening \(path)")
        }
    }

    func release() { _ = openDirectories.withLock { $0.remove(self) } }
}

/// liblmdb's environment with the claim on its directory: closed first, then released.
@safe
struct OwnedEnvironment: ~Copyable {
    let pointer: OpaquePointer
    private let identity: DirectoryIdentity

    /// Claims the directory, looks at the file before it is mapped, makes an environment that is not open yet.
    init(directory: String) throws(LMDBError) {
        let identity = try DirectoryIdentity(of: directory)
        try identity.claim(directory)
        do throws(LMDBError) {
            try MetaPages.inspect(directory + "/data.mdb")
            var created: OpaquePointer?
            try check(unsafe mdb_env_create(&created), "opening \(directory)")
            guard let created = unsafe created else { throw LMDBError(code: ENOMEM, operation: "opening \(directory)") }
            unsafe pointer = created
            self.identity = identity
        } catch {
            identity.release()
            throw error
        }
    }

    deinit {
        unsafe mdb_env_close(pointer)
        identity.release()
    }
}
