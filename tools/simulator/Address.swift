internal import Foundation

/// An address on the network, by who shares it.
enum Address {
    /// A household's, for as long as it has it.
    case home(UInt32)
    /// The same of version 6: a prefix of 64 bits, and another half every day for each device.
    case homeSix(UInt32, UInt32, UInt64)
    /// Many households' of one provider.
    case carrier(UInt32)
    case mobile(UInt32)
    case office(UInt32)
    /// A virtual network's.
    case exit(UInt32)
    case kiosk(UInt32)

    var text: String {
        switch self {
        case .home(let number): Self.dotted(0x5480_0000 &+ number)
        case .homeSix(let number, let device, let day):
            "2003:c0:" + String(number >> 16, radix: 16) + ":" + String(number & 0xFFFF, radix: 16) + ":"
                + Self.groups(mixed(UInt64(device) << 20 ^ day ^ 0x1D))
        case .carrier(let number): Self.dotted(0x6440_0000 &+ number &* 7)
        case .mobile(let number): Self.dotted(0x6D28_0000 &+ number)
        case .office(let number): Self.dotted(0xC11E_0000 &+ number << 6 &+ 1)
        case .exit(let number): Self.dotted(0xB9DC_6400 &+ number &* 3)
        case .kiosk(let number): Self.dotted(0x3E32_0000 &+ number)
        }
    }

    private static func dotted(_ word: UInt32) -> String {
        "\(word >> 24).\(word >> 16 & 255).\(word >> 8 & 255).\(word & 255)"
    }

    private static func groups(_ word: UInt64) -> String {
        [48, 32, 16, 0].map { String(word >> UInt64($0) & 0xFFFF, radix: 16) }.joined(separator: ":")
    }
}

/// A positive number to a power.
func raised(_ base: Double, _ power: Double) -> Double { pow(base, power) }
