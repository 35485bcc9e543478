package import Engine
package import GraphStore
package import Identity
internal import LMDB

/// Views for tests: at any moment, by the purpose's index in the configuration.
extension Engine {
    /// A request that does not move the engine's clock.
    package func request(at now: Int64, _ purpose: Int) throws -> ViewRequest {
        let name = store.configuration.purposes[purpose].name
        return ViewRequest(purpose: try self.purpose(named: name), now: now, context: viewContext)
    }

    /// What few-member and many-member evaluation each show; nil where the component is too large, or there is none.
    package func evaluatedBothWays(
        _ key: IdentityKey, _ request: ViewRequest
    ) throws -> (few: Set<IdentityKey>?, many: Set<IdentityKey>?)? {
        try store.environment.read { try $0.evaluatedBothWays(key, request) }
    }
}
