internal import Identity
internal import LMDB
internal import Stitching

/// Consent and reach in a component of any size: the same as `FewMembers`, with a flag for each member and union-find.
struct ManyMembers {
    private let start: Int
    private var inCluster: [Bool]
    private var isHub: [Bool]
    private var isIdentifier: [Bool]
    private var isDevice: [Bool]
    private(set) var visible: [Bool]

    init(_ view: borrowing ComponentView, start: Int, _ request: borrowing ViewRequest) {
        self.start = start
        let none = [Bool](repeating: false, count: view.memberCount)
        (inCluster, isHub, isIdentifier, isDevice, visible) = (none, none, none, none, none)
        let home = view.cluster(start)
        for index in 0..<view.memberCount where view.cluster(index) == home {
            let flags = view.flags(index)
            guard !flags.contains(.hidden) else { continue }
            let namespace = view.namespace(index)
            inCluster[index] = true
            isHub[index] = flags.contains(.hub)
            isIdentifier[index] = namespace != .record
            isDevice[index] = request.devices[Int(namespace.rawValue)]
        }
    }

    /// What the ledgers say of one purpose or feature.
    private struct Stand {
        var states: [ConsentState]
        var deniesProfile = false
        /// Members that grant it for the whole person.
        var grantors: [Int] = []
    }

    /// Finds what is visible; nil: something is.
    mutating func evaluate(_ view: borrowing ComponentView, _ request: borrowing ViewRequest) -> GenericReason? {
        let layout: ViewSection.Layout? = view.hasViews ? view.viewsLayout : nil
        let standard = standardGrants(view, layout, request)
        let stand = stand(view, layout, request.purpose, request.now)
        var pieces = pieces(view, layout, request.bit, among: inCluster)
        let granted = granted(request.purpose, stand, standard, &pieces)
        var usable = granted
        if let offset = layout?.support {
            for index in usable.indices where view.bytes.bigEndianUInt32(at: offset + index * 4) & request.bit == 0 {
                usable[index] = false
            }
        }
        if request.rules.consentBased & request.bit != 0 {
            hideByFeatures(&usable, view, layout, request, standard, &pieces)
        }
        let isUsable = usable[start] && !stand.deniesProfile
        var reached = self.pieces(view, layout, request.bit, among: usable)
        let home = reached.find(Int32(start))
        if isUsable {
            for index in usable.indices where usable[index] && reached.find(Int32(index)) == home {
                visible[index] = true
            }
            return nil
        }
        if stand.deniesProfile { return .deniedForProfile }
        if stand.states[start].isDenied { return .deniedForIdentifier }
        return granted[start] ? .noUsableEvidence : .notGranted
    }

    private func standardGrants(
        _ view: borrowing ComponentView, _ layout: ViewSection.Layout?, _ request: borrowing ViewRequest
    ) -> UInt32 {
        var laws: UInt32 = 0
        var lawless = isIdentifier
        for place in 0..<(layout?.lawCount ?? 0) {
            guard let layout else { break }
            let offset = layout.laws + place * ViewSection.lawBytes
            let member = Int(view.bytes.bigEndianUInt16(at: offset))
            guard inCluster[member] else { continue }
            lawless[member] = false
            laws |= view.bytes.bigEndianUInt32(at: offset + 2)
        }
        if laws == 0 || lawless.contains(true) { laws |= 1 << UInt32(request.rules.home) }
        return request.rules.standardGrants(among: laws)
    }

    private func stand(
        _ view: borrowing ComponentView, _ layout: ViewSection.Layout?, _ purpose: UInt8, _ now: Int64
    ) -> Stand {
        var stand = Stand(states: Array(repeating: .undecided, count: view.memberCount))
        guard let layout else { return stand }
        var last = -1
        var place = layout.firstCell(of: purpose, view.bytes)
        while place < layout.cellCount {
            let offset = layout.cells + place * ViewSection.cellBytes
            place += 1
            guard view.bytes.uint8(at: offset) == purpose else { break }
            let member = Int(view.bytes.bigEndianUInt16(at: offset + 2))
            guard inCluster[member], member != last, now < Int64(view.bytes.bigEndianUInt48(at: offset + 4)) else {
                continue
            }
            last = member
            let state = ConsentState(rawValue: view.bytes.uint8(at: offset + 1)) ?? .undecided
            stand.states[member] = state
            // A hub's decisions bind the hub alone.
            if isHub[member] { continue }
            if state == .deniedForProfile { stand.deniesProfile = true }
            if state == .grantedForProfile { stand.grantors.append(member) }
        }
        return stand
    }

    /// Members for which a purpose or feature is granted: by themselves, by default, or by one whom its edges reach.
    private func granted(
        _ purpose: UInt8, _ stand: Stand, _ standard: UInt32, _ pieces: inout UnionFind
    ) -> [Bool] {
        let byDefault = standard >> UInt32(purpose) & 1 != 0
        let lifted = Set(stand.grantors.map { pieces.find(Int32($0)) })
        var granted = inCluster
        for index in granted.indices where granted[index] {
            let state = stand.states[index]
            granted[index] =
                state.isGranted || state == .undecided && (byDefault || lifted.contains(pieces.find(Int32(index))))
        }
        return granted
    }

    private func hideByFeatures(
        _ usable: inout [Bool], _ view: borrowing ComponentView, _ layout: ViewSection.Layout?,
        _ request: borrowing ViewRequest, _ standard: UInt32, _ pieces: inout UnionFind
    ) {
        for (feature, concerned) in [(request.rules.linkDevices, isDevice), (request.rules.combineSources, isRecord)] {
            guard let feature else { continue }
            let stand = stand(view, layout, feature, request.now)
            let allowed = granted(feature, stand, standard, &pieces)
            for index in usable.indices where concerned[index] && index != start {
                if stand.deniesProfile || !allowed[index] { usable[index] = false }
            }
        }
    }

    private var isRecord: [Bool] { inCluster.indices.map { inCluster[$0] && !isIdentifier[$0] } }

    private func pieces(
        _ view: borrowing ComponentView, _ layout: ViewSection.Layout?, _ purpose: UInt32, among: [Bool]
    ) -> UnionFind {
        var sets = UnionFind(count: view.memberCount)
        guard let layout else {
            var first: Int32?
            for index in among.indices where among[index] {
                if let first { sets.union(first, Int32(index)) } else { first = Int32(index) }
            }
            return sets
        }
        for place in 0..<layout.edgeCount {
            let offset = layout.edges + place * ViewSection.edgeBytes
            let left = Int(view.bytes.bigEndianUInt16(at: offset))
            let right = Int(view.bytes.bigEndianUInt16(at: offset + 2))
            guard among[left], among[right] else { continue }
            if view.bytes.bigEndianUInt32(at: offset + 4) & purpose != 0 { sets.union(Int32(left), Int32(right)) }
        }
        return sets
    }
}
