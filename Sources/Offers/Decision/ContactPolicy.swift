internal import Identity

/// When people are left in peace.
package enum ContactPolicy {
    /// The channels that are quiet at a minute of the person's day, a bit each.
    package static func quietChannels(_ quiet: [QuietHours?], minute: Int) -> UInt32 {
        var mask: UInt32 = 0
        for index in quiet.indices {
            if let hours = quiet[index], hours.contains(minute: minute) { mask |= 1 << UInt32(index) }
        }
        return mask
    }
}

/// How often a profile has been shown what, against each cap's days, and when last.
struct ContactCounts: Sendable {
    /// By cap of an offer, and by cap over all offers.
    private var uses: [Int64]
    private var contactUses: [Int64]
    /// By offer, in milliseconds; `Int64.min`: never.
    private(set) var lastShown: [Int64]

    init(_ catalogue: CompiledCatalogue) {
        uses = Array(repeating: 0, count: catalogue.caps.count)
        contactUses = Array(repeating: 0, count: catalogue.contactCaps.count)
        lastShown = Array(repeating: .min, count: catalogue.offers)
    }

    mutating func count(_ situation: Situation, _ catalogue: CompiledCatalogue) {
        for index in uses.indices { uses[index] = 0 }
        for index in contactUses.indices { contactUses[index] = 0 }
        for index in lastShown.indices { lastShown[index] = .min }
        let now = situation.now.milliseconds
        for contact in situation.contacts {
            let time = contact.time.milliseconds
            let channel = UInt32(1) << UInt32(truncatingIfNeeded: contact.channel)
            for index in contactUses.indices {
                let cap = catalogue.contactCaps[index]
                if cap.channels & channel != 0, now - time < cap.milliseconds { contactUses[index] += 1 }
            }
            let offer = Int(contact.offer)
            guard offer >= 0, offer < catalogue.offers else { continue }
            lastShown[offer] = max(lastShown[offer], time)
            for index in catalogue.rows[offer].caps {
                let cap = catalogue.caps[Int(index)]
                if cap.channels & channel != 0, now - time < cap.milliseconds { uses[Int(index)] += 1 }
            }
        }
    }

    /// A channel's cap closes the channel, one across channels the offer: the fullest is kept.
    @inline(__always)
    func addCaps(_ row: CompiledCatalogue.Row, _ catalogue: CompiledCatalogue, _ terms: inout EligibilityTerms) {
        for index in row.caps { Self.add(catalogue.caps[Int(index)], uses[Int(index)], &terms) }
        for index in contactUses.indices { Self.add(catalogue.contactCaps[index], contactUses[index], &terms) }
    }

    @inline(__always)
    private static func add(_ cap: CompiledCatalogue.CapRow, _ uses: Int64, _ terms: inout EligibilityTerms) {
        if !cap.isWhole {
            if uses >= cap.count { terms.capped |= cap.channels }
        } else if cap.count - uses < terms.capCount - terms.capUses {
            terms.capUses = uses
            terms.capCount = cap.count
        }
    }

    /// Whether one more exposure on a channel passes no cap.
    func haveRoom(_ row: CompiledCatalogue.Row, channel: Int16, _ catalogue: CompiledCatalogue) -> Bool {
        let bit = UInt32(1) << UInt32(truncatingIfNeeded: channel)
        for index in row.caps {
            let cap = catalogue.caps[Int(index)]
            if cap.channels & bit != 0, uses[Int(index)] >= cap.count { return false }
        }
        for index in contactUses.indices {
            let cap = catalogue.contactCaps[index]
            if cap.channels & bit != 0, contactUses[index] >= cap.count { return false }
        }
        return true
    }
}
