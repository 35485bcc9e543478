package import Foundation
internal import Identity

/// Where a clock on the wall hung.
package enum Zone: Hashable, Sendable {
    /// East of UTC.
    case fixed(seconds: Int64)
    case named(TimeZone)

    /// `UTC`, `+02:00`, or a name of the zone database such as `Europe/Berlin`.
    init(_ text: String, at node: ConfigurationNode) throws(ConfigurationError) {
        if text == "UTC" || text == "Z" {
            self = .fixed(seconds: 0)
            return
        }
        if let seconds = Self.offset(text) {
            self = .fixed(seconds: seconds)
            return
        }
        guard text.contains("/"), let zone = TimeZone(identifier: text) else {
            throw node.error("\"\(text)\" is no zone: UTC, an offset such as +02:00, or a name such as Europe/Berlin")
        }
        self = .named(zone)
    }

    private static func offset(_ text: String) -> Int64? {
        guard let match = text.wholeMatch(of: /([+-])(\d\d):?(\d\d)/), let hours = Int64(match.2),
            let minutes = Int64(match.3), hours < 24, minutes < 60
        else { return nil }
        return (match.1 == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}

/// The offsets of a zone by the clock on its walls; remembered by quarters of an hour, at which zones change.
///
/// A time that comes twice, when clocks go back, is the first of the two; one that never was, when they go forward, is counted on
/// from before.
struct ZoneOffsets {
    private let zone: Zone
    private var known: [Int64: Int64] = [:]

    private static let quarter: Int64 = 900
    private static let mostKnown = 1 << 16

    init(_ zone: Zone) { self.zone = zone }

    /// Seconds east of UTC.
    ///
    /// - Parameter local: seconds since 1970 of the clock on the wall.
    mutating func offset(atLocal local: Int64) -> Int64 {
        guard case .named(let zone) = zone else {
            guard case .fixed(let seconds) = zone else { return 0 }
            return seconds
        }
        let quarter = floorDivide(local, Self.quarter)
        if let offset = known[quarter] { return offset }
        let offset = Self.look(quarter * Self.quarter, zone)
        if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
        known[quarter] = offset
        return offset
    }

    private static func look(_ local: Int64, _ zone: TimeZone) -> Int64 {
        func offset(_ seconds: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        let before = offset(local - 86_400)
        let after = offset(local + 86_400)
        if before == after || offset(local - before) == before { return before }
        return offset(local - after) == after ? after : before
    }
}
