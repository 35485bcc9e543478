internal import Glibc

/// Files of canaries.
enum PlantedFile {
    static func read(_ path: String) throws(ScanError) -> [UInt8] {
        guard let file = try SearchedFile.open(path) else {
            throw .inputOutput(path: path, operation: "open", code: ENOENT)
        }
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { unsafe piece.deallocate() }
        while true {
            let count = try unsafe file.read(piece)
            if count == 0 { return bytes }
            unsafe bytes.append(contentsOf: piece[..<count])
        }
    }

    static func matches(of set: NeedleSet, in path: String) throws(ScanError) -> [NeedleMatch] {
        set.matches(in: try read(path))
    }

    static func write(_ bytes: [UInt8], to path: String) throws(ScanError) {
        // Sound: the path is a Swift string, lent for the call; the buffer is readable for its count.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .inputOutput(path: path, operation: "create", code: errno) }
        defer { close(descriptor) }
        let put = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard put == bytes.count else { throw .inputOutput(path: path, operation: "write", code: errno) }
    }
}
