package import Identity
internal import GraphStore
internal import LMDB
package import Stitching

/// Whom a question is about.
package enum ViewSubject: Hashable, Sendable {
    case key(IdentityKey)
    /// A view's id. A forged one looks like an unknown one.
    case profile(ProfileID)
}

extension Snapshot where Self: ~Copyable {
    /// What may be seen of the subject's profile.
    func view(
        of subject: ViewSubject, _ request: borrowing ViewRequest, _ cipher: ProfileCipher
    ) throws -> ViewOutcome {
        switch subject {
        case .key(let key): return try view(of: key, request)
        case .profile(let id):
            guard let node = cipher.decrypt(id.high, id.low) else {
                return try view(of: IdentityKey(high: id.high, low: id.low), request)
            }
            return try view(ofAnchor: NodeID(node), request)
        }
    }
}
