package import Identity
internal import LMDB
package import Stitching

/// One thing that must be done again in a store that is restored to an earlier state.
package enum LedgerItem: Hashable, Sendable {
    /// What was given since must not be given again: the next node id.
    case numbers(nextNode: UInt64)
    /// A key that identity keys were rotated by, sealed under the store's key: what follows is of the newest version.
    case identityKey(version: UInt16, sealed: [UInt8])
    case suppression(SuppressionKey, SuppressionRow)
    /// A denial or withdrawal, with the identifier that it is on and its source's name.
    case decision(IdentityKey, NamespaceID, source: String, ConsentEntry)
    case restriction(IdentityKey, RestrictionRow)
    /// A request, with how far it has come.
    case erasure(UInt64, ErasureRow)
    /// All that a source had said up to a time was taken back.
    case retractedSource(String, Timestamp)
    case retractedRecord(source: String, IdentityKey, Timestamp)
}

/// Suppressions, denials and withdrawals, restrictions, erasures and retractions of a store, as a file: what a restore of an older backup needs,
/// so that nobody comes back who was erased since. It holds identity keys and no evidence, sealed under the store's own key.
///
///     numbers     | 1 | next node 8 |
///     suppression | 2 | code 16 | length 4 | row |
///     decision    | 3 | key 16 | namespace 2 | length 4 | source | length 4 | entry |
///     restriction | 4 | key 16 | length 4 | row |
///     erasure     | 5 | number 8 | length 4 | row |
///     key         | 6 | version 2 | length 4 | sealed key |
///     source      | 7 | time 8 | length 4 | source |
///     record      | 8 | key 16 | time 8 | length 4 | source |
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
        let keys = try StoreKeys(directory: store.directory).load()
        try store.environment.read { snapshot in
            let state = try StoreState(snapshot, configuration: configuration)
            try body(.numbers(nextNode: state.nextNode))
            for version in (1...state.keys.newest).dropFirst() {
                let name = KeyName(.identity, version: version)
                guard let sealed = try keys.sealedKey(name, by: store.keyRing.sealer) else {
                    throw KeyError.missingKey(name)
                }
                try body(.identityKey(version: version, sealed: sealed))
            }
            /// A node's key, of the newest version though it waits to be rotated.
            func newest(_ member: Member) throws -> IdentityKey {
                guard let rotation = state.keys.rotation, rotation.stage == .nodes, rotation.next <= member.node,
                    member.node < rotation.end
                else { return member.key }
                return try store.storedKeys.next(member.key, to: state.keys.newest)
            }
            try snapshot.scan(Tables.suppressions) { key, payload in
                try body(
                    .suppression(key, try SuppressionCodec.decode(payload, version: SuppressionCodec.version)))
                return .proceed
            }
            try snapshot.scan(Tables.consents) { key, payload in
                let entry = try ConsentEntryCodec.decode(payload, version: ConsentEntryCodec.version)
                guard entry.kind != .granted, let member = try snapshot.storedMember(key.node) else { return .proceed }
                let source = state.sources[Int(entry.source.rawValue)].name
                try body(.decision(newest(member), member.namespace, source: source, entry))
                return .proceed
            }
            try snapshot.scan(Tables.restrictions) { node, payload in
                guard let member = try snapshot.storedMember(node) else { return .proceed }
                try body(
                    .restriction(
                        newest(member), try RestrictionCodec.decode(payload, version: RestrictionCodec.version)))
                return .proceed
            }
            try snapshot.scan(Tables.erasures) { number, payload in
                try body(.erasure(number, try ErasureCodec.decode(payload, version: ErasureCodec.version)))
                return .proceed
            }
            for source in state.sources {
                if let time = source.tombstone { try body(.retractedSource(source.name, time)) }
            }
            try snapshot.scan(Tables.records) { key, payload in
                guard
                    case .tombstone(let time, let version) = try RecordCodec.decode(
                        payload, version: RecordCodec.version)
                else { return .proceed }
                let source = state.sources[Int(key.source.rawValue)].name
                let isOld = version != state.keys.newest
                let newest = isOld ? try store.storedKeys.next(key.key, to: state.keys.newest) : key.key
                try body(.retractedRecord(source: source, newest, time))
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
        case .identityKey(let version, let sealed):
            bytes.append(6)
            bytes += [UInt8(version >> 8), UInt8(truncatingIfNeeded: version)]
            append(sealed, to: &bytes)
        case .retractedSource(let source, let time):
            bytes.append(7)
            bytes += MetaBytes.encode(UInt64(time.milliseconds))
            append(Array(source.utf8), to: &bytes)
        case .retractedRecord(let source, let key, let time):
            bytes.append(8)
            append(key, to: &bytes)
            bytes += MetaBytes.encode(UInt64(time.milliseconds))
            append(Array(source.utf8), to: &bytes)
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
            return .decision(key, namespace, source: try text(&items), try value(ConsentEntryCodec.self, &items))
        case 4:
            let key = IdentityKey(high: try items.number(8), low: try items.number(8))
            return .restriction(key, try value(RestrictionCodec.self, &items))
        case 5: return .erasure(try items.number(8), try value(ErasureCodec.self, &items))
        case 6:
            let version = UInt16(try items.number(2))
            return .identityKey(version: version, sealed: try items.take(Int(try items.number(4))))
        case 7:
            let time = Timestamp(milliseconds: Int64(clamping: try items.number(8)))
            return .retractedSource(try text(&items), time)
        case 8:
            let key = IdentityKey(high: try items.number(8), low: try items.number(8))
            let time = Timestamp(milliseconds: Int64(clamping: try items.number(8)))
            return .retractedRecord(source: try text(&items), key, time)
        default: throw BackupError.altered(path: path)
        }
    }

    private static func text(_ items: inout PieceReader) throws -> String {
        String(decoding: try items.take(Int(try items.number(4))), as: UTF8.self)
    }

    private static func value<V: ValueCodec>(_: V.Type, _ items: inout PieceReader) throws -> V.Value
    where V.Value: Copyable {
        let bytes = try items.take(Int(try items.number(4)))
        return try V.decode(bytes.rawBytes, version: V.version)
    }
}
