package import GraphStore
package import Identity
internal import LMDB
package import Scoring
internal import Stitching

extension Engine {
    /// What a purpose may know that the person of an identifier did; nil where the view is generic.
    package func facts(of key: IdentityKey, _ request: ViewRequest) throws -> FactLog? {
        let transaction = try store.environment.beginRead()
        guard let profile = try transaction.view(of: key, request).profile else { return nil }
        return try applier.sourceMasks.log(
            of: profile.members, for: request.purpose, SealedFacts(store.keyRing, store.sealing), store.configuration,
            transaction)
    }
}
