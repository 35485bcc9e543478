internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// The store's rows and size, for a peer that is given the same data.
extension BenchStore {
    /// Calls `body` with every identity key (16 bytes) and its node id, ascending by key.
    public func forEachIdentifier(_ body: (_ high: UInt64, _ low: UInt64, _ node: UInt64) -> Void) throws {
        try environment.read { transaction in
            try transaction.scan(Tables.identifiers) { key, payload in
                body(key.high, key.low, payload.bigEndianUInt64(at: 0))
                return .proceed
            }
        }
    }

    /// Calls `body` with every node id, ascending, and its root's, and for a root its component's stored value,
    /// checksum included; the bytes are good during the call.
    public func forEachNode(_ body: (_ node: UInt64, _ root: UInt64, _ value: UnsafeRawBufferPointer) -> Void) throws {
        try environment.read { transaction in
            try transaction.scanRaw(Tables.components.declaration) { entry in
                let node = entry.key.bigEndianUInt64(at: 0)
                let payload = entry.value.extracting(1..<entry.value.byteCount - 8)
                if ComponentCodec.isComponent(payload) {
                    // Sound: the row lies in the snapshot, which outlives the call.
                    unsafe entry.value.withUnsafeBytes { value in unsafe body(node, node, value) }
                } else if let root = try transaction.component(of: NodeID(node))?.root {
                    unsafe body(node, root.rawValue, UnsafeRawBufferPointer(start: nil, count: 0))
                }
                return .proceed
            }
        }
    }

    /// Decodes every component; how many links they hold.
    public func decodeComponents() throws -> Int {
        var links = 0
        try environment.read { transaction in
            try transaction.scan(Tables.components) { _, payload in
                let row = try ComponentCodec.decode(payload, version: ComponentCodec.version)
                if case .component(let component) = row { links += component.links.count }
                return .proceed
            }
        }
        return links
    }

    /// How many identifiers the store has, and how many bytes of its file hold pages.
    public func size() throws -> (identifiers: Int, bytes: Int) {
        let count = try environment.read { try $0.count(Tables.identifiers) }
        return (count, try environment.info().usedSize)
    }

    /// Steps of the forest from an e-mail address's node to its component: 0, 1 or more.
    public func hops(email value: String) throws -> Int {
        let key = try intake.identityKey(namespace: email, value: value)
        return try environment.read { transaction in
            guard var node = try transaction.get(Tables.identifiers, key)?.node else { return 0 }
            var steps = 0
            while case .parent(let parent)? = try transaction.get(Tables.components, node) {
                node = parent
                steps += 1
            }
            return steps
        }
    }
}
