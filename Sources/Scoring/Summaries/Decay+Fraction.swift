internal import Glibc

extension Decay {
    /// 2^(-place/whole), in units of 2⁻³², rounded to the nearest.
    static func fraction(of place: Int, in whole: Int) -> UInt64 {
        UInt64((exp2(-Double(place) / Double(whole)) * 0x1p32).rounded())
    }
}
