internal import Foundation
internal import Identity
internal import LMDB

/// The file `STORE`: what must be known before anything is mapped.
struct StoreLabel {
    var format: Int
    /// Relative to the store's directory where it lies inside.
    var keyFile: String
    var keyCheck: [UInt8]
    /// Bytes of address space for the map. The configuration's at first; it may be raised here while nobody has the
    /// store open. A label without it has the configuration's default.
    var mapBytes: Int

    init(format: Int, keyFile: String, keyCheck: [UInt8], mapBytes: Int) {
        self.format = format
        self.keyFile = keyFile
        self.keyCheck = keyCheck
        self.mapBytes = mapBytes
    }

    var text: String {
        "format \(format)\nkey-file \(keyFile)\nkey-check \(hexadecimal(keyCheck))\nmap-bytes \(mapBytes)\n"
    }

    init(file path: String) throws {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw StoreError.unreadable(path: path, problem: "cannot be read; restore it from a backup")
        }
        try self.init(text: text, of: path)
    }

    /// - Parameter path: where the text is from.
    init(text: String, of path: String) throws {
        var fields: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { continue }
            fields[line[..<space]] = line[line.index(after: space)...]
        }
        guard let format = fields["format"].flatMap({ Int($0) }), let keyFile = fields["key-file"],
            let check = fields["key-check"].flatMap({ Self.bytes($0) })
        else {
            throw StoreError.unreadable(path: path, problem: "is not the label of a store; restore it from a backup")
        }
        let mapBytes = fields["map-bytes"].map { Int($0) } ?? Limits().mapBytes
        guard let mapBytes, Limits.mapBytesRange.contains(mapBytes) else {
            throw StoreError.unreadable(path: path, problem: "map-bytes must be in \(Limits.mapBytesRange)")
        }
        self.init(format: format, keyFile: String(keyFile), keyCheck: check, mapBytes: mapBytes)
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let digits = Array(text)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(digits[place...place + 1]), radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}

/// Files beside the environment's own.
enum StoreFiles {
    /// Writes a file anew, so that after a crash the old one or the new one is there: file and directory synced.
    static func replace(_ path: String, with text: String) throws {
        let temporary = path + ".new"
        let bytes = Array(text.utf8)
        // Sound here and below: the paths are Swift strings, lent for the call.
        let descriptor = unsafe Foundation.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot be written") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: bytes)
            try handle.synchronize()
        } catch {
            throw failure(path, "cannot be written; is the disk full?")
        }
        guard unsafe rename(temporary, path) == 0 else { throw failure(path, "cannot be replaced") }
        try syncDirectory(parent(of: path))
    }

    /// A file that is there to be locked, made where it is not; below 0 where that cannot be.
    static func openForLocking(_ path: String) -> Int32 {
        // Sound: as above.
        unsafe Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    }

    /// Makes the names in a directory durable.
    static func syncDirectory(_ parent: String) throws {
        // Sound: as above.
        let folder = unsafe Foundation.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(parent, "cannot be opened") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(parent, "cannot be synced") }
    }

    /// The directory that a path lies in; `.` where it names none. `deletingLastPathComponent` of swift-corelibs-foundation
    /// traps on a path of one letter.
    static func parent(of path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if !parts.isEmpty { parts.removeLast() }
        if path.hasPrefix("/") { return "/" + parts.joined(separator: "/") }
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    private static func failure(_ path: String, _ problem: String) -> StoreError {
        StoreError.unreadable(path: path, problem: problem)
    }
}
