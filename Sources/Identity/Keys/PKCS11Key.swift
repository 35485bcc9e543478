internal import CPKCS11
internal import Synchronization

/// A key in a token, by PKCS#11: it wraps the wrapping keys of bundles, and never leaves the token.
///
/// A bundle's wrapping key is drawn here and sealed in the token by AES-256-GCM; what is kept is
///
///     0          12                 44         60
///     +----------+------------------+----------+
///     | nonce 12 | sealed key 32    |  tag 16  |
///     +----------+------------------+----------+
///
/// Holds a session. Threads may share it; the token is asked by one at a time.
package final class PKCS11Key: KeyWrapper {
    private let session: Mutex<Session>
    private let path: String

    package var kind: KeyWrapping { .token }

    private static let associated = Array("selvedge wrapping key 1".utf8)

    /// The session's handle.
    @safe private struct Session: ~Copyable, @unchecked Sendable {
        // Sound: used under a lock, closed once.
        let pointer: OpaquePointer

        deinit { unsafe selvedge_token_close(pointer) }
    }

    private init(_ session: consuming Session, path: String) {
        self.session = Mutex(session)
        self.path = path
    }

    /// The key that a URI names; one that could leave the token is refused.
    package static func open(_ uri: PKCS11URI) throws(KeyError) -> PKCS11Key {
        let session = try connect(uri, writable: false)
        try check(unsafe selvedge_token_find_key(session.pointer, uri.object, uri.id, uri.id.count), uri.modulePath)
        return PKCS11Key(session, path: uri.modulePath)
    }

    /// The key that a URI names, made in its token where that holds none of the name.
    package static func openOrCreate(_ uri: PKCS11URI) throws(KeyError) -> PKCS11Key {
        let session = try connect(uri, writable: false)
        let found = unsafe selvedge_token_find_key(session.pointer, uri.object, uri.id, uri.id.count)
        if found == SELVEDGE_TOKEN_NO_KEY { return try create(uri) }
        try check(found, uri.modulePath)
        return PKCS11Key(session, path: uri.modulePath)
    }

    /// Makes the key in its token; refused where there is one already.
    package static func create(_ uri: PKCS11URI) throws(KeyError) -> PKCS11Key {
        let session = try connect(uri, writable: true)
        let found = unsafe selvedge_token_find_key(session.pointer, uri.object, uri.id, uri.id.count)
        guard found == SELVEDGE_TOKEN_NO_KEY else {
            throw .token(module: uri.modulePath, problem: "there is a key of that name already; it was left as it is")
        }
        try check(unsafe selvedge_token_make_key(session.pointer, uri.object, uri.id, uri.id.count), uri.modulePath)
        // Looked at as any other: the token may have made something else than was asked for.
        try check(unsafe selvedge_token_find_key(session.pointer, uri.object, uri.id, uri.id.count), uri.modulePath)
        return PKCS11Key(session, path: uri.modulePath)
    }

    private static func connect(_ uri: PKCS11URI, writable: Bool) throws(KeyError) -> Session {
        let file = try KeyFile.open(uri.pinPath)
        defer { file.close() }
        try file.checkOwnership()
        let pin = try file.readAll(atMost: 256)
        var opened: OpaquePointer?
        // Sound: the strings and the PIN are lent for the call; the handle is ours.
        let code = try unsafe pin.lend { (bytes) throws(KeyError) in
            var count = bytes.count
            if unsafe bytes[count - 1] == UInt8(ascii: "\n") { count -= 1 }
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe selvedge_token_open(
                uri.modulePath, uri.token, uri.serial, start, count, writable ? 1 : 0, &opened)
        }
        try check(code, uri.modulePath)
        guard let opened = unsafe opened else { throw .outOfMemory }
        return unsafe Session(pointer: opened)
    }

    package func makeWrappingKey(random: some RandomSource) throws(KeyError) -> WrappingKey {
        let key = try unsafe SecretBytes(count: Digest.byteCount) { (buffer) throws(KeyError) in
            try unsafe random.fill(buffer)
        }
        let nonce = try random.bytes(GaloisCounterMode.nonceCount)
        var sealed = [UInt8](repeating: 0, count: key.count + GaloisCounterMode.tagCount)
        // Sound: the key is read in its bounds, and 48 bytes are written.
        let code = session.withLock { session in
            unsafe selvedge_token_seal(
                session.pointer, nonce, Self.associated, Self.associated.count, key.keyPointer, key.count, &sealed)
        }
        try Self.check(code, path)
        return WrappingKey(key: key, kept: nonce + sealed)
    }

    package func wrappingKey(kept: [UInt8]) throws(KeyError) -> SecretBytes {
        guard kept.count == GaloisCounterMode.overhead + Digest.byteCount else {
            throw .invalidBundle("its wrapped key has another length")
        }
        let nonce = Array(kept[..<GaloisCounterMode.nonceCount])
        let sealed = Array(kept[GaloisCounterMode.nonceCount...])
        return try unsafe SecretBytes(count: Digest.byteCount) { (buffer) throws(KeyError) in
            let out = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            // Sound: as above; 32 bytes are written.
            let code = session.withLock { session in
                unsafe selvedge_token_open_sealed(
                    session.pointer, nonce, Self.associated, Self.associated.count, sealed, sealed.count, out)
            }
            guard code == 0 else { throw Self.isRefusal(code) ? .cannotUnwrap : Self.error(code, path) }
        }
    }

    /// The data are not what the key sealed: CKR_ENCRYPTED_DATA_INVALID, its length's, and CKR_GENERAL_ERROR and
    /// CKR_FUNCTION_FAILED, which some modules give for a tag that does not fit.
    private static func isRefusal(_ code: Int) -> Bool { [0x40, 0x41, 0x5, 0x6].contains(code) }

    private static func check(_ code: Int, _ module: String) throws(KeyError) {
        if code != 0 { throw error(code, module) }
    }

    private static func error(_ code: Int, _ module: String) -> KeyError {
        let problem =
            switch code {
            case SELVEDGE_TOKEN_NO_MODULE: "it is no PKCS#11 module, or cannot be loaded"
            case SELVEDGE_TOKEN_NO_TOKEN: "no token of that name is there"
            case SELVEDGE_TOKEN_MANY_TOKENS: "several tokens fit; say which by its serial number"
            case SELVEDGE_TOKEN_NO_KEY: "the token holds no AES key of that name"
            case SELVEDGE_TOKEN_MANY_KEYS: "several keys fit; say which by its id"
            case SELVEDGE_TOKEN_WEAK_KEY: "the key may leave the token; make one that may not"
            case 0xA0, 0xA1, 0xA2: "the PIN is not right; before trying again look how many tries are left"
            case 0xA4: "the PIN is locked after wrong ones; have it reset"
            case 0x70: "the token does not do AES-GCM"
            default: "the token refused, with CKR_ number 0x\(String(code, radix: 16))"
            }
        return .token(module: module, problem: problem)
    }
}
