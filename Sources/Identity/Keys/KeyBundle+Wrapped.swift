/// A bundle as it is kept: encrypted and authenticated with AES-256-GCM under a key that its keeper makes for it alone.
///
///     0            8         9        10        12       14
///     +------------+---------+--------+---------+--------+--------+----------+--------------------+--------+
///     | "SELVKEYS" | version | keeper | entries | length |  kept  | nonce 12 | ciphertext 40 each | tag 16 |
///     +------------+---------+--------+---------+--------+--------+----------+--------------------+--------+
///
/// Numbers are big-endian. Kept is the salt of a root key, or a wrapping key that a token has wrapped. The tag covers
/// everything before it. Wrapping again draws the wrapping key and the nonce anew, so that no nonce meets a key twice.
extension KeyBundle {
    private static let magic = Array("SELVKEYS".utf8)
    private static let version: UInt8 = 1
    private static let fixedCount = 14
    private static let keptLimit = 4_096
    /// Bytes: more than any bundle takes.
    package static let wrappedLimit = 65_536

    /// The bundle for a file.
    package func wrapped(by keeper: some KeyWrapper, random: some RandomSource) throws(KeyError) -> [UInt8] {
        let wrapping = try keeper.makeWrappingKey(random: random)
        guard wrapping.kept.count <= Self.keptLimit else { throw .cryptography(operation: "wrapping a bundle") }
        let nonce = try random.bytes(GaloisCounterMode.nonceCount)
        var head = Self.magic + [Self.version, keeper.kind.rawValue]
        head += [UInt8(names.count >> 8), UInt8(names.count & 0xFF)]
        head += [UInt8(wrapping.kept.count >> 8), UInt8(wrapping.kept.count & 0xFF)]
        head += wrapping.kept
        let body = try GaloisCounterMode.seal(entries, key: wrapping.key, nonce: nonce, associated: head)
        return head + nonce + body
    }

    /// A bundle out of its file. `cannotUnwrap` where the keeper is another or a byte was changed; `invalidBundle` where it is
    /// no bundle at all.
    package init(unwrapping bytes: [UInt8], by keeper: some KeyWrapper) throws(KeyError) {
        let head = try Head(bytes)
        guard head.keeper == keeper.kind else { throw .otherKeeper(head.keeper) }
        let key = try keeper.wrappingKey(kept: Array(bytes[Self.fixedCount..<head.count]))
        let nonce = Array(bytes[head.count..<head.count + GaloisCounterMode.nonceCount])
        let body = Array(bytes[(head.count + GaloisCounterMode.nonceCount)...])
        let entries = try GaloisCounterMode.openSecret(
            body, key: key, nonce: nonce, associated: Array(bytes[..<head.count]))
        guard let entries else { throw .cannotUnwrap }
        try self.init(entries: entries)
    }

    /// Who keeps what a wrapped bundle is wrapped under.
    package static func keeper(of bytes: [UInt8]) throws(KeyError) -> KeyWrapping { try Head(bytes).keeper }

    private struct Head {
        let keeper: KeyWrapping
        /// Bytes before the nonce.
        let count: Int

        init(_ bytes: [UInt8]) throws(KeyError) {
            guard bytes.count > fixedCount, bytes.count <= wrappedLimit, bytes.starts(with: magic) else {
                throw .invalidBundle("it is no key bundle")
            }
            guard bytes[8] == version else { throw .invalidBundle("a later version wrote it") }
            guard let keeper = KeyWrapping(rawValue: bytes[9]) else { throw .invalidBundle("its keeper is unknown") }
            let entries = Int(bytes[10]) << 8 | Int(bytes[11])
            count = fixedCount + (Int(bytes[12]) << 8 | Int(bytes[13]))
            guard entries > 0, bytes.count == count + GaloisCounterMode.overhead + entries * entryCount else {
                throw .invalidBundle("it was cut, or something was added to it")
            }
            self.keeper = keeper
        }
    }
}
