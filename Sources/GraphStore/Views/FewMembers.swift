internal import Identity
internal import LMDB
internal import Stitching

/// Consent and reach in a component of at most 64 members, a bit for each: no memory beside a few words.
struct FewMembers {
    private let first: UInt64
    /// Members of the cluster that are not hidden; of them hubs, identifiers, devices and sessions.
    private var cluster: UInt64 = 0
    private var hubs: UInt64 = 0
    private var identifiers: UInt64 = 0
    private var devices: UInt64 = 0
    private(set) var visible: UInt64 = 0

    @inline(__always)
    init(_ view: borrowing ComponentView, start: Int, _ request: borrowing ViewRequest) {
        first = 1 << UInt64(start)
        let home = view.cluster(start)
        for index in 0..<view.memberCount where view.cluster(index) == home {
            let flags = view.flags(index)
            guard !flags.contains(.hidden) else { continue }
            let bit: UInt64 = 1 << UInt64(index)
            let namespace = view.namespace(index)
            cluster |= bit
            if flags.contains(.hub) { hubs |= bit }
            if namespace != .record { identifiers |= bit }
            if request.devices[Int(namespace.rawValue)] { devices |= bit }
        }
    }

    /// What the ledgers say of one purpose or feature.
    private struct Stand {
        var deniesProfile: UInt64 = 0
        var denied: UInt64 = 0
        var granted: UInt64 = 0
        var grantsProfile: UInt64 = 0
    }

    /// Finds what is visible; nil: something is.
    mutating func evaluate(_ view: borrowing ComponentView, _ request: borrowing ViewRequest) -> GenericReason? {
        let isConsentBased = request.rules.consentBased & request.bit != 0
        guard view.hasViews else {
            let standard = request.rules.standardGrants(among: 1 << UInt32(request.rules.home))
            guard standard & request.bit != 0 else { return .notGranted }
            visible = cluster
            if isConsentBased { visible = cluster & featuresByDefault(standard, request) }
            return nil
        }
        let layout = view.viewsLayout
        let standard = standardGrants(view, layout, request)
        let stand = stand(view, layout, request.purpose, request.now)
        var usable = standard & request.bit != 0 ? cluster : 0
        if usable == 0 { usable = reach(from: stand.grantsProfile, among: cluster, view, layout, request.bit) }
        usable = (usable | stand.granted) & ~stand.denied & cluster
        let isGranted = usable & first != 0
        usable &= support(view, layout, request.bit)
        if isConsentBased { usable &= features(view, layout, request, standard) }
        let isUsable = usable & first != 0 && stand.deniesProfile == 0
        let seen = reach(from: first & usable, among: usable, view, layout, request.bit)
        if isUsable {
            visible = seen
            return nil
        }
        if stand.deniesProfile != 0 { return .deniedForProfile }
        if stand.denied & first != 0 { return .deniedForIdentifier }
        return isGranted ? .noUsableEvidence : .notGranted
    }

    /// What the defaults grant: the strictest of the jurisdictions of the cluster's identifiers.
    private func standardGrants(
        _ view: borrowing ComponentView, _ layout: ViewSection.Layout, _ request: borrowing ViewRequest
    ) -> UInt32 {
        var laws: UInt32 = 0
        var known: UInt64 = 0
        for place in 0..<layout.lawCount {
            let offset = layout.laws + place * ViewSection.lawBytes
            let bit: UInt64 = 1 << UInt64(view.bytes.bigEndianUInt16(at: offset))
            guard cluster & bit != 0 else { continue }
            known |= bit
            laws |= view.bytes.bigEndianUInt32(at: offset + 2)
        }
        if identifiers & ~known != 0 || laws == 0 { laws |= 1 << UInt32(request.rules.home) }
        return request.rules.standardGrants(among: laws)
    }

    private func stand(
        _ view: borrowing ComponentView, _ layout: ViewSection.Layout, _ purpose: UInt8, _ now: Int64
    ) -> Stand {
        var stand = Stand()
        var decided: UInt64 = 0
        var place = layout.firstCell(of: purpose, view.bytes)
        while place < layout.cellCount {
            let offset = layout.cells + place * ViewSection.cellBytes
            place += 1
            guard view.bytes.uint8(at: offset) == purpose else { break }
            let bit: UInt64 = 1 << UInt64(view.bytes.bigEndianUInt16(at: offset + 2))
            guard cluster & bit & ~decided != 0, now < Int64(view.bytes.bigEndianUInt48(at: offset + 4)) else {
                continue
            }
            decided |= bit
            // A hub's decisions bind the hub alone.
            let others = hubs & bit == 0 ? bit : 0
            switch ConsentState(rawValue: view.bytes.uint8(at: offset + 1)) {
            case .grantedForProfile:
                stand.granted |= bit
                stand.grantsProfile |= others
            case .grantedForIdentifier: stand.granted |= bit
            case .deniedForProfile:
                stand.denied |= bit
                stand.deniesProfile |= others
            case .deniedForIdentifier: stand.denied |= bit
            default: break
            }
        }
        return stand
    }

    /// Members whose evidence may serve the purpose.
    private func support(_ view: borrowing ComponentView, _ layout: ViewSection.Layout, _ purpose: UInt32) -> UInt64 {
        guard let offset = layout.support else { return .max }
        var support: UInt64 = 0
        for index in 0..<view.memberCount where view.bytes.bigEndianUInt32(at: offset + index * 4) & purpose != 0 {
            support |= 1 << UInt64(index)
        }
        return support
    }

    // MARK: Features

    /// Members that features do not hide: all, but for records, and for devices beside the first, where they are denied.
    private func features(
        _ view: borrowing ComponentView, _ layout: ViewSection.Layout, _ request: borrowing ViewRequest,
        _ standard: UInt32
    ) -> UInt64 {
        var shown = UInt64.max
        if let feature = request.rules.linkDevices {
            shown &= ~devices | first | allowed(by: feature, view, layout, request, standard)
        }
        if let feature = request.rules.combineSources {
            shown &= identifiers | first | allowed(by: feature, view, layout, request, standard)
        }
        return shown
    }

    private func featuresByDefault(_ standard: UInt32, _ request: borrowing ViewRequest) -> UInt64 {
        var shown = UInt64.max
        let (devicesFeature, recordsFeature) = (request.rules.linkDevices, request.rules.combineSources)
        if let devicesFeature, standard >> UInt32(devicesFeature) & 1 == 0 { shown &= ~devices | first }
        if let recordsFeature, standard >> UInt32(recordsFeature) & 1 == 0 { shown &= identifiers | first }
        return shown
    }

    private func allowed(
        by feature: UInt8, _ view: borrowing ComponentView, _ layout: ViewSection.Layout,
        _ request: borrowing ViewRequest, _ standard: UInt32
    ) -> UInt64 {
        let stand = stand(view, layout, feature, request.now)
        guard stand.deniesProfile == 0 else { return 0 }
        var allowed = standard >> UInt32(feature) & 1 != 0 ? cluster : 0
        if allowed == 0 { allowed = reach(from: stand.grantsProfile, among: cluster, view, layout, request.bit) }
        return (allowed | stand.granted) & ~stand.denied
    }

    // MARK: Reach

    /// The members of `among` that edges of the purpose connect with `some`: as many passes as the way is long.
    private func reach(
        from some: UInt64, among: UInt64, _ view: borrowing ComponentView, _ layout: ViewSection.Layout,
        _ purpose: UInt32
    ) -> UInt64 {
        var reached = some
        guard some != 0 else { return 0 }
        while reached != among {
            let before = reached
            for place in 0..<layout.edgeCount {
                let offset = layout.edges + place * ViewSection.edgeBytes
                let left: UInt64 = 1 << UInt64(view.bytes.bigEndianUInt16(at: offset))
                let right: UInt64 = 1 << UInt64(view.bytes.bigEndianUInt16(at: offset + 2))
                let ends = left | right
                guard ends & ~among == 0, ends & reached != 0 else { continue }
                if view.bytes.bigEndianUInt32(at: offset + 4) & purpose != 0 { reached |= ends }
            }
            if reached == before { break }
        }
        return reached
    }
}

extension ViewSection.Layout {
    /// The place of the first cell of a purpose, by binary search.
    @inline(__always)
    func firstCell(of purpose: UInt8, _ bytes: RawSpan) -> Int {
        var low = 0
        var high = cellCount
        while low < high {
            let middle = (low + high) >> 1
            if bytes.uint8(at: cells + middle * ViewSection.cellBytes) < purpose {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
