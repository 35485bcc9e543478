import Engine
import GraphStore
import Identity
import LMDB
import Offers
import Stitching
import TestSupport

extension Engine {
    /// The nodes that decisions lie on, ascending, each once.
    func decisionNodes() throws -> [UInt64] {
        try store.environment.read { transaction in
            var nodes: [UInt64] = []
            try transaction.scan(Tables.decisions) { key, _ in
                if nodes.last != key.node.rawValue { nodes.append(key.node.rawValue) }
                return .proceed
            }
            return nodes
        }
    }

    /// How often an offer that has stock counts as shown to a node.
    func stockedContacts(of node: UInt64) throws -> Int {
        try store.environment.read { transaction in
            var count = 0
            try transaction.decisions(of: NodeID(node)) { _, row in
                if row.isContact, row.units == 1 { count += 1 }
            }
            return count
        }
    }
}

extension OfferShop {
    /// Erases a person as far as the deletion.
    func erase(_ number: Int) throws {
        let time = EvidenceBuilder.time(hours: 2)
        let subject = PrivacySubject.key(graph.builder.identifier("email", number))
        let request = try engine.requestErasure(of: subject, PrivacyAct(by: "ann", reason: "a test", at: time))
        try engine.approveErasure(
            request.number, hash: request.row.requestHash, PrivacyAct(by: "bob", reason: "a test", at: time))
        try engine.runErasure(request.number, at: time)
    }
}
