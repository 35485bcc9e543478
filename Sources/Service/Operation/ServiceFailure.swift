/// Why a server ended that was not asked to.
package enum ServiceFailure: Error, Hashable, Sendable {
    /// The store failed: what was acknowledged is durable, what was under way is not.
    case store(String)
    /// An address could not be listened on; `door` is what was to be served there.
    case listening(door: String, problem: String)
}

extension ServiceFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .store(let reason):
            "the store failed and the server has stopped: \(reason); what was acknowledged is durable. "
                + "Look at the disk; the store is checked at the next start"
        case .listening(let door, let problem):
            "the address for \(door) cannot be listened on: \(problem); end what uses it, or give another"
        }
    }
}
