package import Identity
package import LMDB
internal import Stitching

extension Snapshot where Self: ~Copyable {
    /// For tests: the keys that `FewMembers` and `ManyMembers` each show for one question, nil where generic. They must be
    /// the same. Nil as a whole where the key is not held or its component has over 64 members.
    package func evaluatedBothWays(
        _ key: IdentityKey, _ request: ViewRequest
    ) throws -> (few: Set<IdentityKey>?, many: Set<IdentityKey>?)? {
        guard let node = try get(Tables.identifiers, key)?.node, let root = try component(of: node)?.root,
            let payload = try payload(Tables.components, root)
        else { return nil }
        let view = try ComponentView(payload)
        guard view.memberCount <= 64, let start = view.index(of: node) else { return nil }
        guard !view.flags(start).contains(.hidden) else { return (nil, nil) }
        var few = FewMembers(view, start: start, request)
        var many = ManyMembers(view, start: start, request)
        let reasons = (few.evaluate(view, request), many.evaluate(view, request))
        precondition(reasons.0 == reasons.1, "two reasons for one question: \(reasons)")
        guard reasons.0 == nil else { return (nil, nil) }
        var shown: (few: Set<IdentityKey>, many: Set<IdentityKey>) = ([], [])
        for index in 0..<view.memberCount {
            if few.visible >> UInt64(index) & 1 != 0 { shown.few.insert(view.member(index).key) }
            if many.visible[index] { shown.many.insert(view.member(index).key) }
        }
        return (shown.few, shown.many)
    }
}
