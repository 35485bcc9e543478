internal import Glibc

/// The file in which a store keeps its wrapped bundle: mode 0600, replaced in one step, the old bytes overwritten after.
package struct KeyBundleFile: Sendable {
    // Every unsafe call in this file hands C a path that Swift keeps terminated for the call, or a buffer in its bounds.
    package let path: String

    package init(path: String) { self.path = path }

    package var exists: Bool { unsafe access(path, F_OK) == 0 }

    /// The bundle that it holds.
    package func read(with keeper: some KeyWrapper) throws(KeyError) -> KeyBundle {
        try KeyBundle(unwrapping: readWrapped(), by: keeper)
    }

    /// The bytes as they lie there, for a backup or to see who keeps the key.
    package func readWrapped() throws(KeyError) -> [UInt8] {
        let file = try KeyFile.open(path)
        defer { file.close() }
        guard file.size <= KeyBundle.wrappedLimit else { throw .invalidBundle("it is too long") }
        let bytes = try file.readAll(atMost: KeyBundle.wrappedLimit)
        return bytes.copied
    }

    /// Writes the bundle, wrapped by `keeper`, so that after a crash the old file or the new one is there, whole. What the old
    /// one held is overwritten in its place once the new one is durable; a file system that copies on write, or a disk that
    /// moves its blocks, may keep it all the same: so whoever changes a root key because it leaked rotates the keys too.
    package func write(_ bundle: KeyBundle, by keeper: some KeyWrapper, random: some RandomSource) throws(KeyError) {
        let bytes = try bundle.wrapped(by: keeper, random: random)
        let temporary = path + ".new"
        let old = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if old >= 0 { close(old) } }
        try Self.create(temporary, holding: bytes)
        guard unsafe rename(temporary, path) == 0 else {
            let code = errno
            unsafe _ = unlink(temporary)
            throw .inputOutput(path: path, operation: "rename", code: code)
        }
        try KeyFile.syncDirectory(of: path)
        if old >= 0 { try overwrite(old) }
    }

    /// Moves the bundle over another in one step, and overwrites what that held once the new one is durable.
    package func move(to other: String) throws(KeyError) {
        let old = unsafe open(other, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if old >= 0 { close(old) } }
        try KeyFile.check(unsafe rename(path, other), other, "rename")
        try KeyFile.syncDirectory(of: other)
        if old >= 0 { try overwrite(old) }
    }

    /// Overwrites the bundle, and removes it.
    package func remove() throws(KeyError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        try KeyFile.check(descriptor, path, "open")
        defer { close(descriptor) }
        try overwrite(descriptor)
        try KeyFile.check(unsafe unlink(path), path, "unlink")
        try KeyFile.syncDirectory(of: path)
    }

    private static func create(_ path: String, holding bytes: [UInt8]) throws(KeyError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        try KeyFile.check(descriptor, path, "create")
        defer { close(descriptor) }
        try KeyFile.check(fchmod(descriptor, 0o600), path, "chmod")
        let wrote = unsafe bytes.withUnsafeBytes { buffer in
            Result { () throws(KeyError) in try unsafe KeyFile.write(buffer, to: descriptor, path) }
        }
        try wrote.get()
        try KeyFile.check(fsync(descriptor), path, "fsync")
    }

    /// Zeros over a file that has no name any more.
    private func overwrite(_ descriptor: Int32) throws(KeyError) {
        var status = stat()
        try KeyFile.check(unsafe fstat(descriptor, &status), path, "fstat")
        let zeros = [UInt8](repeating: 0, count: min(Int(status.st_size), KeyBundle.wrappedLimit))
        let wrote = unsafe zeros.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard wrote == zeros.count, fsync(descriptor) == 0 else {
            throw .inputOutput(path: path, operation: "overwriting the old bundle", code: errno)
        }
    }
}

extension SecretBytes {
    /// For bytes that are no secret and came through a reader of secrets.
    fileprivate var copied: [UInt8] {
        defer { withExtendedLifetime(self) {} }
        return unsafe Array(bytes)
    }
}
