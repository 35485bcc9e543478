package import Identity
internal import LMDB
package import Stitching

/// One thing that must be done again in a store that is restored to an earlier state.
package enum LedgerItem: Hashable, Sendable {
    /// What was given since must not be given again: the next node id.
    case numbers(nextNode: UInt64)
    case suppression(SuppressionKey, SuppressionRow)
    /// A denial or withdrawal, with the identifier that it is on and its source's name.
    case decision(IdentityKey, NamespaceID, source: String, ConsentEntry)
    case restriction(IdentityKey, RestrictionRow)
    /// A request, with how far it has come.
    case erasure(UInt64, ErasureRow)
}

/// Suppressions, denials and withdrawals, restrictions and erasures of a store, as a file: what a restore of an older backup needs,
/// so that nobody comes back who was erased since. It holds identity keys and no evidence, sealed under the store's own key.
///
///     numbers     | 1 | next node 8 |
///     suppression | 2 | code 16 | length 4 | row |
///     decision    | 3 | key 16 | namespace 2 | length 4 | source | length 4 | entry |
///     restriction | 4 | key 16 | length 4 | row |
///     erasure     | 5 | number 8 | length 4 | row |
package enum PrivacyLedger {
    /// Writes the ledger of a store to a new file.
    ///
    /// - Returns: how many items.
    package static func write(_ store: Store, to path: String, random: some RandomSource) throws -> Int {
        let sealer = store.keyRing.sealer
        let writer = try SealedStream.Writer(
            .ledger, path: path, head: store.keyRing.keyCheckValue, random: random
        ) { try sealer.seal($0, associated: $1) }
        var count = 0
        try forEach(in: store) { item in
            try writer.append { encode(item, into: &$0) }
            count += 1
        }
        try writer.finish()
        return count
    }

    /// The items of a file, in the order in which they are done again.
    package static func forEach(inFile path: String, _ keyRing: KeyRing, _ body: (LedgerItem) throws -> Void) throws {
        let reader = try SealedStream.Reader(.ledger, path: path)
        guard reader.head == keyRing.keyCheckValue else { throw BackupError.otherStore(path: path) }
        while let piece = try reader.next({ try keyRing.sealer.open($0, associated: $1) }) {
            var items = PieceReader(piece, of: path)
            while !items.isAtEnd { try body(try decode(&items, path)) }
        }
    }

    /// The items of a store, from one snapshot.
    package static func forEach(in store: Store, _ body: (LedgerItem) throws -> Void) throws {
        let configuration = store.configuration
        try store.environment.read { snapshot in
            let state = try StoreState(snapshot, configuration: configuration)
            try body(.numbers(nextNode: state.nextNode))
            try snapshot.scan(Tables.suppressions) { key, payload in
                try body(
                    .suppression(key, try SuppressionCodec.decode(payload, version: SuppressionCodec.version)))
                return .proceed
            }
            try snapshot.scan(Tables.consents) { key, payload in
                let entry = try ConsentEntryCodec.decode(payload, version: ConsentEntryCodec.version)
                guard entry.kind != .granted, let member = try snapshot.storedMember(key.node) else { return .proceed }
                let source = state.sources[Int(entry.source.rawValue)].name
                try body(.decision(member.key, member.namespace, source: source, entry))
                return .proceed
            }
            try snapshot.scan(Tables.restrictions) { node, payload in
                guard let member = try snapshot.storedMember(node) else { return .proceed }
                try body(
                    .restriction(
                        member.key, try RestrictionCodec.decode(payload, version: RestrictionCodec.version)))
                return .proceed
            }
            try snapshot.scan(Tables.erasures) { number, payload in
                try body(.erasure(number, try ErasureCodec.decode(payload, version: ErasureCodec.version)))
                return .proceed
            }
        }
    }

    // MARK: Items as bytes

    private static func encode(_ item: LedgerItem, into bytes: inout [UInt8]) {
        switch item {
        case .numbers(let next):
            bytes.append(1)
            bytes += MetaBytes.encode(next)
        case .suppression(let key, let row):
            bytes.append(2)
            bytes += MetaBytes.encode(key.code.high)
            bytes += MetaBytes.encode(key.code.low)
            append(encoded(SuppressionCodec.self, row), to: &bytes)
        case .decision(let key, let namespace, let source, let entry):
            bytes.append(3)
            append(key, to: &bytes)
            bytes.append(UInt8(namespace.rawValue >> 8))
            bytes.append(UInt8(truncatingIfNeeded: namespace.rawValue))
            append(Array(source.utf8), to: &bytes)
            append(encoded(ConsentEntryCodec.self, entry), to: &bytes)
        case .restriction(let key, let row):
            bytes.append(4)
            append(key, to: &bytes)
            append(encoded(RestrictionCodec.self, row), to: &bytes)
        case .erasure(let number, let row):
            bytes.append(5)
            bytes += MetaBytes.encode(number)
            append(encoded(ErasureCodec.self, row), to: &bytes)
        }
    }

    private static func append(_ key: IdentityKey, to bytes: inout [UInt8]) {
        bytes += MetaBytes.encode(key.high)
        bytes += MetaBytes.encode(key.low)
    }

    private static func append(_ value: [UInt8], to bytes: inout [UInt8]) {
        bytes += SealedStream.length(value.count)
        bytes += value
    }

    private static func encoded<V: ValueCodec>(_: V.Type, _ value: borrowing V.Value) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        V.encode(value, into: &writer)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(writer.count)
        for index in 0..<writer.count { bytes.append(writer.bytes.uint8(at: index)) }
        return bytes
    }

    private static func decode(_ items: inout PieceReader, _ path: String) throws -> LedgerItem {
        switch try items.number(1) {
        case 1: return .numbers(nextNode: try items.number(8))
        case 2:
            let code = Bytes16(high: try items.number(8), low: try items.number(8))
            return .suppression(SuppressionKey(code), try value(SuppressionCodec.self, &items))
        case 3:
            let key = IdentityKey(high: try items.number(8), low: try items.number(8))
            let namespace = NamespaceID(UInt16(try items.number(2)))
            let source = String(decoding: try items.take(Int(try items.number(4))), as: UTF8.self)
            return .decision(key, namespace, source: source, try value(ConsentEntryCodec.self, &items))
        case 4:
            let key = IdentityKey(high: try items.number(8), low: try items.number(8))
            return .restriction(key, try value(RestrictionCodec.self, &items))
        case 5: return .erasure(try items.number(8), try value(ErasureCodec.self, &items))
        default: throw BackupError.altered(path: path)
        }
    }

    private static func value<V: ValueCodec>(_: V.Type, _ items: inout PieceReader) throws -> V.Value
    where V.Value: Copyable {
        let bytes = try items.take(Int(try items.number(4)))
        return try V.decode(bytes.rawBytes, version: V.version)
    }
}
