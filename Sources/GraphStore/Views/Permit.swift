package import Identity
internal import LMDB
package import Stitching

/// What every view of a store is judged by: one for as long as the store is open, so that a resolve copies nothing of it.
package final class ViewContext: Sendable {
    package let rules: ConsentRules
    /// Namespaces of devices and sessions, by number.
    package let devices: [Bool]
    /// Node ids below it had been given: where decoys are chosen from, where there is no list of them.
    package let nodes: UInt64
    /// By purpose, nodes whose views are generic by somebody's decision.
    package let decoys: [[NodeID]]
    /// By purpose, a component of three members, one of which denies it: judged where a real one holds no decision.
    let examples: [[UInt8]]

    /// What the store's own jurisdiction grants where nobody has decided.
    let homeGrants: UInt32
    /// The bits of the features that there are.
    let features: UInt32
    /// Brings keys that are asked by to the version that the store holds; nil: they are of that.
    let storedKeys: StoredKeys?

    package init(_ state: StoreState, decoys: [[NodeID]] = [], storedKeys: StoredKeys? = nil) {
        self.storedKeys = storedKeys
        self.decoys = decoys
        examples = (0..<UInt8(state.purposes.count)).map { ComponentView.example(denying: $0) }
        rules = state.consentRules
        homeGrants = rules.standardGrants(among: 1 << UInt32(rules.home))
        features = [rules.linkDevices, rules.combineSources].reduce(0) { $0 | ($1.map { 1 << UInt32($0) } ?? 0) }
        devices = state.namespaces.indices.map { state.policies.isDevice(NamespaceID(UInt16($0))) }
        nodes = state.nextNode
    }
}

/// What a caller asks for: a purpose, at a moment.
package struct ViewRequest: Sendable {
    /// The store's number of a purpose; features cannot be asked for.
    package let purpose: UInt8
    /// Milliseconds since 1970 at which grants are judged. It never goes back within a process.
    package let now: Int64
    package let context: ViewContext

    package init(purpose: UInt8, now: Int64, context: ViewContext) {
        self.purpose = purpose
        self.now = now
        self.context = context
    }

    package var bit: UInt32 { 1 << UInt32(purpose) }
    @inline(__always) var rules: ConsentRules { context.rules }
    @inline(__always) var devices: [Bool] { context.devices }
}

/// Why a caller is shown the generic outcome: for the privacy roles alone.
package enum GenericReason: String, Hashable, Sendable, CaseIterable {
    /// Nothing is held, or only what has expired.
    case unknown
    /// A member denies the purpose for the whole person.
    case deniedForProfile = "denied_for_profile"
    /// The identifier that was asked by denies the purpose for itself.
    case deniedForIdentifier = "denied_for_identifier"
    /// Nobody has decided, and the default is to deny.
    case notGranted = "not_granted"
    /// No evidence that may serve the purpose supports the identifier.
    case noUsableEvidence = "no_usable_evidence"
}

/// Leave to read one view of one component in one snapshot. Only the evaluation of consent in that snapshot makes one, and
/// reading uses it up.
package struct Permit: ~Copyable {
    let snapshot: UInt64
    let root: NodeID
    let purpose: UInt8
    /// The members that may be shown.
    let members: MemberSet

    fileprivate init(snapshot: UInt64, root: NodeID, purpose: UInt8, members: consuming MemberSet) {
        self.snapshot = snapshot
        self.root = root
        self.purpose = purpose
        self.members = members
    }
}

/// What consent allows.
package enum Permission: ~Copyable {
    case permitted(Permit)
    case generic(GenericReason)
}

/// Members of a component: all of a cluster that are not hidden, or by index; 64 of them in a word, more in a list.
package enum MemberSet: Sendable {
    case cluster(UInt16)
    case few(UInt64)
    case many([Bool])

    @inline(__always)
    func contains(_ index: Int, in view: borrowing ComponentView) -> Bool {
        switch self {
        case .cluster(let cluster): view.cluster(index) == cluster && !view.flags(index).contains(.hidden)
        case .few(let bits): bits >> UInt64(index) & 1 != 0
        case .many(let flags): flags[index]
        }
    }
}

extension ComponentView {
    /// Judges what a caller may see of this component from one of its members on. Every step is taken whatever the others
    /// come to, so that the ways to a generic outcome cost alike.
    func permission(from start: Int, root: NodeID, snapshot: UInt64, _ request: borrowing ViewRequest) -> Permission {
        var members = MemberSet.cluster(cluster(start))
        var reason: GenericReason?
        switch glance(from: start, request) {
        case .wholeCluster: break
        case .generic(let found):
            reason = found
            if !hasViews { judgeExample(request) }
        case .unclear: reason = evaluate(from: start, request, &members)
        }
        if flags(start).contains(.hidden) { return .generic(.unknown) }
        if let reason { return .generic(reason) }
        return .permitted(Permit(snapshot: snapshot, root: root, purpose: request.purpose, members: members))
    }

    /// The steps that a decision would have taken: a view that is generic by default costs what a denied one does.
    private func judgeExample(_ request: borrowing ViewRequest) {
        let bytes = request.context.examples[Int(request.purpose)]
        do {
            let example = try ComponentView(bytes.rawBytes)
            if case .wholeCluster = example.glance(from: 0, request) { preconditionFailure("the example denies it") }
        } catch { preconditionFailure("the example is no component: \(error)") }
    }

    /// A component of three members, one of which denies a purpose.
    static func example(denying purpose: UInt8) -> [UInt8] {
        var component = Component()
        component.anchors = [NodeID(1)]
        for number in 0..<3 {
            component.members.append(
                Member(
                    node: NodeID(UInt64(number) + 1), key: IdentityKey(high: 0, low: UInt64(number)),
                    namespace: NamespaceID(0), cluster: 0))
        }
        var section = ViewSection()
        let cell = ConsentCell(purpose: purpose, state: .deniedForProfile, until: ConsentCell.forever)
        section.cells = [.init(member: 0, consent: cell)]
        section.edges = [.init(left: 0, right: 1, mask: .max), .init(left: 1, right: 2, mask: .max)]
        component.views = section
        var writer = ByteWriter(capacity: 1_024)
        ComponentCodec.encode(.component(component), into: &writer)
        return (0..<writer.count).map { writer.bytes.uint8(at: $0) }
    }

    private func evaluate(
        from start: Int, _ request: borrowing ViewRequest, _ members: inout MemberSet
    ) -> GenericReason? {
        if memberCount <= 64 {
            var evaluation = FewMembers(self, start: start, request)
            let reason = evaluation.evaluate(self, request)
            members = .few(evaluation.visible)
            return reason
        }
        var evaluation = ManyMembers(self, start: start, request)
        let reason = evaluation.evaluate(self, request)
        members = .many(evaluation.visible)
        return reason
    }

    /// The part of the profile that a permit allows. Its anchor is its earliest visible identifier, own or inherited for
    /// the purpose; a record's only where there is no identifier.
    func profile(under permit: consuming Permit, root: NodeID, snapshot: UInt64) -> Profile {
        precondition(permit.snapshot == snapshot && permit.root == root, "a permit of another snapshot or component")
        if case .cluster(let home) = permit.members { return cluster(home, for: permit.purpose) }
        var count = 0
        for index in 0..<memberCount where permit.members.contains(index, in: self) { count += 1 }
        var members: [Member] = []
        members.reserveCapacity(count)
        var anchor = NodeID(.max)
        for index in 0..<memberCount where permit.members.contains(index, in: self) {
            let member = member(index)
            if anchor.rawValue == .max, member.namespace != .record { anchor = member.node }
            members.append(member)
        }
        for place in 0..<inheritanceCount where heirMask(place) >> UInt32(permit.purpose) & 1 != 0 {
            let inheritance = inheritance(place)
            guard permit.members.contains(Int(inheritance.member), in: self) else { continue }
            anchor = min(anchor, inheritance.node)
        }
        if anchor.rawValue == .max, let first = members.first { anchor = first.node }
        return Profile(anchor: anchor, members: members)
    }

    /// A cluster as a whole, but for members that are hidden.
    private func cluster(_ home: UInt16, for purpose: UInt8) -> Profile {
        var count = 0
        for index in 0..<memberCount where cluster(index) == home { count += 1 }
        var members: [Member] = []
        members.reserveCapacity(count)
        for index in 0..<memberCount where cluster(index) == home {
            let member = member(index)
            if !member.flags.contains(.hidden) { members.append(member) }
        }
        var anchor = (members.first { $0.namespace != .record } ?? members.first)?.node ?? NodeID(.max)
        for place in 0..<inheritanceCount where heirMask(place) >> UInt32(purpose) & 1 != 0 {
            let inheritance = inheritance(place)
            let heir = member(Int(inheritance.member))
            if heir.cluster == home, !heir.flags.contains(.hidden) { anchor = min(anchor, inheritance.node) }
        }
        return Profile(anchor: anchor, members: members)
    }

    /// The purposes for which a node id was passed on.
    func heirMask(_ place: Int) -> UInt32 {
        guard hasViews else { return .max }
        let layout = viewsLayout
        guard let offset = layout.heirMasks else { return .max }
        return bytes.bigEndianUInt32(at: offset + place * 4)
    }

    @inline(__always)
    var viewsLayout: ViewSection.Layout { ViewSection.Layout(bytes, at: viewsOffset, memberCount, inheritanceCount) }
}
