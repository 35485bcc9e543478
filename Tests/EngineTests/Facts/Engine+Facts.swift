import Engine
import GraphStore
import Identity
import LMDB
import Stitching

extension Engine {
    /// The identifiers and records on which facts lie, ascending by node, each row once.
    func factNodes() throws -> [Member] {
        try store.environment.read { transaction in
            var nodes: [NodeID] = []
            try transaction.scan(Tables.facts) { key, _ in
                nodes.append(key.node)
                return .proceed
            }
            return try nodes.compactMap { try transaction.storedMember($0) }
        }
    }

    /// Puts the first row in the place of the second, as one who may write the file could.
    func swapFactRows() throws {
        try store.environment.write { transaction in
            var rows: [(key: FactKey, row: FactRow)] = []
            try transaction.scan(Tables.facts) { key, payload in
                rows.append((key, try FactRowCodec.decode(payload, version: FactRowCodec.version)))
                return .proceed
            }
            try transaction.put(Tables.facts, rows[0].key, rows[1].row)
        }
    }
}
