internal import Glibc

/// A file by device and inode.
struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64
}

/// Files and directories as plain calls see them.
final class SearchedFile {
    // Every unsafe call in this file hands C a path that Swift keeps terminated for the call, or a buffer in its bounds.
    enum Kind {
        case file(FileIdentity, isLink: Bool)
        case directory(FileIdentity, isLink: Bool)
        case special
        /// Or a link to nothing.
        case gone(isLink: Bool)
    }

    private let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// What lies at a path; links are followed.
    static func kind(of path: String) throws(ScanError) -> Kind {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENOENT { return .gone(isLink: false) }
            throw .inputOutput(path: path, operation: "lstat", code: errno)
        }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink, unsafe stat(path, &status) != 0 {
            if errno == ENOENT || errno == ELOOP { return .gone(isLink: true) }
            throw .inputOutput(path: path, operation: "stat", code: errno)
        }
        let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file(identity, isLink: isLink)
        case S_IFDIR: return .directory(identity, isLink: isLink)
        default: return .special
        }
    }

    /// The names in a directory, in the order of their bytes; nil: it has gone.
    static func entries(of path: String) throws(ScanError) -> [String]? {
        guard let directory = unsafe opendir(path) else {
            if errno == ENOENT { return nil }
            throw .inputOutput(path: path, operation: "opendir", code: errno)
        }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else {
                guard errno == 0 else { throw .inputOutput(path: path, operation: "readdir", code: errno) }
                return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            }
            // Sound: the name ends in a zero byte inside the entry, which lives until the next call.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe String(validatingCString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
            }
            // It could not be opened by another spelling, and what is not opened is not searched.
            guard let name else {
                throw .inputOutput(path: path, operation: "reading a name that is no UTF-8", code: EILSEQ)
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    /// Nil: it has gone.
    static func open(_ path: String) throws(ScanError) -> SearchedFile? {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .inputOutput(path: path, operation: "open", code: errno)
        }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        return SearchedFile(path: path, descriptor: descriptor)
    }

    /// The next bytes; 0 at the end.
    func read(_ room: UnsafeMutableRawBufferPointer) throws(ScanError) -> Int {
        while true {
            let got = unsafe Glibc.read(descriptor, room.baseAddress, room.count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .inputOutput(path: path, operation: "read", code: errno) }
            return got
        }
    }
}
