/// Why a root key cannot be used or made, or a sealed value not opened. Says where and what to do; never key bytes.
package enum KeyError: Error, Hashable, Sendable {
    case notFound(path: String)
    case exists(path: String)
    case notRegular(path: String)
    case wrongMode(path: String, mode: UInt32)
    case wrongOwner(path: String, owner: UInt32, expected: UInt32)
    case wrongLength(path: String, bytes: Int)
    case notHexadecimal(path: String)
    /// Every byte is the same: a file that was made, not drawn.
    case weak(path: String)
    case inputOutput(path: String, operation: String, code: Int32)
    case randomness
    case outOfMemory
    /// libcrypto refused an operation that cannot fail with valid parameters.
    case cryptography(operation: String)
    /// A sealed value is shorter than its frame, was altered, or belongs to other associated data or another key.
    case cannotOpen
    /// The file is no bundle of keys, or one of a later version; the reason never holds a byte of it.
    case invalidBundle(String)
    /// The bundle was wrapped under another root key or by another token, or a byte of it was changed.
    case cannotUnwrap
    case otherKeeper(KeyWrapping)
    case missingKey(KeyName)
    case invalidPlace(String)
    case token(module: String, problem: String)
}

extension KeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(let path): "\(path): there is no key file; give the right path or make one with init"
        case .exists(let path): "\(path): a file is there already; it was left as it is"
        case .notRegular(let path): "\(path): not a regular file"
        case .wrongMode(let path, let mode):
            "\(path): its mode is 0\(String(mode, radix: 8)), it must be 0400; run: chmod 0400 \(path)"
        case .wrongOwner(let path, let owner, let expected):
            "\(path): it belongs to user \(owner), this process runs as \(expected); chown it or run as its owner"
        case .wrongLength(let path, let bytes):
            "\(path): it holds \(bytes) bytes; a root key is 32 raw bytes, or 64 hexadecimal digits and a newline"
        case .notHexadecimal(let path): "\(path): 64 characters, but not all are hexadecimal digits"
        case .weak(let path): "\(path): every byte of the key is the same; draw it from a random source"
        case .inputOutput(let path, let operation, let code): "\(path): \(operation) failed: \(systemMessage(code))"
        case .randomness: "the system's random source failed; nothing was made"
        case .outOfMemory: "no memory for key material"
        case .cryptography(let operation): "libcrypto failed in \(operation)"
        case .cannotOpen:
            "a sealed value does not open: it was altered, or sealed under another key or for another place"
        case .invalidBundle(let problem):
            "the key bundle cannot be read: \(problem); restore it from a backup"
        case .cannotUnwrap:
            "the key bundle does not open: it was wrapped under another root key, or it was altered; "
                + "give the right root key, or restore the bundle from a backup"
        case .otherKeeper(.rootKey): "the key bundle is wrapped under a root key; give its file, not a token"
        case .otherKeeper(.token): "the key bundle is wrapped by a token; give the token, not a file"
        case .invalidPlace(let problem): "the root key's place is not one: \(problem)"
        case .token(let module, let problem): "\(module): \(problem)"
        case .missingKey(let name): "the key bundle holds no key \(name.kind), version \(name.version)"
        }
    }
}
