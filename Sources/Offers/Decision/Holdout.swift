package import Identity

/// Who gets no offer, so that the others can be measured against him.
///
/// A profile is in the holdout by a salted hash of one identity key: that of its view's earliest visible member. So a
/// merge takes the group of the older of the two, a split gives each piece the group that it would have had, and a
/// profile that only gains members stays where it is. `OfferReport` leaves out and counts who was in both groups.
package struct Holdout: Hashable, Sendable {
    /// 0...0.5.
    package let share: Double
    /// A new salt draws new groups.
    package let salt: UInt64

    package init(share: Double, salt: UInt64) {
        precondition((0...0.5).contains(share), "at most half is held out")
        self.share = share
        self.salt = salt
    }

    /// - Parameter key: of the view's earliest visible member.
    package func contains(_ key: IdentityKey) -> Bool {
        Double(Self.mixed(key, salt) >> 11) * 0x1p-53 < share
    }

    /// Three rounds of a 64-bit finaliser (splitmix64's), each over one more word: fixed for good.
    private static func mixed(_ key: IdentityKey, _ salt: UInt64) -> UInt64 {
        var word = salt &+ 0x9E37_79B9_7F4A_7C15
        for part in [key.high, key.low, 0x5E1E_D6E5] {
            word ^= part
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            word ^= word >> 31
        }
        return word
    }
}
