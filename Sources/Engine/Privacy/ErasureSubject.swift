internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Whom a request is about, as it is sealed in the row of `erasures`.
///
///     0      1           3     19     27      29
///     +------+-----------+-----+------+-------+-----------------+
///     | kind | namespace | key | node | named | named x key 16  |
///     +------+-----------+-----+------+-------+-----------------+
///
/// Kind 1 is a key, 2 a node.
struct ErasureSubject: Hashable {
    var subject: PrivacySubject
    /// Keys of members that go though they are joined by likeness alone.
    var named: [IdentityKey] = []

    init(_ subject: PrivacySubject, named: [IdentityKey] = []) {
        self.subject = subject
        self.named = named
    }

    var bytes: [UInt8] {
        var bytes: [UInt8]
        switch subject {
        case .key(let identifier):
            bytes = [1] + Self.encode(UInt16(identifier.namespace)) + Self.encode(identifier.key)
            bytes += MetaBytes.encode(UInt64(0))
        case .node(let node):
            bytes = [2] + Self.encode(UInt16(0)) + Self.encode(IdentityKey(high: 0, low: 0))
            bytes += MetaBytes.encode(node.rawValue)
        }
        bytes += Self.encode(UInt16(named.count))
        return named.reduce(bytes) { $0 + Self.encode($1) }
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 29, bytes.count == 29 + 16 * (Int(bytes[27]) << 8 | Int(bytes[28])) else { return nil }
        func word(_ offset: Int) -> UInt64 { bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        func key(_ offset: Int) -> IdentityKey { IdentityKey(high: word(offset), low: word(offset + 8)) }
        subject =
            bytes[0] == 1
            ? .key(KeyedIdentifier(namespace: Int(bytes[1]) << 8 | Int(bytes[2]), key: key(3)))
            : .node(NodeID(word(19)))
        named = stride(from: 29, to: bytes.count, by: 16).map(key)
    }

    private static func encode(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }

    private static func encode(_ key: IdentityKey) -> [UInt8] {
        MetaBytes.encode(key.high) + MetaBytes.encode(key.low)
    }

    // MARK: Sealing

    private static let schema: UInt8 = 1

    /// Under the erasure's own key, which ends with it.
    func sealed(_ number: UInt64, _ sealing: Sealing, _ transaction: inout WriteTransaction) throws -> [UInt8] {
        try sealing.seal(
            bytes, in: Tables.erasures, number, schema: Self.schema,
            subject: SlotOwner(.job, number: number).subject, &transaction)
    }

    static func open(_ sealed: [UInt8], _ number: UInt64, _ sealing: Sealing) throws -> ErasureSubject {
        let opened = try sealing.open(
            sealed, in: Tables.erasures, number, schema: schema, subject: SlotOwner(.job, number: number).subject)
        guard case .value(let plain) = opened, let subject = ErasureSubject(plain) else {
            throw StoreError.damaged("the subject of an erasure cannot be read")
        }
        return subject
    }
}

/// What an erasure takes, gathered at its fence: sealed in pieces in table `needles` until it is verified.
///
///     targets | count 2 | node 8, key 16, namespace 2, source 4 |      a source of all ones is none
///     seals   | count 2 | nonce 12, tag 16 |
struct ErasureNeedles {
    struct Target: Hashable {
        /// 0: the identifier is suppressed and not held.
        var node: NodeID
        var key: IdentityKey
        var namespace: NamespaceID
        /// Of a record.
        var source: SourceID?
    }

    var targets: [Target] = []
    /// Nonces and tags of sealed values.
    var seals: [[UInt8]] = []

    private static let pieceTargets = 400
    private static let sealBytes = 28

    var nodes: Set<NodeID> { Set(targets.map(\.node).filter { $0.rawValue != 0 }) }

    var count: Int { targets.count * 2 + seals.count * 2 }

    /// The bytes that must be nowhere once it is done: identity and record keys, profile ids, nonces and tags.
    func patterns(_ keyRing: KeyRing) -> [[UInt8]] {
        var patterns: [[UInt8]] = []
        for target in targets {
            patterns.append(MetaBytes.encode(target.key.high) + MetaBytes.encode(target.key.low))
            guard target.node.rawValue != 0 else { continue }
            let words = keyRing.profileCipher.encrypt(target.node.rawValue)
            patterns.append(MetaBytes.encode(words.0) + MetaBytes.encode(words.1))
        }
        for seal in seals { patterns += [Array(seal.prefix(12)), Array(seal.suffix(16))] }
        return patterns
    }

    // MARK: Table

    /// Version of a piece in the clear.
    private static let schema: UInt8 = 1

    private static func owner(_ number: UInt64) -> NodeID { SlotOwner(.job, number: number).subject }

    /// Writes the needles, each piece sealed under the erasure's own key: what copies of a row lie in free pages once it is gone,
    /// nobody can read any more, as `remove` overwrites that key.
    func save(_ number: UInt64, _ sealing: Sealing, _ transaction: inout WriteTransaction) throws {
        var piece: UInt32 = 0
        var (target, seal) = (0, 0)
        repeat {
            let targets = targets[target..<min(target + Self.pieceTargets, targets.count)]
            let seals = seals[seal..<min(seal + Self.pieceTargets, seals.count)]
            let key = NeedleKey(erasure: number, piece: piece)
            let sealed = try sealing.seal(
                Self.encode(Array(targets), Array(seals)), in: Tables.needles, key, schema: Self.schema,
                subject: Self.owner(number), &transaction)
            try transaction.put(Tables.needles, key, sealed)
            (target, seal, piece) = (targets.endIndex, seals.endIndex, piece + 1)
        } while target < self.targets.count || seal < self.seals.count
    }

    static func load(
        _ number: UInt64, _ sealing: Sealing, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> ErasureNeedles {
        var needles = ErasureNeedles()
        try snapshot.scan(Tables.needles, from: NeedleKey(erasure: number, piece: 0)) { key, payload in
            guard key.erasure == number else { return .stop }
            let sealed = try BytesCodec.decode(payload, version: BytesCodec.version)
            let opened = try sealing.open(
                sealed, in: Tables.needles, key, schema: schema, subject: owner(number))
            guard case .value(let plain) = opened, needles.take(plain) else {
                throw StoreError.damaged("the needles of an erasure cannot be read")
            }
            return .proceed
        }
        return needles
    }

    /// Removes the needles, and their key, which is overwritten after the commit.
    static func remove(_ number: UInt64, _ sealing: Sealing, _ transaction: inout WriteTransaction) throws {
        var keys: [NeedleKey] = []
        try transaction.scan(Tables.needles, from: NeedleKey(erasure: number, piece: 0)) { key, _ in
            guard key.erasure == number else { return .stop }
            keys.append(key)
            return .proceed
        }
        for key in keys { _ = try transaction.delete(Tables.needles, key) }
        try sealing.drop(owner(number), &transaction)
    }

    private static func encode(_ targets: [Target], _ seals: [[UInt8]]) -> [UInt8] {
        var bytes = half(targets.count)
        for target in targets {
            bytes += MetaBytes.encode(target.node.rawValue)
            bytes += MetaBytes.encode(target.key.high) + MetaBytes.encode(target.key.low)
            bytes += half(Int(target.namespace.rawValue))
            let source = target.source?.rawValue ?? .max
            bytes += half(Int(source >> 16)) + half(Int(source & 0xffff))
        }
        bytes += half(seals.count)
        return seals.reduce(bytes, +)
    }

    private static func half(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    private mutating func take(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        func number(_ width: Int) -> UInt64? {
            guard offset + width <= bytes.count else { return nil }
            defer { offset += width }
            return bytes[offset..<offset + width].reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard let count = number(2) else { return false }
        for _ in 0..<count {
            guard let node = number(8), let high = number(8), let low = number(8), let namespace = number(2),
                let source = number(4)
            else { return false }
            targets.append(
                Target(
                    node: NodeID(node), key: IdentityKey(high: high, low: low),
                    namespace: NamespaceID(UInt16(namespace)),
                    source: source == UInt64(UInt32.max) ? nil : SourceID(UInt32(source))))
        }
        guard let sealCount = number(2), offset + Int(sealCount) * Self.sealBytes == bytes.count else { return false }
        for place in 0..<Int(sealCount) {
            let start = offset + place * Self.sealBytes
            seals.append(Array(bytes[start..<start + Self.sealBytes]))
        }
        return true
    }
}
