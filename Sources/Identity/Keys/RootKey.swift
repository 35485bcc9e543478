internal import Glibc

/// The 32 bytes that every other key is derived from. They leave memory only through `create`.
package struct RootKey: Sendable {
    let secret: SecretBytes

    package static let byteCount = 32

    /// A new key from a random source, in memory alone.
    package init(random: some RandomSource) throws(KeyError) {
        secret = try unsafe SecretBytes(count: Self.byteCount) { buffer throws(KeyError) in
            try unsafe random.fill(buffer)
        }
    }

    private init(secret: SecretBytes) { self.secret = secret }

    /// The key in a file: a regular file of mode 0400 exactly, owned by the effective user, that holds 32 raw bytes or
    /// 64 hexadecimal digits with or without a newline. Anything else is refused, with what to do.
    package static func load(from path: String) throws(KeyError) -> RootKey {
        let file = try KeyFile.open(path)
        defer { file.close() }
        try file.checkOwnership()
        let raw = try file.readAll(atMost: 2 * byteCount + 2)
        switch raw.count {
        case byteCount: return try RootKey(secret: checked(raw, path: path))
        case 2 * byteCount, 2 * byteCount + 1: return try RootKey(secret: checked(decode(raw, path: path), path: path))
        default: throw .wrongLength(path: path, bytes: file.size)
        }
    }

    /// Makes a new key and its file: mode 0400, never over another file, the file and its directory synced. What was
    /// begun is removed when a step fails.
    package static func create(at path: String, random: some RandomSource) throws(KeyError) -> RootKey {
        let key = try RootKey(random: random)
        try unsafe KeyFile.create(path, holding: key.secret.bytes)
        return key
    }

    private static func checked(_ secret: SecretBytes, path: String) throws(KeyError) -> SecretBytes {
        let bytes = unsafe secret.bytes
        guard unsafe bytes.contains(where: { unsafe $0 != bytes[0] }) else { throw .weak(path: path) }
        return secret
    }

    /// 64 hexadecimal digits, and at most one newline after them.
    private static func decode(_ text: SecretBytes, path: String) throws(KeyError) -> SecretBytes {
        // Sound: indices stay below the counts that were checked.
        let digits = unsafe text.bytes
        if unsafe digits.count == 2 * byteCount + 1 && digits[2 * byteCount] != UInt8(ascii: "\n") {
            throw .wrongLength(path: path, bytes: digits.count)
        }
        return try unsafe SecretBytes(count: byteCount) { (buffer) throws(KeyError) in
            for index in 0..<byteCount {
                guard let high = unsafe hexadecimalValue(digits[2 * index]),
                    let low = unsafe hexadecimalValue(digits[2 * index + 1])
                else { throw .notHexadecimal(path: path) }
                unsafe buffer[index] = high << 4 | low
            }
        }
    }
}

extension RootKey: CustomStringConvertible {
    package var description: String { "<redacted>" }
}
