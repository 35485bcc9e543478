/// The keys of one store, each drawn by itself: so the root key wraps them and can be changed without them.
///
/// A store made before there were bundles has its keys derived from its root key; `init(derivedFrom:)` has the same
/// ones, and from then on they are a bundle like any other. The value is immutable; its bytes lie in locked memory and
/// leave it only wrapped.
///
/// In memory and inside its wrapping, ascending by kind and version, each name once:
///
///     0      2         4          8                40
///     +------+---------+----------+----------------+
///     | kind | version | 0 0 0 0  |      key       |   x count
///     +------+---------+----------+----------------+
package struct KeyBundle: Sendable {
    let entries: SecretBytes
    /// Ascending.
    package let names: [KeyName]

    static let entryCount = 40
    static let keyOffset = 8
    /// A version of identity keys each; nobody rotates more often.
    package static let limit = 1_024

    /// New keys from a random source.
    package init(random: some RandomSource) throws(KeyError) {
        let names = ([KeyName(.identity)] + KeyName.single.map { KeyName($0) }).sorted()
        try unsafe self.init(names: names) { (_, key) throws(KeyError) in try unsafe random.fill(key) }
    }

    /// The keys of a store that has no bundle.
    package init(derivedFrom root: RootKey) throws(KeyError) {
        let extracted = try root.extracted()
        let names = ([KeyName(.identityDerivation)] + KeyName.single.map { KeyName($0) }).sorted()
        try unsafe self.init(names: names) { (name, key) throws(KeyError) in
            guard let label = name.kind.derivationLabel else { return unsafe key.copyMemory(from: extracted.bytes) }
            try unsafe KeyDerivation.expand(extracted.bytes, label: "1/\(label)", into: key)
        }
    }

    /// The same with one key more, drawn now; the same bundle where it has that key.
    package func adding(_ name: KeyName, random: some RandomSource) throws(KeyError) -> KeyBundle {
        if names.contains(name) { return self }
        guard names.count < Self.limit else { throw .invalidBundle("it holds too many keys") }
        return try unsafe KeyBundle(names: (names + [name]).sorted()) { (each, key) throws(KeyError) in
            if let held = unsafe self.key(each) {
                unsafe key.copyMemory(from: held)
            } else {
                try unsafe random.fill(key)
            }
        }
    }

    /// A key, sealed, to be handed to another copy of the same store; nil where the bundle has none of that name.
    package func sealedKey(_ name: KeyName, by sealer: Sealer) throws(KeyError) -> [UInt8]? {
        guard let key = unsafe key(name) else { return nil }
        return try unsafe sealer.seal(key, associated: Self.handed(name))
    }

    /// The same with a key that `sealedKey` has sealed; the same bundle where it has one of that name.
    package func adding(_ name: KeyName, sealed: [UInt8], by sealer: Sealer) throws(KeyError) -> KeyBundle {
        if names.contains(name) { return self }
        guard names.count < Self.limit else { throw .invalidBundle("it holds too many keys") }
        return try unsafe KeyBundle(names: (names + [name]).sorted()) { (each, key) throws(KeyError) in
            if let held = unsafe self.key(each) { return unsafe key.copyMemory(from: held) }
            guard unsafe sealer.open(sealed, associated: Self.handed(name), into: key) else { throw .cannotOpen }
        }
    }

    private static func handed(_ name: KeyName) -> [UInt8] { Array("selvedge key \(name)".utf8) }

    /// The same without a key: what was under it is lost with the last wrapping that holds it.
    package func removing(_ name: KeyName) throws(KeyError) -> KeyBundle {
        let rest = names.filter { $0 != name }
        guard !rest.isEmpty, rest.count < names.count else { return self }
        return try unsafe KeyBundle(names: rest) { (each, key) throws(KeyError) in
            guard let held = unsafe self.key(each) else { throw .missingKey(each) }
            unsafe key.copyMemory(from: held)
        }
    }

    /// The newest version of the identity keys; zero where there is none.
    package var identityVersion: UInt16 {
        names.filter { $0.kind == .identity || $0.kind == .identityDerivation }.map(\.version).max() ?? 0
    }

    /// Room for the names, each key filled by `fill`.
    private init(
        names: [KeyName], fill: (KeyName, UnsafeMutableRawBufferPointer) throws(KeyError) -> Void
    ) throws(KeyError) {
        self.names = names
        entries = try unsafe SecretBytes(count: names.count * Self.entryCount) { (buffer) throws(KeyError) in
            for (index, name) in names.enumerated() {
                let start = index * Self.entryCount
                let words = [name.kind.rawValue, name.version, 0, 0]
                for (place, word) in words.enumerated() {
                    unsafe buffer[start + 2 * place] = UInt8(word >> 8)
                    unsafe buffer[start + 2 * place + 1] = UInt8(word & 0xFF)
                }
                // Sound: the slice lies inside the buffer.
                try unsafe fill(
                    name,
                    UnsafeMutableRawBufferPointer(rebasing: buffer[start + Self.keyOffset..<start + Self.entryCount]))
            }
        }
    }

    /// Entries that were unwrapped; anything but the one way to write them is refused.
    init(entries: SecretBytes) throws(KeyError) {
        let bytes = unsafe entries.bytes
        guard entries.count.isMultiple(of: Self.entryCount) else {
            throw .invalidBundle("its length is none of entries")
        }
        var names: [KeyName] = []
        for start in stride(from: 0, to: entries.count, by: Self.entryCount) {
            func word(_ offset: Int) -> UInt16 {
                // Sound: below the count, as the stride is.
                unsafe UInt16(bytes[start + offset]) << 8 | UInt16(bytes[start + offset + 1])
            }
            guard let kind = KeyName.Kind(rawValue: word(0)) else {
                throw .invalidBundle("it holds a key of a later kind")
            }
            guard word(4) == 0, word(6) == 0, word(2) > 0 else { throw .invalidBundle("an entry is not well-formed") }
            let name = KeyName(kind, version: word(2))
            if let last = names.last, last >= name { throw .invalidBundle("its entries are not in order") }
            names.append(name)
        }
        self.names = names
        self.entries = entries
    }

    /// The 32 bytes of a key, as long as the bundle lives; nil where it holds none of that name.
    func key(_ name: KeyName) -> UnsafeRawBufferPointer? {
        guard let index = names.firstIndex(of: name) else { return nil }
        let start = index * Self.entryCount + Self.keyOffset
        // Sound: the slice lies inside the entries.
        return unsafe UnsafeRawBufferPointer(rebasing: entries.bytes[start..<start + Digest.byteCount])
    }

    /// The same; throws where it holds none.
    func demand(_ kind: KeyName.Kind) throws(KeyError) -> UnsafeRawBufferPointer {
        guard let key = unsafe key(KeyName(kind)) else { throw .missingKey(KeyName(kind)) }
        return unsafe key
    }
}

extension KeyBundle: CustomStringConvertible {
    package var description: String { "<redacted>" }
}
