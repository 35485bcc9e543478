package import GraphStore
package import Identity
internal import LMDB
package import Stitching

/// One snapshot for several questions: it must answer none that was asked after it was taken.
package struct Reading: ~Copyable {
    let engine: Engine
    let transaction: ReadTransaction

    fileprivate init(_ engine: Engine) throws {
        self.engine = engine
        transaction = try engine.store.environment.beginRead()
    }

    /// What a caller may see of an identifier's profile for a purpose.
    package func view(_ key: IdentityKey, _ request: borrowing ViewRequest) throws -> ViewOutcome {
        try transaction.view(of: key, request)
    }

    /// Walks from the keys that were added to their components, for `view(at:of:_:)`.
    package func walk(_ walks: inout Walks) throws { try walks.walk(engine.viewContext, in: transaction) }

    /// What a caller may see of the profile of the key at a place of walks.
    package func view(at place: Int, of walks: borrowing Walks, _ request: borrowing ViewRequest) throws -> ViewOutcome
    {
        try walks.view(at: place, request, in: transaction)
    }

    /// What a caller may see of the profile that a view's id leads to. A forged id looks like an unknown one.
    package func view(_ id: ProfileID, _ request: borrowing ViewRequest) throws -> ViewOutcome {
        try transaction.view(of: .profile(id), request, engine.store.keyRing.profileCipher)
    }
}

extension Engine {
    /// A snapshot as of now.
    package func reading() throws -> Reading { try Reading(self) }
}
