internal import Foundation
internal import Identity

/// What an input holds.
package enum InputFormat: String, Hashable, Sendable, CaseIterable {
    /// RFC 4180, read by a mapping.
    case csv
    /// An observation a line, as `selvedge record` takes it.
    case jsonl
}

/// An input as it was named, or as it was found in a folder.
package struct InputFile: Hashable, Sendable {
    /// `-` for standard input.
    package var path: String
    package var format: InputFormat

    package init(path: String, format: InputFormat) {
        self.path = path
        self.format = format
    }

    /// What messages call it.
    package var name: String { isStandardInput ? "stdin" : path }
    package var isStandardInput: Bool { path == "-" }

    /// Bytes of a file that has an end; nil for others.
    package var size: Int? {
        guard !isStandardInput, let descriptor = try? Descriptor.open(path, O_RDONLY) else { return nil }
        defer { descriptor.close() }
        return descriptor.size
    }

    /// What must not change between the parts of a load: the file, by size, time of change and first bytes; and the mapping.
    package func signature(mapping: [UInt8]) throws(InputError) -> InputSignature {
        var message = mapping
        if !isStandardInput {
            do {
                let descriptor = try Descriptor.open(path, O_RDONLY)
                defer { descriptor.close() }
                _ = try descriptor.read(4_096, into: &message)
                var status = stat()
                // Sound: a local that outlives the call.
                if unsafe fstat(descriptor.number, &status) == 0 {
                    message += Array("\n\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)".utf8)
                }
            } catch {
                throw InputError(path, "cannot be read: \(error)")
            }
        }
        return InputSignature(name: name, digest: Digest(sha256: message.span).bytes)
    }
}

/// What the arguments of a load name.
package enum InputList {
    /// Files, `-`, folders (every file below that is not hidden) and patterns of the shell, in order; of a folder or a pattern
    /// by name.
    ///
    /// - Parameter format: nil: told by name or by content.
    package static func resolve(_ arguments: [String], format: InputFormat?) throws(InputError) -> [InputFile] {
        var files: [InputFile] = []
        for argument in arguments {
            for path in try paths(argument) {
                guard !files.contains(where: { $0.path == path }) else {
                    throw InputError(path, "is named twice; name it once")
                }
                if let format {
                    files.append(InputFile(path: path, format: format))
                } else {
                    files.append(InputFile(path: path, format: try Self.format(of: path)))
                }
            }
        }
        return files
    }

    private static func paths(_ argument: String) throws(InputError) -> [String] {
        if argument == "-" { return [argument] }
        var isFolder: ObjCBool = false
        // Sound: the local outlives the call.
        let exists = unsafe FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder)
        if exists, !isFolder.boolValue { return [argument] }
        if exists {
            let found = try files(below: argument)
            guard !found.isEmpty else {
                throw InputError(argument, "is a folder without files; name one that holds some")
            }
            return found
        }
        guard argument.contains(where: { "*?[".contains($0) }) else {
            throw InputError(argument, "cannot be read: \(systemMessage(ENOENT))")
        }
        var found: [String] = []
        for path in matches(argument) { found += try paths(path) }
        guard !found.isEmpty else { throw InputError(argument, "matches no file; correct the pattern") }
        return found
    }

    private static func files(below folder: String) throws(InputError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        } catch {
            throw InputError(folder, "cannot be read as a folder")
        }
        let base = folder.hasSuffix("/") ? folder : folder + "/"
        return names.filter { name in !name.split(separator: "/").contains { $0.hasPrefix(".") || $0.hasPrefix("_") } }
            .map { base + $0 }.filter { path in
                var isFolder: ObjCBool = false
                // Sound: the local outlives the call.
                return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.sorted()
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = unsafe glob_t()
        // Sound: glob fills the list, which is freed after its texts were copied.
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
        }
    }

    /// By the name's ending; where that says nothing, JSON Lines begins with a brace.
    private static func format(of path: String) throws(InputError) -> InputFormat {
        var name = path.lowercased()
        for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        if [".jsonl", ".ndjson", ".json"].contains(where: name.hasSuffix) { return .jsonl }
        if path == "-" || [".csv", ".tsv", ".txt"].contains(where: name.hasSuffix) { return .csv }
        let source = try ByteSource(path)
        var bytes: [UInt8] = []
        _ = try source.read(64, into: &bytes)
        let first = bytes.first { ![0x20, 0x09, 0x0d, 0x0a, 0xef, 0xbb, 0xbf].contains($0) }
        return first == UInt8(ascii: "{") ? .jsonl : .csv
    }
}
