internal import Identity
internal import LMDB
internal import Stitching

/// What a glance at a component tells: most profiles are shown whole or not at all, and need no sets of members.
enum Glance {
    case wholeCluster
    case generic(GenericReason)
    /// Members differ: they have to be judged one by one.
    case unclear
}

extension ComponentView {
    /// Judges the cluster of a member by its defaults, its jurisdictions and the decisions on a purpose.
    func glance(from start: Int, _ request: borrowing ViewRequest) -> Glance {
        let context = request.context
        let isConsentBased = context.rules.consentBased & request.bit != 0
        let concerned = request.bit | (isConsentBased ? context.features : 0)
        guard hasViews else {
            guard context.homeGrants & request.bit != 0 else { return .generic(.notGranted) }
            return context.homeGrants & concerned == concerned ? .wholeCluster : .unclear
        }
        let layout = viewsLayout
        guard layout.support == nil, layout.common & request.bit != 0 else { return .unclear }
        let home = cluster(start)
        guard let standard = standardGrants(of: home, concerned, layout, context) else { return .unclear }
        let stand = stand(on: request.purpose, in: home, layout, request.now)
        if stand.isUnclear { return .unclear }
        if stand.deniesProfile { return .generic(.deniedForProfile) }
        guard standard & request.bit != 0 || stand.grantsProfile else {
            return stand.grantsIdentifier ? .unclear : .generic(.notGranted)
        }
        let features = concerned & ~request.bit
        guard standard & features == features else { return .unclear }
        return hasDenials(of: features, in: home, layout, request.now) ? .unclear : .wholeCluster
    }

    /// What defaults grant in a cluster; nil: it depends on members without a jurisdiction of their own.
    private func standardGrants(
        of home: UInt16, _ concerned: UInt32, _ layout: ViewSection.Layout, _ context: ViewContext
    ) -> UInt32? {
        guard layout.lawCount > 0 else { return context.homeGrants }
        var laws: UInt32 = 0
        for place in 0..<layout.lawCount {
            let offset = layout.laws + place * ViewSection.lawBytes
            guard cluster(Int(bytes.bigEndianUInt16(at: offset))) == home else { continue }
            laws |= bytes.bigEndianUInt32(at: offset + 2)
        }
        guard laws != 0 else { return context.homeGrants }
        let strict = context.rules.standardGrants(among: laws)
        let stricter = strict & context.homeGrants
        return strict & concerned == stricter & concerned ? stricter : nil
    }

    private struct Stand {
        var deniesProfile = false
        var grantsProfile = false
        var grantsIdentifier = false
        /// A member denies for itself alone, or a hub has decided.
        var isUnclear = false
    }

    private func stand(on purpose: UInt8, in home: UInt16, _ layout: ViewSection.Layout, _ now: Int64) -> Stand {
        var stand = Stand()
        guard layout.decided >> UInt32(purpose) & 1 != 0 else { return stand }
        var last = -1
        var place = layout.firstCell(of: purpose, bytes)
        while place < layout.cellCount {
            let offset = layout.cells + place * ViewSection.cellBytes
            place += 1
            guard bytes.uint8(at: offset) == purpose else { break }
            let member = Int(bytes.bigEndianUInt16(at: offset + 2))
            guard member != last, now < Int64(bytes.bigEndianUInt48(at: offset + 4)) else { continue }
            last = member
            guard cluster(member) == home else { continue }
            let state = bytes.uint8(at: offset + 1)
            let flags = flags(member)
            if flags.contains(.hub) || flags.contains(.hidden) { stand.isUnclear = true }
            if state == ConsentState.deniedForProfile.rawValue { stand.deniesProfile = true }
            if state == ConsentState.deniedForIdentifier.rawValue { stand.isUnclear = true }
            if state == ConsentState.grantedForProfile.rawValue { stand.grantsProfile = true }
            if state == ConsentState.grantedForIdentifier.rawValue { stand.grantsIdentifier = true }
        }
        return stand
    }

    private func hasDenials(
        of features: UInt32, in home: UInt16, _ layout: ViewSection.Layout, _ now: Int64
    ) -> Bool {
        var rest = features & layout.decided
        while rest != 0 {
            let feature = UInt8(rest.trailingZeroBitCount)
            rest &= rest &- 1
            let stand = stand(on: feature, in: home, layout, now)
            if stand.deniesProfile || stand.isUnclear { return true }
        }
        return false
    }
}
