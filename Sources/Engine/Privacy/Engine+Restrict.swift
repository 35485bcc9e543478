internal import GraphStore
internal import Identity
package import Stitching

extension Engine {
    /// The node behind a profile id; nil: it is forged.
    package func node(of id: ProfileID) -> NodeID? {
        store.keyRing.profileCipher.decrypt(id.high, id.low).map { NodeID($0) }
    }

    /// Keeps a profile from being used (Art. 18 and 21 GDPR): it is stored, and answers generic. It stays so through merges,
    /// and no grant ends it. An objection also suppresses the identifiers, should they ever go.
    ///
    /// - Parameter purposes: names; nil: all but those that the configuration lets a restricted profile answer.
    /// - Returns: how many identifiers are kept from them.
    @discardableResult
    package func restrict(
        _ subject: PrivacySubject, _ kind: RestrictionKind, purposes: [String]? = nil, _ act: PrivacyAct
    ) throws -> Int {
        let configuration = store.configuration
        let exempt = Set(configuration.privacy.restrictedPurposes)
        let names = purposes ?? configuration.purposeNames.filter { !exempt.contains($0) }
        var mask: UInt32 = 0
        for name in names { mask |= 1 << UInt32(try purpose(named: name)) }
        return Int(try apply(.privacy(.restrict(subject, kind, purposes: mask, act))).number)
    }

    /// Lets a profile be used again for what it was restricted from, or had objected to.
    ///
    /// - Returns: how many identifiers are used again.
    @discardableResult
    package func lift(_ subject: PrivacySubject, _ kind: RestrictionKind, _ act: PrivacyAct) throws -> Int {
        Int(try apply(.privacy(.lift(subject, kind, act))).number)
    }
}
