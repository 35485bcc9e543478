package import Engine
package import GraphStore
package import Identity
package import Stitching
internal import Synchronization

/// Whole profiles for tests: with a token of one audit entry a store, made when it is first needed.
extension Engine {
    package func resolve(_ key: IdentityKey) throws -> Profile? {
        try resolve(key, under: try TestAccess.token(self))
    }

    package func resolve(_ id: ProfileID) throws -> Profile? {
        try resolve(id, under: try TestAccess.token(self))
    }

    package func explain(_ first: KeyedIdentifier, _ second: KeyedIdentifier) throws -> Explanation {
        try explain(first, second, under: try TestAccess.token(self))
    }
}

private enum TestAccess {
    private static let tokens = Mutex<[String: AuditedAccess]>([:])

    static func token(_ engine: Engine) throws -> AuditedAccess {
        try tokens.withLock { tokens in
            if let known = tokens[engine.store.directory] { return known }
            let made = try engine.access(
                by: "tests", role: .admin, action: "resolve", reason: "a test", subjects: [],
                at: Timestamp(milliseconds: 0))
            tokens[engine.store.directory] = made
            return made
        }
    }
}
